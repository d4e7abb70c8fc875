"""The vendor's clock, which may run apart from ours."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tell the vendor's time: true UTC plus an offset that the control address can change."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """Return the vendor's present moment in UTC, offset included."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)


#: Adding this to a monotonic stamp gives epoch seconds; taken once, so that stamps never jump.
EPOCH = time.time() - time.monotonic()
