"""Take, finish, park and hold the one job of a record; every change is fenced, so a late worker changes nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from models.tables import SyncJob
from models.words import JobState, Kind, Lane

LOST_LIMIT = 3
"""Leases in a row that may end without an outcome before a person must look (design §2.3)."""


class StaleLease(Exception):
    """Say that another worker has the job now; whatever was not committed must be forgotten."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Hold one worker's right to one job, with the version of the record it works for."""

    job_id: int
    fence: int
    version: int
    link_id: int
    source_connection_id: int
    target_connection_id: int
    kind: Kind
    record_id: str
    lane: Lane
    wanted_at: datetime
    wanted_since: datetime
    correlation_id: UUID
    saved_by: bytes | None = None


def _seconds(amount: float) -> Any:
    return func.clock_timestamp() + timedelta(seconds=amount)


def take(session: Session, job_id: int, seconds: float) -> Lease | None:
    """Lease a due job, or return None: it is done, parked, held or somebody else's."""
    row = session.execute(
        update(SyncJob)
        .where(
            SyncJob.id == job_id,
            SyncJob.state == JobState.DUE,
            SyncJob.lease_until.is_(None),
            SyncJob.not_before <= func.clock_timestamp(),
        )
        .values(lease_until=_seconds(seconds), fence=SyncJob.fence + 1, handed_until=null(), park_reason="")
        .returning(SyncJob)
    ).scalar_one_or_none()
    return None if row is None else _lease(row)


def _lease(job: SyncJob) -> Lease:
    return Lease(
        job.id,
        job.fence,
        job.wanted,
        job.link_id,
        job.source_connection_id,
        job.target_connection_id,
        Kind(job.kind),
        job.record_id,
        Lane(job.lane),
        job.wanted_at,
        job.wanted_since,
        job.correlation_id,
        job.saved_by,
    )


def _mine(lease: Lease) -> Any:
    return and_(SyncJob.id == lease.job_id, SyncJob.fence == lease.fence, SyncJob.lease_until.is_not(None))


def _change(session: Session, lease: Lease, **values: Any) -> None:
    done = session.execute(update(SyncJob).where(_mine(lease)).values(**values).returning(SyncJob.id))
    if done.scalar_one_or_none() is None:
        raise StaleLease(f"job {lease.job_id} was taken over")


def confirm(session: Session, lease: Lease, seconds: float) -> None:
    """Check the fence and stretch the lease so that it outlives the write about to be sent. Raises StaleLease."""
    _change(session, lease, lease_until=func.greatest(SyncJob.lease_until, _seconds(seconds)))


def finish(session: Session, lease: Lease, state: JobState = JobState.DONE) -> None:
    """End the lease with an outcome; a newer event meanwhile makes the job due again at once."""
    newer = SyncJob.wanted > lease.version
    _change(
        session,
        lease,
        lease_until=null(),
        done=lease.version,
        lost=0,
        not_before=func.clock_timestamp(),
        state=case((newer, JobState.DUE.value), else_=state.value),
        wanted_since=case((newer, SyncJob.wanted_at), else_=SyncJob.wanted_since),
    )


def park(session: Session, lease: Lease, until: datetime | None, reason: str) -> None:
    """Put the job back in the queue until a moment; None waits only for its connection.

    The pause is laid on the database's clock, which decides when it ends. A live change that came meanwhile
    does not share the wait of bulk.
    """
    pause = timedelta(0) if until is None else until - datetime.now(UTC)
    overtaken = and_(SyncJob.lane == Lane.LIVE, literal(lease.lane != Lane.LIVE))
    moment = func.clock_timestamp() + case((overtaken, timedelta(0)), else_=pause)
    _change(session, lease, lease_until=null(), lost=0, not_before=moment, park_reason=reason)


def rescue(session: Session, limit: int = 500) -> list[tuple[int, int]]:
    """End leases that ran out, counting each as lost. Returns (job id, times lost) of those rescued."""
    expired = (
        select(SyncJob.id)
        .where(SyncJob.lease_until < func.clock_timestamp())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(SyncJob)
        .where(SyncJob.id.in_(expired))
        .values(
            lease_until=null(),
            fence=SyncJob.fence + 1,
            lost=SyncJob.lost + 1,
            handed_until=null(),
            state=case((SyncJob.lost + 1 >= LOST_LIMIT, JobState.HELD.value), else_=SyncJob.state),
        )
        .returning(SyncJob.id, SyncJob.lost)
    )
    return list(rows)


def stumble(session: Session, lease: Lease) -> int:
    """End a lease that failed for a reason we do not know, with a growing pause. Returns how often in a row."""
    pause = func.make_interval(0, 0, 0, 0, 0, 0, 5 * func.power(2, SyncJob.lost))
    lost = session.execute(
        update(SyncJob)
        .where(_mine(lease))
        .values(
            lease_until=null(),
            lost=SyncJob.lost + 1,
            not_before=func.clock_timestamp() + pause,
            park_reason="unexpected",
        )
        .returning(SyncJob.lost)
    ).scalar_one_or_none()
    if lost is None:
        raise StaleLease(f"job {lease.job_id} was taken over")
    return lost


def give_up(session: Session, lease: Lease) -> None:
    """Take a job out of the queue after too many tries; a newer event, also one meanwhile, puts it back."""
    newer = SyncJob.wanted > lease.version
    session.execute(
        update(SyncJob)
        .where(SyncJob.id == lease.job_id, SyncJob.fence == lease.fence)
        .values(
            state=case((newer, JobState.DUE.value), else_=JobState.HELD.value),
            done=lease.version,
            lost=0,
            wanted_since=case((newer, SyncJob.wanted_at), else_=SyncJob.wanted_since),
        )
    )


def outstanding() -> Any:
    """Build the condition of a job that is on its way: a wake-up was sent lately, or a worker holds it."""
    return or_(SyncJob.handed_until > func.clock_timestamp(), SyncJob.lease_until.is_not(None))
