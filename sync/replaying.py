"""Put jobs that wait for a person back to work, once what stopped them was put right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from adapters import registry
from adapters.base import Notice
from models.tables import Connection, Issue, Link, SyncJob
from models.words import JobState, Kind, Lane, Origin
from sync.audit import Actor, Subject, record
from sync.feedback.wanting import try_again
from sync.ignoring import Group
from sync.intake import JobRef, record_changes

LIVE_LIMIT = 50
"""More than these at once go through the bulk lane, so that they hold up no live change."""
BATCH = 500
AT_ONCE = 5_000
"""More jobs than these are offered again in several goes, so that a page's answer never takes a minute."""
SLOW = 60
"""Calls a minute of a target that names no limit: one a second, as Nextens asks."""
CALLS_PER_RECORD = 3
"""Read the record there, write it, and now and then a look at the list: rather too many than too few."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Foretell what another try would cost."""

    jobs: int
    """How many would be offered again now."""
    left: int
    """How many of the group would remain for a next go."""
    lane: Lane
    seconds: float
    """About how long it takes with the target's call limit and nothing else to do."""


def held_jobs(session: Session, *, cause: str | None = None, job_id: int | None = None) -> list[SyncJob]:
    """Return the held jobs: all, those with an open issue of a cause, or one by its id."""
    query = select(SyncJob).where(SyncJob.state == JobState.HELD)
    if job_id is not None:
        query = query.where(SyncJob.id == job_id)
    if cause is not None:
        met = exists().where(
            Issue.link_id == SyncJob.link_id,
            Issue.kind == SyncJob.kind,
            Issue.record_id == SyncJob.record_id,
            Issue.cause == cause,
            Issue.closed_at.is_(None),
        )
        query = query.where(met)
    return list(session.scalars(query.order_by(SyncJob.id)))


def _meets(group: Group, issue_id: int | None) -> ColumnElement[bool]:
    """Build the condition of jobs with an open issue of a group; a job that is due will see for itself."""
    one = [] if issue_id is None else [Issue.id == issue_id]
    met = exists().where(
        Issue.link_id == SyncJob.link_id,
        Issue.kind == SyncJob.kind,
        Issue.record_id == SyncJob.record_id,
        *group.holds(),
        *one,
    )
    return and_(SyncJob.link_id == group.link_id, SyncJob.state != JobState.DUE, met)


def foretell(session: Session, group: Group, issue_id: int | None = None) -> Retry:
    """Count the jobs that a retry of a group's issues, or one of them, would offer, and say how long that takes."""
    total = session.scalar(select(func.count()).where(_meets(group, issue_id))) or 0
    jobs = min(total, AT_ONCE)
    lane = Lane.LIVE if jobs <= LIVE_LIMIT else Lane.BULK
    return Retry(jobs, total - jobs, lane, jobs * CALLS_PER_RECORD * 60 / _calls_a_minute(session, group.link_id))


def _calls_a_minute(session: Session, link_id: int) -> int:
    """Return the target's limit: that of the connection, else its system's."""
    books = session.execute(
        select(Connection.system, Connection.limits)
        .join(Link, Link.target_id == Connection.id)
        .where(Link.id == link_id)
    ).one()
    return int({**registry.default_limits(books.system), **books.limits}.get("minute") or SLOW)


def retry(session: Session, actor: Actor, group: Group, issue_id: int | None = None) -> tuple[int, list[JobRef]]:
    """Offer the records of a group's issues, or of one, again; returns how many. The caller commits, then wakes.

    Also those that went in but for one field: they are read and judged anew, and the issue closes if it was put right.
    """
    jobs = session.scalars(select(SyncJob).where(_meets(group, issue_id)).order_by(SyncJob.id).limit(AT_ONCE)).all()
    if not jobs:
        return 0, []
    subject = Subject("issue", str(issue_id)) if issue_id is not None else Subject("cause", group.cause)
    after = {"link_id": group.link_id, "cause": group.cause, "field": group.field, "jobs": len(jobs)}
    record(session, actor, "issue.retry", subject, after=after)
    return len(jobs), replay(session, jobs)


def replay(session: Session, jobs: Sequence[SyncJob]) -> list[JobRef]:
    """Make jobs due; the caller commits, then wakes those that ask for it. The records are read anew."""
    try_again(session, jobs)
    origin = Origin.COMMAND if len(jobs) <= LIVE_LIMIT else Origin.BACKFILL
    found: list[JobRef] = []
    for source_id, batch in _by_source(jobs):
        notices = [Notice(Kind(job.kind).about, job.record_id) for job in batch]
        found += record_changes(session, source_id, notices, origin, uuid4(), datetime.now(UTC))
    return found


def _by_source(jobs: Sequence[SyncJob]) -> Iterator[tuple[int, Sequence[SyncJob]]]:
    sources = sorted({job.source_connection_id for job in jobs})
    for source in sources:
        mine = [job for job in jobs if job.source_connection_id == source]
        for start in range(0, len(mine), BATCH):
            yield source, mine[start : start + BATCH]
