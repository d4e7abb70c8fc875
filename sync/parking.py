"""Turn each failure of an outside system into what becomes of the job: wait, ask a person, or look again."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from adapters.errors import (
    AdapterError,
    Forbidden,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from models.records import Problem
from models.words import JobState, Outcome
from sync import issues, jobs
from sync.feedback.mailing import tell_administrator
from sync.logbook import log
from sync.problems import raise_problems
from sync.work import Work

UNAVAILABLE_SECONDS = 1.0
"""Until the next look while the breaker makes up its mind; after that the connection's state holds the job."""

logger = structlog.get_logger()

Decision = Callable[[Work, Any], JobState | None]


def decide(work: Work, error: AdapterError) -> JobState | None:
    """Return the state the job ends in, None when it was parked. Raises the error itself when no rule fits."""
    for kind in type(error).__mro__:
        if kind in DECISIONS:
            return DECISIONS[kind](work, error)
    raise error


def park(work: Work, until: datetime | None, reason: str, outcome: Outcome = Outcome.PARKED) -> JobState | None:
    """Put the job back until a moment, say why in the log, and burn no attempt."""
    with work.outside.sessions.begin() as session:
        log(session, work, outcome, reason=reason)
        jobs.park(session, work.lease, until, reason)
    logger.info("job.parked", reason=reason, until=until.isoformat() if until else None)
    return None


def _wait(work: Work, error: Throttled) -> JobState | None:
    return park(work, error.retry_at, error.reason)


def _wait_for_settling(work: Work, error: OutcomeUnknown) -> JobState | None:
    settings = work.outside.settings
    wait = timedelta(seconds=settings.deadline_seconds + settings.settle_seconds)
    return park(work, datetime.now(UTC) + wait, "unknown", Outcome.UNKNOWN)


def _wait_for_system(work: Work, error: Unavailable) -> JobState | None:
    return park(work, datetime.now(UTC) + timedelta(seconds=UNAVAILABLE_SECONDS), "unavailable")


def _wait_for_consent(work: Work, error: Unauthorised) -> JobState | None:
    """Open one issue for the connection, however many records wait for it."""
    with work.outside.sessions.begin() as session:
        issues.tell_of_connection(session, work.link, work.kind, error.words)
        tell_administrator(session, work.outside, work.link, work.kind, error.words)
    return park(work, None, "unauthorised")


def _ask_for_right(work: Work, error: Forbidden) -> JobState:
    return _tell(work, Problem("connection.forbidden", "", True, {"words": error.words}))


def _ask_for_correction(work: Work, error: Rejected) -> JobState:
    return _tell(work, Problem(error.code, error.field, True, {**error.params, "words": error.words}))


def _say_unsupported(work: Work, error: Unsupported) -> JobState:
    return _tell(work, Problem("connection.unsupported", "", True, {"words": str(error)}))


def _tell(work: Work, problem: Problem) -> JobState:
    raise_problems(work, [problem])
    return JobState.HELD


DECISIONS: Mapping[type, Decision] = {
    Throttled: _wait,
    OutcomeUnknown: _wait_for_settling,
    Unavailable: _wait_for_system,
    Unauthorised: _wait_for_consent,
    Forbidden: _ask_for_right,
    Rejected: _ask_for_correction,
    Unsupported: _say_unsupported,
}
"""What each class of adapters.errors asks of the job that met it."""
