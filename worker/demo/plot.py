"""Hold what the acts share: the stage, who has a part, and what was measured."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from worker.demo.cast import Cast, Record
from worker.demo.stage import Stage
from worker.demo.watching import now, wait_for, written

PHONES = (f"0205551{number:03}" for number in count(1))
"""Numbers that nobody in the generated data has."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold one measured time: from saving in the CRM to the answer of the books."""

    nl: str
    en: str
    seconds: float


@dataclass
class Plot:
    """Go through the acts with it."""

    stage: Stage
    cast: Cast
    times: list[Measured] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """What did not happen in time."""

    def edit(self, record: Record, *, hooks: bool = True) -> datetime:
        """Change a record's telephone in the CRM; returns when."""
        moment = now(self.stage)
        self.stage.crm.edit(record["id"], {"phone": next(PHONES)}, hooks=hooks)
        return moment

    def arrival(self, record_id: str, since: datetime, seconds: float) -> float:
        """Wait for the books' answer to a write; returns the seconds since saving. Raises TooLate."""
        at = wait_for(lambda: written(self.stage, record_id, since), seconds, record_id)
        return (at - since).total_seconds()

    def measure(self, nl: str, en: str, seconds: float) -> None:
        """Keep a time for the closing table."""
        self.times.append(Measured(nl, en, seconds))
