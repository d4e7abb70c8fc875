"""Open SnelStart adapters against the stand-in, which runs as a process of its own."""

import base64
from collections.abc import Callable

import pytest

from adapters.outside import Outside
from adapters.snelstart import SnelStart, open_target
from tests.adapters.standing import Standing, opener
from tests.fixtures.sandboxes import StartSandbox

CREDENTIALS = {
    "subscription_key": "sandbox-subscription-key",
    "connection_key": base64.b64encode(b"sandbox:administratie").decode(),
}
LIMITS = {"minute": 100_000, "hour": 1_000_000, "concurrent": 20}

Open = Callable[..., SnelStart]


class Books(Standing):
    """One administration."""

    path = "/v2/relaties"


@pytest.fixture
def books(start_sandbox: StartSandbox) -> Books:
    """Begin with fresh books."""
    return Books(start_sandbox("snelstart", "--tier", "none").url)


@pytest.fixture
def open_books(outside: Outside) -> Open:
    """Give the function that opens a connection of its own."""
    return opener(outside, open_target, "/b2b/token", CREDENTIALS, LIMITS)


@pytest.fixture
def target(books: Books, open_books: Open) -> SnelStart:
    """Open the fresh books, countries at hand as in a process that has worked before."""
    target = open_books(books.url)
    target.countries()
    return target
