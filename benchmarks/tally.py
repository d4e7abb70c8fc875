"""Count calls by arrival at a stand-in, from any moment on."""

from collections.abc import Callable, Mapping
from typing import Any

WRITES = ("POST", "PUT", "DELETE", "PATCH")


class Tally:
    """Compare a stand-in's counts with those of the moment it was made or last zeroed."""

    def __init__(self, look: Callable[[], Mapping[str, Any]]) -> None:
        """Take the function that asks the stand-in."""
        self._look = look
        self._before: Mapping[str, Any] = look()

    def zero(self) -> None:
        """Count afresh from now."""
        self._before = self._look()

    def _delta(self, name: str) -> dict[str, int]:
        now, before = self._look()[name], self._before[name]
        found = {key: count - before.get(key, 0) for key, count in now.items()}
        return {key: count for key, count in found.items() if count}

    @property
    def calls(self) -> int:
        """Return the calls that arrived, refused ones included; token calls are not among them."""
        return int(self._look()["total"] - self._before["total"])

    @property
    def routes(self) -> dict[str, int]:
        """Return the calls by route."""
        return self._delta("by_route")

    @property
    def refused(self) -> dict[str, int]:
        """Return the refused calls by reason."""
        return self._delta("refused")

    @property
    def statuses(self) -> dict[str, int]:
        """Return the answers by status."""
        return self._delta("by_status")

    @property
    def writes(self) -> dict[str, int]:
        """Return the writes that were carried out, by kind."""
        return self._delta("writes")
