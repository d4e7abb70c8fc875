"""How long the stand-in thinks."""

import random
from typing import Any


class Latency:
    """Draw a wait per call, uniformly between two bounds; half passes before the deed and half after."""

    def __init__(self) -> None:
        self.configure({})

    def configure(self, spec: dict[str, Any]) -> None:
        """Read `{"ms": n}` or `{"min_ms": a, "max_ms": b, "seed": s}`; empty means none."""
        low = float(spec.get("ms", spec.get("min_ms", 0)))
        high = float(spec.get("ms", spec.get("max_ms", low)))
        if not 0 <= low <= high:
            raise ValueError("latency needs 0 <= min_ms <= max_ms")
        self.low, self.high = low, high
        self.random = random.Random(spec.get("seed"))

    def half(self) -> float:
        """Return half of one draw, in seconds."""
        if not self.high:
            return 0.0
        return self.random.uniform(self.low, self.high) / 2000

    def as_json(self) -> dict[str, Any]:
        """Return the bounds."""
        return {"min_ms": self.low, "max_ms": self.high}
