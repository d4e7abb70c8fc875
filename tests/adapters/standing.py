"""What the tests of every target's adapter do with its stand-in, which runs as a process of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import requests

from adapters.base import ConnectionInfo
from adapters.outside import Outside
from models.words import Lane
from tests.adapters.support import add_connection

Adapter = TypeVar("Adapter")


class Standing:
    """Control a stand-in from outside, as nobody can with the real system."""

    #: Where its records are, for faults.
    path: ClassVar[str]

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, name: str, given: object = None) -> Any:
        """Use a control address."""
        answer = requests.request(method, f"{self.url}/_control/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, method: str = "POST", path: str = "", **more: object) -> None:
        """Let the next matching call go wrong."""
        given = {"kind": kind, "method": method, "path": path or self.path, "count": 1}
        self.control("POST", "faults", given | more)

    def options(self, **values: object) -> None:
        """Switch behaviour."""
        self.control("PUT", "options", values)


def opener(
    outside: Outside,
    open_target: Callable[[ConnectionInfo, Outside, Lane], Adapter],
    token_path: str,
    credentials: Mapping[str, str],
    limits: Mapping[str, int],
) -> Callable[..., Adapter]:
    """Return a function that opens one more connection to an address, with other credentials or options if given."""

    def open_one(
        url: str, credentials: Mapping[str, str] = credentials, lane: Lane = Lane.LIVE, **options: object
    ) -> Adapter:
        info = add_connection(outside, f"{url}/v2", **limits)
        told = {"token_url": f"{url}{token_path}"} | options
        return open_target(replace(info, credentials=credentials, options=told), outside, lane)

    return open_one
