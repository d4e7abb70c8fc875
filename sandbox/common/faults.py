"""What can go wrong on purpose: rules that match calls, and outages that stop everything."""

import random
import time
from dataclasses import dataclass, field
from typing import Any, Literal

Deed = Literal["none", "now", "late"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Say what a fault does with the deed and what the client gets to see."""

    deed: Deed
    ending: str


#: Every fault is one row: is the deed done, and how does the call end.
KINDS = {
    "timeout_before": Kind("none", "hang"),
    "timeout_after": Kind("now", "hang"),
    "drop_before": Kind("none", "drop"),
    "drop_after": Kind("now", "drop"),
    "502_before": Kind("none", "502"),
    "502_after": Kind("now", "502"),
    "503": Kind("none", "503"),
    "429": Kind("none", "429"),
    "429_no_retry_after": Kind("none", "429_no_retry_after"),
    "quota_403": Kind("none", "quota_403"),
    "html_200": Kind("none", "html_200"),
    "html_502": Kind("none", "html_502"),
    "empty_body": Kind("now", "empty"),
    "late_deed": Kind("late", "hang"),
    "revoke_token": Kind("now", "own"),
    "slow_body": Kind("now", "slow"),
}


@dataclass(slots=True)
class Rule:
    """Match calls by method and path prefix and spoil `count` of them, each with `probability`."""

    kind: str
    method: str | None = None
    path: str = "/"
    count: int | None = None
    probability: float = 1.0
    skip: int = 0
    delay_ms: float | None = None
    client: str = "hang"
    retry_after: int = 1
    seed: int | None = None
    hits: int = 0
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}, one of {sorted(KINDS)}")
        if self.client not in ("hang", "drop"):
            raise ValueError("client is hang or drop")
        self.dice = random.Random(self.seed)

    def strikes(self, method: str, path: str) -> bool:
        """Decide whether this call is spoilt, and count it if so."""
        if self.count is not None and self.hits >= self.count:
            return False
        if self.method not in (None, method) or not path.startswith(self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self.dice.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule with the number of calls it has spoilt."""
        names = ("kind", "method", "path", "count", "probability", "skip", "delay_ms", "client", "hits")
        return {name: getattr(self, name) for name in names}


OUTAGES = ("refuse_503", "drop", "hang")


@dataclass(frozen=True, slots=True)
class Outage:
    """Stop answering for a time; `until` is a monotonic stamp, None means until cleared."""

    kind: str
    until: float | None

    @classmethod
    def parse(cls, spec: dict[str, Any]) -> "Outage":
        """Read `{"seconds": n}` or `{"until_cleared": true}` with a kind."""
        kind = spec.get("kind", "refuse_503")
        if kind not in OUTAGES or ("seconds" in spec) == bool(spec.get("until_cleared")):
            raise ValueError(f"an outage needs seconds or until_cleared, and a kind of {OUTAGES}")
        return cls(kind, time.monotonic() + float(spec["seconds"]) if "seconds" in spec else None)


class Faults:
    """Hold the rules in force, first match wins, and the outage if there is one."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.outage: Outage | None = None

    def pick(self, method: str, path: str) -> Rule | None:
        """Return the rule that spoils this call, if any."""
        return next((rule for rule in self.rules if rule.strikes(method, path)), None)

    def out(self, now: float) -> str | None:
        """Return the kind of outage in force, if any."""
        if self.outage and self.outage.until is not None and now >= self.outage.until:
            self.outage = None
        return self.outage.kind if self.outage else None
