"""Open SnelStart adapters against the stand-in, which runs as a process of its own."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from adapters.outside import Outside
from adapters.snelstart import SnelStart, open_target
from models.words import Lane
from tests.adapters.support import add_connection, make_engine, make_outside
from tests.fixtures.processes import StartModule

CREDENTIALS = {
    "subscription_key": "sandbox-subscription-key",
    "connection_key": base64.b64encode(b"sandbox:administratie").decode(),
}
LIMITS = {"minute": 100_000, "hour": 1_000_000, "concurrent": 20}

Open = Callable[..., SnelStart]


class Books:
    """Control the stand-in from outside, as nobody can with the real system."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, name: str, given: object = None) -> Any:
        """Use a control address."""
        answer = requests.request(method, f"{self.url}/_control/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, method: str = "POST", path: str = "/v2/relaties", **more: object) -> None:
        """Let the next matching call go wrong."""
        self.control("POST", "faults", {"kind": kind, "method": method, "path": path, "count": 1} | more)

    def options(self, **values: object) -> None:
        """Switch behaviour."""
        self.control("PUT", "options", values)


@pytest.fixture(scope="module")
def stand_in(start_shared_module: StartModule) -> str:
    """Start the stand-in once for the tests of a module."""
    return start_shared_module("sandbox.snelstart", "--port", "0", "--tier", "none").url


@pytest.fixture
def books(stand_in: str) -> Iterator[Books]:
    """Begin with fresh books."""
    books = Books(stand_in)
    books.control("POST", "reset", {})
    before = books.control("GET", "options")
    yield books
    books.control("PUT", "options", before)


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
def open_books(outside: Outside) -> Open:
    """Give the function that opens a connection of its own."""

    def open_one(
        url: str, credentials: Mapping[str, str] = CREDENTIALS, lane: Lane = Lane.LIVE, **options: object
    ) -> SnelStart:
        info = add_connection(outside, f"{url}/v2", **LIMITS)
        told = {"token_url": f"{url}/b2b/token"} | options
        return open_target(replace(info, credentials=credentials, options=told), outside, lane)

    return open_one


@pytest.fixture
def target(books: Books, open_books: Open) -> SnelStart:
    """Open the fresh books, countries at hand as in a process that has worked before."""
    target = open_books(books.url)
    target.countries()
    return target
