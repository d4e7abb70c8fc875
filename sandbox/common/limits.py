"""Call limits as the vendors hold them: windows and concurrency, decided on arrival."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.common.clock import EPOCH

Style = Literal["429", "429_no_retry_after", "quota_403"]
STYLES = ("429", "429_no_retry_after", "quota_403")
MODES = ("sliding", "calendar")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why a call is refused and when a next one may pass."""

    reason: str
    style: Style
    retry_after: int


@dataclass(slots=True)
class Window:
    """Count accepted calls in one window: exact and sliding, or by the calendar."""

    seconds: float
    count: int
    mode: str = "sliding"
    reply: Style = "429"
    stamps: deque[float] = field(default_factory=deque)

    @classmethod
    def parse(cls, spec: dict[str, Any]) -> "Window":
        """Read one window from control JSON; raise ValueError that says what is wrong."""
        window = cls(float(spec["seconds"]), int(spec["count"]), spec.get("mode", "sliding"), spec.get("reply", "429"))
        if window.seconds <= 0 or window.mode not in MODES or window.reply not in STYLES:
            raise ValueError(f"window needs seconds > 0, mode of {MODES} and reply of {STYLES}")
        return window

    def wait(self, now: float) -> float | None:
        """Return the seconds until a call fits, None when it fits now."""
        self._forget(now)
        if len(self.stamps) < self.count:
            return None
        if self.mode == "calendar" or not self.stamps:
            return self.seconds - (now + EPOCH) % self.seconds
        return self.stamps[0] + self.seconds - now

    def _forget(self, now: float) -> None:
        """Drop the stamps that lie outside the window ending now."""
        start = now - (now + EPOCH) % self.seconds if self.mode == "calendar" else now - self.seconds
        stamps = self.stamps
        while stamps and (stamps[0] < start if self.mode == "calendar" else stamps[0] <= start):
            stamps.popleft()

    def as_json(self) -> dict[str, Any]:
        """Return the setting, without the counted calls."""
        return {"seconds": self.seconds, "count": self.count, "mode": self.mode, "reply": self.reply}


class Limits:
    """Decide for each arriving call whether it is let in; a refused call is not counted in a window."""

    def __init__(self, windows: list[Window] | None = None, concurrent: int | None = None) -> None:
        self.windows = windows or []
        self.concurrent = concurrent
        self.running = 0

    def take(self, now: float) -> Refusal | None:
        """Count the call and take a slot, or return why not. Pair every success with `release`."""
        for window in self.windows:
            if (wait := window.wait(now)) is not None:
                return Refusal(f"window_{window.seconds:g}s", window.reply, max(1, math.ceil(wait)))
        if self.concurrent is not None and self.running >= self.concurrent:
            return Refusal("concurrent", "429_no_retry_after", 1)
        for window in self.windows:
            window.stamps.append(now)
        self.running += 1
        return None

    def release(self) -> None:
        """Give the slot back."""
        self.running -= 1

    def configure(self, spec: dict[str, Any]) -> None:
        """Replace what the control JSON names; the counts of replaced windows start afresh."""
        if "windows" in spec:
            self.windows = [Window.parse(each) for each in spec["windows"]]
        if "concurrent" in spec:
            self.concurrent = None if spec["concurrent"] is None else int(spec["concurrent"])

    def as_json(self) -> dict[str, Any]:
        """Return the setting in the shape `configure` takes."""
        return {"windows": [window.as_json() for window in self.windows], "concurrent": self.concurrent}
