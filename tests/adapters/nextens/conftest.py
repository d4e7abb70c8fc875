"""Open Nextens adapters against the stand-in, which runs as a process of its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from adapters.nextens import Nextens, open_target
from adapters.outside import Outside
from models.words import Lane
from tests.adapters.support import add_connection, make_engine, make_outside
from tests.fixtures.processes import StartModule

CREDENTIALS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}
LIMITS = {"minute": 100_000, "concurrent": 20}

Open = Callable[..., Nextens]


class Office:
    """Control the stand-in from outside, as nobody can with the real system."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, name: str, given: object = None) -> Any:
        """Use a control address."""
        answer = requests.request(method, f"{self.url}/_control/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, method: str = "POST", path: str = "/v2/klant", **more: object) -> None:
        """Let the next matching call go wrong."""
        self.control("POST", "faults", {"kind": kind, "method": method, "path": path, "count": 1} | more)

    def options(self, **values: object) -> None:
        """Switch behaviour."""
        self.control("PUT", "options", values)

    def clients(self, kind: str) -> list[dict[str, Any]]:
        """Return all clients of a kind as they are stored."""
        return list(self.control("GET", "state")[kind])

    def warnings(self) -> dict[str, int]:
        """Return what the stand-in found odd about our calls."""
        return dict(self.control("GET", "stats").get("warnings", {}))


@pytest.fixture(scope="module")
def stand_in(start_shared_module: StartModule) -> str:
    """Start the stand-in once for the tests of a module."""
    return start_shared_module("sandbox.nextens", "--port", "0", "--per-minute", "0").url


@pytest.fixture
def office(stand_in: str) -> Iterator[Office]:
    """Begin with an empty office and the token it has at first."""
    office = Office(stand_in)
    office.control("POST", "reset", {})
    office.control("PUT", "tokens", {"refresh_tokens": ["sandbox-refresh"]})
    before = office.control("GET", "options")
    yield office
    office.control("PUT", "options", before)


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


@pytest.fixture
def open_office(outside: Outside) -> Open:
    """Give the function that opens a connection of its own."""

    def open_one(
        url: str, credentials: Mapping[str, str] = CREDENTIALS, lane: Lane = Lane.LIVE, **options: object
    ) -> Nextens:
        info = add_connection(outside, f"{url}/v2", **LIMITS)
        told = {"token_url": f"{url}/connect/token"} | options
        return open_target(replace(info, credentials=credentials, options=told), outside, lane)

    return open_one


@pytest.fixture
def target(office: Office, open_office: Open) -> Nextens:
    """Open the empty office."""
    return open_office(office.url)
