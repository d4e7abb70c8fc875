"""Tell how long a number of calls takes at the pace that a connection's limits allow; pure."""

from collections.abc import Mapping

LENGTHS = {"hour": 3600, "day": 86400}
"""Windows that may be used up at once, and are then waited for."""
MINUTE_CALLS = 60
"""Where a connection names no limit per minute: the pace of the slowest system we know."""


def seconds_for(calls: int, limits: Mapping[str, int], left: Mapping[str, int] | None = None) -> float:
    """Return how long the calls take: the minute paces them, what an hour or day has no room for waits for the next.

    `left` is what each window has left now; without it they are taken as unused.
    """
    free = limits if left is None else {**limits, **left}
    over = {name: max(0, calls - free[name]) for name in LENGTHS if name in limits}
    waits = (LENGTHS[name] * -(-rest // limits[name]) for name, rest in over.items())
    return max([60 * calls / limits.get("minute", MINUTE_CALLS), *waits])
