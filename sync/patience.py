"""Wait out a budget in work that nobody is waiting for, instead of giving up half-way."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from adapters.errors import Throttled, Unavailable

UNAVAILABLE_SECONDS = 5.0


class Paged(Protocol):
    """Be a page that says where to go on."""

    @property
    def cursor(self) -> str | None:
        """Return where to go on, None at the end."""


P = TypeVar("P", bound=Paged)
T = TypeVar("T")


def patiently(read: Callable[[str | None], Iterator[P]], cursor: str | None) -> Iterator[P]:
    """Yield all pages, going on from the last one whenever the budget or an outage interrupts the reading."""
    while True:
        try:
            for page in read(cursor):
                yield page
                cursor = page.cursor
            return
        except Throttled as error:
            _sleep((error.retry_at - datetime.now(UTC)).total_seconds())
        except Unavailable:
            _sleep(UNAVAILABLE_SECONDS)


def patient(call: Callable[[], T]) -> T:
    """Return what a call answers, waiting out the budget or an outage."""
    while True:
        try:
            return call()
        except Throttled as error:
            _sleep((error.retry_at - datetime.now(UTC)).total_seconds())
        except Unavailable:
            _sleep(UNAVAILABLE_SECONDS)


def _sleep(seconds: float) -> None:
    time.sleep(min(max(seconds, 0.05), 60.0))
