"""Run one job: lease, read, plan, apply, record; whatever happens becomes an outcome that somebody can read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from adapters.errors import (
    Forbidden,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from adapters.outside import Outside
from models.records import Problem
from models.words import ConnectionState, JobState, Kind, Outcome
from sync import issues, jobs
from sync.jobs import LOST_LIMIT, StaleLease
from sync.logbook import log
from sync.problems import raise_problems
from sync.relations import sync_relation
from sync.work import Work

HANDLERS: Mapping[Kind, Callable[[Work], JobState]] = {Kind.RELATION: sync_relation}
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
    return None


def _attempt(work: Work) -> JobState | None:
    """Return the state the job ends in; None when it was parked instead."""
    if not work.enabled:
        return park(work, None, "switched off")
    if work.target_state != ConnectionState.ACTIVE:
        return park(work, None, "connection")
    try:
        return HANDLERS[work.kind](work)
    except Throttled as error:
        return park(work, error.retry_at, error.reason)
    except OutcomeUnknown:
        settings = work.outside.settings
        wait = timedelta(seconds=settings.deadline_seconds + settings.settle_seconds)
        return park(work, datetime.now(UTC) + wait, "unknown", Outcome.UNKNOWN)
    except Unavailable:
        return park(work, datetime.now(UTC) + timedelta(seconds=1), "unavailable")
    except Unauthorised as error:
        _tell_of_connection(work, error)
        return park(work, None, "unauthorised")
    except Forbidden as error:
        raise_problems(work, [Problem("connection.forbidden", "", True, {"words": error.words})])
    except Rejected as error:
        raise_problems(work, [Problem(error.code, error.field, True, {**error.params, "words": error.words})])
    except Unsupported as error:
        raise_problems(work, [Problem("connection.unsupported", "", True, {"words": str(error)})])
    except (StaleLease, OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the row must say so
        return _unexpected(work, error)
    return JobState.HELD


def park(
    work: Work, until: datetime | None, reason: str, outcome: Outcome = Outcome.PARKED
) -> JobState | None:
    """Put the job back until a moment, say why in the log, and burn no attempt."""
    with work.outside.sessions.begin() as session:
        log(session, work, outcome, reason=reason)
        jobs.park(session, work.lease, until, reason)
    logger.info("job.parked", reason=reason, until=until.isoformat() if until else None)
    return None


def _finish(work: Work, state: JobState | None) -> JobState | None:
    if state is not None:
        with work.outside.sessions.begin() as session:
            issues.close_cured(session, work.link.id, work.kind, work.lease.record_id, work.standing)
            if any(work.calls) and work.source_state == work.target_state == ConnectionState.ACTIVE:
                issues.close_cured(session, work.link.id, work.kind, issues.CONNECTION, ())
            jobs.finish(session, work.lease, state)
        logger.info("job.finished", state=state.value, ms=work.elapsed_ms)
    return state


def _tell_of_connection(work: Work, error: Unauthorised) -> None:
    """Open one issue for the connection, however many records wait for it."""
    with work.outside.sessions.begin() as session:
        issues.tell_of_connection(session, work.link, work.kind, error.words)


def _unexpected(work: Work, error: Exception) -> JobState | None:
    """Count it like a lost lease: a few tries with a pause, then an issue; the text names no data."""
    logger.exception("job.unexpected")
    words = type(error).__name__
    problem = Problem("sync.unexpected", "", True, {"words": words})
    with work.outside.sessions.begin() as session:
        log(session, work, Outcome.LOST, reason=words)
        if jobs.stumble(session, work.lease) < LOST_LIMIT:
            return None
        issues.raise_issue(session, work.link.id, work.kind, work.lease.record_id, problem, label=work.label)
        jobs.give_up(session, work.lease)
    return None
