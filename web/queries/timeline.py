"""Lay everything that befell one relation in blocks, one per change: heard, decided, asked, answered, tied. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as slot
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from models.records import JsonScalar
from models.words import Origin, Outcome

What = Literal["heard", "request", "attempt", "mapping", "issue", "review", "mail", "person"]
RANK: Mapping[What, int] = {
    "heard": 0, "request": 1, "attempt": 2, "mapping": 3, "issue": 4, "review": 5, "person": 6, "mail": 7,
}  # fmt: skip
"""What comes first of what one transaction wrote."""
BLOCKS = 50
"""Blocks on a page."""
UNFINISHED = frozenset({Outcome.PARKED, Outcome.UNKNOWN, Outcome.LOST})
"""Outcomes after which the same change is tried again."""
ANSWERED = timedelta(seconds=60)
"""A decision puts its record to work at once; what is heard later is about something else."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one thing that happened; what it says is in codes, ids and names of fields."""

    at: datetime
    what: What
    code: str
    """Origin, operation, outcome, event, cause, reason or action, as `what` has it."""
    id: str = ""
    reason: str = ""
    state: str = ""
    role: str = ""
    by: str = ""
    field: str = ""
    target_id: str = ""
    number: int | None = None
    until: datetime | None = None
    """When a request was answered or settled."""
    names: tuple[str, ...] = ()
    """Fields that were changed."""
    evidence: Mapping[str, Any] = slot(default_factory=dict)
    source_calls: int = 0
    target_calls: int = 0
    duration_ms: int = 0
    waited_ms: int = 0
    correlation_id: UUID | None = None
    values: Mapping[str, tuple[JsonScalar, JsonScalar]] = slot(default_factory=dict, repr=False)
    """Field -> before and after, for a person's screen only."""
    params: Mapping[str, str] = slot(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Block:
    """Hold what one change led to, in the order in which it happened."""

    correlation_id: UUID | None
    entries: tuple[Entry, ...]

    @property
    def at(self) -> datetime:
        """Return the moment of the newest entry."""
        return max(entry.at for entry in self.entries)

    @property
    def outcome(self) -> Entry | None:
        """Return the last attempt."""
        return next((one for one in reversed(self.entries) if one.what == "attempt"), None)

    @property
    def headline(self) -> str:
        """Return the outcome that tells most: the last attempt that did something, else the last."""
        codes = [one.code for one in self.entries if one.what == "attempt"]
        return next((code for code in reversed(codes) if code != Outcome.NOTHING), codes[-1] if codes else "")

    @property
    def total_ms(self) -> int | None:
        """Tell how long it took from hearing of it to the end; None while it is under way."""
        last = self.outcome
        if last is None or last.code in UNFINISHED:
            return None
        heard = [one.at for one in self.entries if one.what == "heard"]
        return round((last.at - min(heard)) / timedelta(milliseconds=1)) if heard else last.waited_ms


def timeline(entries: Iterable[Entry], working_on: UUID | None) -> list[Block]:
    """Group entries by change, newest block first; what no row ties to a change is tied by its moment.

    `working_on` is the change that the record's job is busy with: a request without an attempt after it is its.
    """
    given = list(entries)
    attempts = sorted((one for one in given if one.what == "attempt"), key=lambda one: one.at)
    found: dict[object, list[Entry]] = {}
    for place, entry in enumerate(given):
        correlation = entry.correlation_id or _belongs(entry, attempts, given, working_on)
        found.setdefault(correlation or place, []).append(replace(entry, correlation_id=correlation))
    blocks = [
        Block(one[0].correlation_id, tuple(sorted(one, key=lambda entry: (entry.at, RANK[entry.what]))))
        for one in found.values()
    ]
    return sorted(blocks, key=lambda block: block.at, reverse=True)


def _belongs(entry: Entry, attempts: Sequence[Entry], given: Sequence[Entry], working_on: UUID | None) -> UUID | None:
    """Find the change of a row that names none: a job has one worker, so its rows lie within its attempts."""
    if entry.what == "request" or (entry.what, entry.state) in (("issue", "opened"), ("review", "asked")):
        return _next(entry.at, attempts) or (working_on if entry.what == "request" else None)
    if entry.what == "mail" or (entry.what == "issue" and entry.by == "boekbrug"):
        place = bisect_right([one.at for one in attempts], entry.at)
        return attempts[place - 1].correlation_id if place else None
    if (entry.what, entry.state) == ("review", "decided"):
        asked = [one for one in given if one.what == "heard" and one.code == Origin.DECISION]
        near = [one for one in asked if timedelta(seconds=-1) <= one.at - entry.at <= ANSWERED]
        return min(near, key=lambda one: abs(one.at - entry.at)).correlation_id if near else None
    return None


def _next(at: datetime, attempts: Sequence[Entry]) -> UUID | None:
    place = bisect_left([one.at for one in attempts], at)
    return attempts[place].correlation_id if place < len(attempts) else None


def cut(
    entries: Iterable[Entry], floor: datetime | None, working_on: UUID | None
) -> tuple[list[Block], datetime | None]:
    """Return one page of blocks and the moment from which the next goes on, None at the end.

    `floor` is the moment below which some kind of row was not read to its end. Each entry stands on one page: a
    change that lasted over the edge goes on there.
    """
    shown = [entry for entry in entries if floor is None or entry.at > floor]
    blocks = timeline(shown, working_on)
    if len(blocks) <= BLOCKS:
        return blocks, floor
    edge = blocks[BLOCKS].at
    return timeline([entry for entry in shown if entry.at > edge], working_on), edge
