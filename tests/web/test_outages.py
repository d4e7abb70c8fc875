"""Outages: nothing is acknowledged that is not stored, and a Redis that is away is no reason to refuse."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import migrate
from tests.fixtures.processes import StartModule
from tests.fixtures.waiting import eventually
from tests.web.conftest import Office
from tests.web.office import environment, furnish, job_of, open_runtime, post, told
from worker.embedded import EmbeddedServers


@pytest.fixture
def machine() -> Iterator[EmbeddedServers]:
    """Start servers that this test alone may stop."""
    folder = Path(tempfile.mkdtemp(prefix="bb-outage-"))
    folder.chmod(0o711)
    servers = EmbeddedServers(folder / "data", fsync=False)
    try:
        servers.start()
        migrate(servers.addresses.database_url)
        yield servers
    finally:
        servers.destroy()
        shutil.rmtree(folder)


@pytest.fixture
def lonely(machine: EmbeddedServers, start_module: StartModule, tmp_path: Path) -> Iterator[Office]:
    """Serve an office on those servers."""
    found = machine.addresses
    runtime = open_runtime(found.database_url, found.redis_url, tmp_path)
    crm, link = furnish(runtime)
    process = start_module("web", "--port", "0", env=environment(found.database_url, found.redis_url, tmp_path))
    yield Office(process.url, runtime, crm, link, process.log)
    runtime.close()


def test_without_postgresql_hooks_are_put_off_and_after_its_return_taken(
    lonely: Office, machine: EmbeddedServers
) -> None:
    assert post(lonely.url, told("before")).status_code == 202
    machine.postgres.kill()
    answers = [post(lonely.url, told(f"during{number}")) for number in range(5)]
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)

    machine.postgres.start()
    assert job_of(lonely.runtime, "before") is not None
    assert all(job_of(lonely.runtime, f"during{number}") is None for number in range(5))
    assert post(lonely.url, told("after")).status_code == 202
    assert job_of(lonely.runtime, "after") is not None


def test_without_redis_hooks_are_stored_and_answered_without_delay(lonely: Office, machine: EmbeddedServers) -> None:
    machine.redis.stop()
    started = time.monotonic()
    answers = [post(lonely.url, told(str(number))).status_code for number in range(20)]
    assert answers == [202] * 20
    assert time.monotonic() - started < 3
    assert all(job_of(lonely.runtime, str(number)) is not None for number in range(20))

    machine.redis.start()
    time.sleep(1.1)  # The publisher rests for a second after a failure.
    assert post(lonely.url, told("woken")).status_code == 202
    eventually(lambda: lonely.runtime.redis.llen("live") == 1)
