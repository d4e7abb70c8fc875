"""Serve an office where pages may lead to this machine, with stand-ins of the systems it connects to."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from tests.fixtures.processes import StartModule
from tests.web.conftest import Office
from tests.web.office import environment, furnish, open_runtime
from worker.embedded import Servers

KOPPELSLEUTEL = b64encode(b"sandbox:administratie").decode()
SUBSCRIPTION = "sandbox-subscription-key"


def open_office(
    database_url: str,
    servers: Servers,
    start_shared_module: StartModule,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """Serve one office, where BOEKBRUG_ALLOW_HOSTS names this machine."""
    folder = tmp_path_factory.mktemp("office")
    runtime = open_runtime(database_url, servers.redis_url, folder)
    crm, link = furnish(runtime)
    env = environment(database_url, servers.redis_url, folder) | {"BOEKBRUG_ALLOW_HOSTS": "127.0.0.1"}
    process = start_shared_module("web", "--port", "0", env=env)
    yield Office(process.url, runtime, crm, link, process.log)
    runtime.close()
