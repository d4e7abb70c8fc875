"""Count what arrives, so that a benchmark can prove what it did to the vendor."""

from array import array
from collections import Counter
from typing import Any

from sandbox.common.clock import EPOCH
from sandbox.common.limits import Limits


class Stats:
    """Keep the arrival time of every call and tallies of what became of them."""

    def __init__(self) -> None:
        self.arrivals = array("d")
        self.accepted = array("d")
        self.routes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.refused: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.records: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.uncounted: Counter[str] = Counter()
        self.running = 0
        self.peak = 0

    def arrive(self, route: str, now: float) -> None:
        """Note a call at the door, before anything is decided about it."""
        self.arrivals.append(now)
        self.routes[route] += 1

    def accept(self, now: float, running: int) -> None:
        """Note that the limits let a call in, with the number of calls now inside."""
        self.accepted.append(now)
        self.running = running
        self.peak = max(self.peak, running)

    def wrote(self, deed: str, record: str) -> None:
        """Note a write that was carried out, whatever the client got to see of it."""
        self.writes[deed] += 1
        self.records[record] += 1

    def report(self, limits: Limits, arrivals: bool = False, records: bool = False) -> dict[str, Any]:
        """Return the figures; the long lists only on demand."""
        long: dict[str, Any] = {"writes_per_record": dict(self.records)} if records else {}
        if arrivals:
            long["arrivals"] = [stamp + EPOCH for stamp in self.arrivals]
            long["accepted_at"] = [stamp + EPOCH for stamp in self.accepted]
        return {
            "total": len(self.arrivals),
            "accepted": len(self.accepted),
            "by_route": dict(self.routes),
            "by_status": {str(status): count for status, count in self.statuses.items()},
            "refused": dict(self.refused),
            "windows": [{**window.as_json(), **self._fullest(window.seconds)} for window in limits.windows],
            "concurrent": {"now": limits.running, "max": self.peak},
            "writes": dict(self.writes),
            "max_writes_per_record": max(self.records.values(), default=0),
            "warnings": dict(self.warnings),
            "uncounted": dict(self.uncounted),
            **long,
        }

    def _fullest(self, seconds: float) -> dict[str, int]:
        return {
            "max_arrivals": fullest_window(self.arrivals, seconds),
            "max_accepted": fullest_window(self.accepted, seconds),
        }


def fullest_window(stamps: "array[float]", seconds: float) -> int:
    """Return the most stamps in any half-open window (t - seconds, t], exactly; stamps are in order."""
    best = first = 0
    for last, stamp in enumerate(stamps):
        while stamps[first] <= stamp - seconds:
            first += 1
        best = max(best, last - first + 1)
    return best
