"""Look at what the product did, in its own tables: what arrived, how fast, and what waits."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from models.tables import Connection, Link, RelationMapping, SyncJob, SyncLog, WriteIntent
from models.words import JobState, MappingState, Outcome
from sync.backlog import Backlog, backlog, outcomes_since
from worker.demo.office import LINK
from worker.demo.stage import Stage

LOOK_SECONDS = 0.05
WRITTEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.ADOPTED)

T = TypeVar("T")


class TooLate(Exception):
    """Say that something did not happen in time; the story goes on and the verification will tell."""


def wait_for(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Return what a look finds as soon as it finds something. Raises TooLate."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise TooLate(what)
        time.sleep(LOOK_SECONDS)


def now(stage: Stage) -> datetime:
    """Return the database's time."""
    with stage.runtime.sessions() as session:
        moment: datetime = session.scalars(select(func.clock_timestamp())).one()
        return moment


def link_id(stage: Stage) -> int:
    """Return the id of the office's link."""
    with stage.runtime.sessions() as session:
        return session.scalars(select(Link.id).where(Link.name == LINK)).one()


def written(stage: Stage, record_id: str, since: datetime) -> datetime | None:
    """Return when a write of a record was answered by the books, if it was since a moment."""
    query = select(func.max(SyncLog.at)).where(
        SyncLog.record_id == record_id, SyncLog.at >= since, SyncLog.outcome.in_(WRITTEN)
    )
    with stage.runtime.sessions() as session:
        return session.scalar(query)


def mapped(stage: Stage, record_ids: Collection[str]) -> Sequence[str]:
    """Return which records are mapped by now, oldest first."""
    query = (
        select(RelationMapping.source_id)
        .where(RelationMapping.source_id.in_(record_ids), RelationMapping.state == MappingState.ACTIVE)
        .order_by(RelationMapping.id)
    )
    with stage.runtime.sessions() as session:
        return session.scalars(query).all()


def work_left(stage: Stage, link: str = LINK) -> Backlog:
    """Count what a link still has to do."""
    with stage.runtime.sessions() as session:
        return backlog(session, session.scalars(select(Link.id).where(Link.name == link)).one())


def state_of(stage: Stage, connection: str) -> str:
    """Return the state of a connection."""
    with stage.runtime.sessions() as session:
        return session.scalars(select(Connection.state).where(Connection.name == connection)).one()


def open_intents(stage: Stage) -> int:
    """Count the writes whose outcome is not known yet."""
    with stage.runtime.sessions() as session:
        return session.scalar(select(func.count()).where(WriteIntent.state == "open")) or 0


def outcomes(stage: Stage, record_id: str) -> Sequence[str]:
    """Return how the attempts of a record ended, oldest first."""
    query = select(SyncLog.outcome).where(SyncLog.record_id == record_id).order_by(SyncLog.at, SyncLog.id)
    with stage.runtime.sessions() as session:
        return session.scalars(query).all()


def pending(stage: Stage, record_ids: Collection[str]) -> int:
    """Count the records of which a job still has work, at whichever target."""
    query = select(func.count(SyncJob.record_id.distinct())).where(
        SyncJob.record_id.in_(record_ids), SyncJob.state == JobState.DUE
    )
    with stage.runtime.sessions() as session:
        return session.scalar(query) or 0


def outcomes_of_link(stage: Stage, since: datetime) -> dict[str, int]:
    """Count how the link's attempts ended since a moment."""
    with stage.runtime.sessions() as session:
        return outcomes_since(session, session.scalars(select(Link.id).where(Link.name == LINK)).one(), since)
