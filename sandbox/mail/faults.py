"""What can go wrong with a mail on purpose."""

import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """Say whether the mail is kept, and how the call ends: an SMTP line, "drop" or "hang"."""

    kept: bool
    ending: str


KINDS = {
    "451": Kind(kept=False, ending="451 4.3.0 Probeer het later opnieuw"),
    "550": Kind(kept=False, ending="550 5.1.1 Postbus bestaat niet"),
    "drop_before": Kind(kept=False, ending="drop"),
    "drop_after": Kind(kept=True, ending="drop"),
    "hang": Kind(kept=False, ending="hang"),
    "hang_after": Kind(kept=True, ending="hang"),
}
STAGES = ("rcpt", "data")


@dataclass(slots=True)
class Rule:
    """Spoil `count` mails to `to` (any when empty) at a stage, each with `probability`."""

    kind: str
    at: str = "data"
    to: str = ""
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    delay_ms: float | None = None
    seed: int | None = None
    hits: int = 0
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.at not in STAGES:
            raise ValueError(f"kind is one of {sorted(KINDS)}, at one of {STAGES}")
        if self.at == "rcpt" and self.kind not in ("451", "550"):
            raise ValueError("at rcpt a mail is only refused: 451 or 550")
        self.dice = random.Random(self.seed)

    def strikes(self, at: str, recipients: list[str]) -> bool:
        """Decide whether this mail is spoilt, and count it if so."""
        if at != self.at or (self.count is not None and self.hits >= self.count):
            return False
        if self.to and self.to not in recipients:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self.dice.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule with the number of mails it has spoilt."""
        names = ("kind", "at", "to", "count", "skip", "probability", "delay_ms", "hits")
        return {name: getattr(self, name) for name in names}
