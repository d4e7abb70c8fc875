"""Open Nextens adapters against the stand-in, which runs as a process of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.nextens import Nextens, open_target
from adapters.outside import Outside
from tests.adapters.standing import Standing, opener
from tests.fixtures.sandboxes import StartSandbox

CREDENTIALS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}
LIMITS = {"minute": 100_000, "concurrent": 20}

Open = Callable[..., Nextens]


class Office(Standing):
    """An office of tax advisers."""

    path = "/v2/klant"

    def clients(self, kind: str) -> list[dict[str, Any]]:
        """Return all clients of a kind as they are stored."""
        return list(self.control("GET", "state")[kind])

    def warnings(self) -> dict[str, int]:
        """Return what the stand-in found odd about our calls."""
        return dict(self.control("GET", "stats").get("warnings", {}))


@pytest.fixture
def office(start_sandbox: StartSandbox) -> Office:
    """Begin with an empty office and the token it has at first."""
    return Office(start_sandbox("nextens", "--per-minute", "0").url)


@pytest.fixture
def open_office(outside: Outside) -> Open:
    """Give the function that opens a connection of its own."""
    return opener(outside, open_target, "/connect/token", CREDENTIALS, LIMITS)


@pytest.fixture
def target(office: Office, open_office: Open) -> Nextens:
    """Open the empty office."""
    return open_office(office.url)
