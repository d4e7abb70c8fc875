"""End leases whose worker was never heard of again, and say so where people look."""

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.records import Problem
from models.tables import SyncJob, SyncLog
from models.words import Kind, Outcome
from sync import issues, jobs

logger = structlog.get_logger()


def rescue_lost(session: Session) -> int:
    """Put jobs of lost workers back in the queue, or before a person at the third time in a row. Counts them."""
    rescued = jobs.rescue(session)
    for job_id, lost in rescued:
        logger.warning("job.rescued", job=job_id, lost=lost)
        job = session.get_one(SyncJob, job_id)
        session.add(_row(session, job))
        if lost >= jobs.LOST_LIMIT:
            problem = Problem("sync.lost", "", True, {"times": str(lost)})
            issues.raise_issue(session, job.link_id, Kind(job.kind).about, job.record_id, problem)
    return len(rescued)


def _row(session: Session, job: SyncJob) -> SyncLog:
    waited = session.scalars(select(func.clock_timestamp())).one() - job.wanted_since
    return SyncLog(
        link_id=job.link_id,
        job_id=job.id,
        kind=job.kind,
        record_id=job.record_id,
        outcome=Outcome.LOST,
        reason="worker lost",
        waited_ms=max(0, int(waited.total_seconds() * 1000)),
        correlation_id=job.correlation_id,
    )
