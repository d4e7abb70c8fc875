"""Bring everything that is in a source across: read all of it first, then let ordinary bulk jobs do the work."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from uuid import uuid4

from sqlalchemy import func, select

from adapters.base import Notice
from adapters.outside import Outside
from models.tables import Cursor, RelationMapping, SyncJob
from models.words import JobState, Kind, MappingState, Origin
from sync import snapshots
from sync.backlog import to_the_books
from sync.candidates import BATCH, Sides, batches, remember_identities, roles_in
from sync.forecast import seconds_for
from sync.intake import record_changes
from sync.patience import patiently
from sync.polling import cursor_name

Progress = Callable[[int, int | None], None]
"""Called with how many are done and how many there are, where known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold how far reading a source has come; kept as a cursor, so that a broken run goes on where it was."""

    started_at: datetime
    cursor: str | None = None
    finished: bool = False
    seen: int = 0

    def text(self) -> str:
        """Write it as a cursor's value."""
        return json.dumps(
            {
                "started_at": self.started_at.isoformat(),
                "cursor": self.cursor,
                "finished": self.finished,
                "seen": self.seen,
            }
        )

    @classmethod
    def parse(cls, text: str) -> "Reading":
        """Read it back."""
        value = json.loads(text)
        return cls(
            datetime.fromisoformat(value["started_at"]),
            value["cursor"],
            value["finished"],
            value.get("seen", 0),
        )


def read_source(outside: Outside, sides: Sides, progress: Progress) -> Reading:
    """Read the whole source into snapshots, resuming a broken run; waits out the CRM's budget."""
    name = f"{cursor_name('backfill', Kind.RELATION)}:{sides.link.id}"
    reading = _resume(outside, sides.source.info.id, name)
    pages = patiently(lambda cursor: sides.source.everything(Kind.RELATION, cursor), reading.cursor)
    for page in pages:
        reading = Reading(reading.started_at, page.cursor, page.cursor is None, reading.seen + len(page.records))
        with outside.sessions.begin() as session:
            snapshots.store(session, outside.vault, sides.source.info.id, page.records)
            session.merge(Cursor(connection_id=sides.source.info.id, name=name, value=reading.text()))
        progress(reading.seen, page.total)
    return reading


def _resume(outside: Outside, connection_id: int, name: str) -> Reading:
    with outside.sessions.begin() as session:
        row = session.get(Cursor, (connection_id, name))
        known = Reading.parse(row.value) if row is not None else None
    return Reading(datetime.now(UTC)) if known is None or known.finished else known


SEARCHES = 2
"""By number and by name, at a target without a list."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold what a backfill will ask of the target at most."""

    relations: int
    roles: int
    mapped: int
    blocked: int
    looks: float = 0.01
    """Calls to look a new relation up: a hundredth of a list page, or searches of its own."""

    @property
    def calls(self) -> int:
        """Estimate target calls: a create and its share of list pages; nothing for what is mapped and unchanged."""
        created = self.roles - self.mapped
        return created + ceil(created * self.looks) + 1

    def seconds(self, limits: Mapping[str, int]) -> float:
        """Estimate the time from the target's windows: the first fill of a long window is free, its rest is not."""
        return seconds_for(self.calls, limits)


def survey(outside: Outside, sides: Sides, progress: Progress) -> tuple[Estimate, list[str]]:
    """Index every participant's identifiers and count what there is to do; returns their ids as well."""
    ids: list[str] = []
    roles = blocked = 0
    for found in batches(outside, sides):
        remember_identities(outside, sides, found)
        ids += [one.relation.id for one in found]
        roles += sum(len(roles_in(sides.target, one.relation)) for one in found if not one.blocked)
        blocked += sum(one.blocked for one in found)
        progress(len(ids), None)
    looks = 0.01 if sides.target.listed else SEARCHES
    return Estimate(len(ids), roles, _mapped(outside, sides), blocked, looks), ids


def _mapped(outside: Outside, sides: Sides) -> int:
    query = select(func.count()).where(
        RelationMapping.link_id == sides.link.id, RelationMapping.state == MappingState.ACTIVE
    )
    with outside.sessions.begin() as session:
        return session.scalar(query) or 0


def release(outside: Outside, sides: Sides, ids: list[str], started_at: datetime, progress: Progress) -> None:
    """Make the bulk job of every participant due; running it again only nudges the same jobs."""
    for start in range(0, len(ids), BATCH):
        notices = [Notice(Kind.RELATION, one) for one in ids[start : start + BATCH]]
        with outside.sessions.begin() as session:
            record_changes(session, sides.source.info.id, notices, Origin.BACKFILL, uuid4(), started_at)
        progress(min(start + BATCH, len(ids)), len(ids))


def remaining(outside: Outside, link_id: int) -> int:
    """Count the jobs of a link that still have work."""
    query = select(func.count()).where(SyncJob.link_id == link_id, SyncJob.state == JobState.DUE, to_the_books())
    with outside.sessions.begin() as session:
        return session.scalar(query) or 0


def waiting(outside: Outside, link_id: int, pause: Callable[[], None]) -> Iterator[int]:
    """Yield how many jobs remain until none does."""
    while left := remaining(outside, link_id):
        yield left
        pause()
