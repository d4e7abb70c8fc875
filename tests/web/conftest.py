"""A furnished office with a real web process in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.words import Access
from tasks.runtime import Runtime
from tests.fixtures.processes import StartModule
from tests.web.office import environment, furnish, open_runtime
from tests.web.people import Browser, sign_in
from worker.embedded import Servers


@dataclass(frozen=True)
class Office:
    """Hold the address of the web process and the office behind it."""

    url: str
    runtime: Runtime
    crm: int
    link: int
    log: Path


@pytest.fixture(scope="module")
def office(
    database_url: str,
    servers: Servers,
    start_shared_module: StartModule,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """Serve one office for a test module."""
    folder = tmp_path_factory.mktemp("office")
    runtime = open_runtime(database_url, servers.redis_url, folder)
    crm, link = furnish(runtime)
    env = environment(database_url, servers.redis_url, folder)
    process = start_shared_module("web", "--port", "0", env=env)
    yield Office(process.url, runtime, crm, link, process.log)
    runtime.close()


@pytest.fixture(scope="module")
def viewer(office: Office) -> Browser:
    """Sign somebody in who may see."""
    return sign_in(office.runtime, office.url, Access.VIEWER)


@pytest.fixture(scope="module")
def operator(office: Office) -> Browser:
    """Sign somebody in who may act."""
    return sign_in(office.runtime, office.url, Access.OPERATOR)


@pytest.fixture(scope="module")
def administrator(office: Office) -> Browser:
    """Sign somebody in who may change connections and users."""
    return sign_in(office.runtime, office.url, Access.ADMINISTRATOR)
