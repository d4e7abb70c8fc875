"""A Simplicate stand-in in a process of its own, emptied for every test."""

from collections.abc import Iterator

import pytest

from tests.adapters.simplicate.world import SimplicateWorld
from tests.adapters.support import add_connection, make_engine, make_outside
from tests.fixtures.sandboxes import StartSandbox


@pytest.fixture
def simplicate_url(start_sandbox: StartSandbox) -> str:
    return start_sandbox("simplicate", "--per-minute", "0").url


@pytest.fixture
def world(simplicate_url: str, database_url: str, redis_url: str) -> Iterator[SimplicateWorld]:
    engine = make_engine(database_url)
    outside = make_outside(engine, redis_url)
    world = SimplicateWorld(simplicate_url, add_connection(outside), outside)
    yield world
    world.session.close()
    outside.redis.close()
    engine.dispose()
