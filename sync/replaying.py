"""Put jobs that wait for a person back to work, once what stopped them was put right."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Issue, SyncJob
from models.words import JobState, Kind, Origin
from sync.feedback.wanting import try_again
from sync.intake import JobRef, record_changes

LIVE_LIMIT = 50
"""More than these at once go through the bulk lane, so that they hold up no live change."""
BATCH = 500


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
