"""Run one job: lease, read, plan, apply, record; whatever happens becomes an outcome that somebody can read."""

from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from adapters.errors import AdapterError
from adapters.outside import Outside
from models.records import Problem
from models.words import ConnectionState, JobState, Kind, Outcome
from sync import issues, jobs
from sync.feedback.running import sync_feedback
from sync.feedback.wanting import after_attempt
from sync.jobs import LOST_LIMIT, StaleLease
from sync.logbook import log
from sync.parking import decide, park
from sync.relations import sync_relation
from sync.work import Work

HANDLERS: Mapping[Kind, Callable[[Work], JobState]] = {
    Kind.RELATION: sync_relation,
    Kind.RELATION_FEEDBACK: sync_feedback,
}
"""How a record of each kind is brought into agreement."""

logger = structlog.get_logger()


def run_job(outside: Outside, job_id: int) -> JobState | None:
    """Lease a job and run it; None when it is not due or is somebody else's."""
    with outside.sessions.begin() as session:
        lease = jobs.take(session, job_id, outside.settings.lease_seconds)
        if lease is None:
            return None
        work = Work.open(session, outside, lease)
    with structlog.contextvars.bound_contextvars(
        correlation_id=str(lease.correlation_id), job=lease.job_id, kind=lease.kind.value
    ):
        return _run(work)


def _run(work: Work) -> JobState | None:
    try:
        return _finish(work, _attempt(work))
    except StaleLease:
        logger.warning("job.taken_over")
    except (OperationalError, InterfaceError):
        logger.warning("job.database_away", exc_info=True)
    except Exception as error:
        logger.exception("job.unexpected")
        _unexpected(work, error)
    return None


def _attempt(work: Work) -> JobState | None:
    """Return the state the job ends in; None when it was parked instead."""
    if not work.enabled:
        return park(work, None, "switched off")
    if work.target_state != ConnectionState.ACTIVE:
        return park(work, None, "connection")
    try:
        return HANDLERS[work.lease.kind](work)
    except AdapterError as error:
        return decide(work, error)


def _finish(work: Work, state: JobState | None) -> JobState | None:
    if state is not None:
        with work.outside.sessions.begin() as session:
            _judge(session, work, state)
            jobs.finish(session, work.lease, state)
        logger.info("job.finished", state=state.value, ms=work.elapsed_ms)
    return state


def _judge(session: Session, work: Work, state: JobState) -> None:
    """Close what is cured and want users told of what is not; feedback and our own untick cure nothing."""
    if any(work.calls) and work.source_state == work.target_state == ConnectionState.ACTIVE:
        issues.close_cured(session, work.link.id, work.kind, issues.CONNECTION, ())
    if work.lease.kind == work.kind and not work.as_before:
        issues.close_cured(session, work.link.id, work.kind, work.lease.record_id, work.standing)
        after_attempt(session, work, state)


def _unexpected(work: Work, error: Exception) -> None:
    """Count it like a lost lease: a few tries with a pause, then an issue; the text names no data."""
    words = type(error).__name__
    problem = Problem("sync.unexpected", "", True, {"words": words})
    with work.outside.sessions.begin() as session:
        log(session, work, Outcome.LOST, reason=words)
        if jobs.stumble(session, work.lease) >= LOST_LIMIT:
            issues.raise_issue(session, work.link.id, work.kind, work.lease.record_id, problem, label=work.label)
            jobs.give_up(session, work.lease)
