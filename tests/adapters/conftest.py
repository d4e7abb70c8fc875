"""What the tests of every target's adapter open: a module's database and the servers under test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from adapters.outside import Outside
from tests.adapters.support import make_engine, make_outside


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    """Open the module's database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def outside(engine: Engine, redis_url: str) -> Iterator[Outside]:
    """Bundle the servers under test."""
    outside = make_outside(engine, redis_url, deadline_seconds=2)
    yield outside
    outside.redis.close()
