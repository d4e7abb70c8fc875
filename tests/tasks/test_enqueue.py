"""enqueue_change: what a process of this project calls when it knows of a change."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.settings import Settings
from tasks import UnknownConnection, enqueue_change
from tasks.runtime import NoServers, Runtime
from tasks.wake import Waker, open_publisher
from tests.web.office import furnish, job_of, open_runtime


@pytest.fixture
def runtime(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """Open an office of this module's database."""
    opened = open_runtime(database_url, redis_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True, scope="module")
def _furnished(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    opened = open_runtime(database_url, "unix:///nobody", tmp_path_factory.mktemp("furnish"))
    furnish(opened)
    opened.close()


def test_a_change_is_stored_and_woken(runtime: Runtime) -> None:
    correlation = enqueue_change("crm", "relation", "organization:1", using=runtime)
    job = job_of(runtime, "1")
    assert job is not None
    assert job.correlation_id == correlation
    assert runtime.redis.llen("live") == 1


def test_a_missing_broker_is_no_error(runtime: Runtime, tmp_path: Path) -> None:
    deaf = replace(runtime, waker=Waker(open_publisher(f"unix://{tmp_path}/nobody.sock")))
    enqueue_change("crm", "relation", "organization:2", using=deaf)
    assert job_of(runtime, "2") is not None


def test_an_unknown_connection_or_kind_is_refused(runtime: Runtime) -> None:
    with pytest.raises(UnknownConnection):
        enqueue_change("crn", "relation", "organization:3", using=runtime)
    with pytest.raises(ValueError, match="planet"):
        enqueue_change("crm", "planet", "organization:3", using=runtime)


def test_without_addresses_nothing_opens() -> None:
    with pytest.raises(NoServers):
        Runtime.open(Settings(database_url=None, redis_url=None))
