"""Raise what is wrong with a record as issues, and note that they stand."""

from collections.abc import Sequence

from models.records import Problem
from models.words import Outcome
from sync import issues
from sync.logbook import log
from sync.work import Work


def raise_problems(work: Work, problems: Sequence[Problem], role: str = "") -> None:
    """Open an issue for each problem; a blocking one is the outcome of the attempt and is logged as such."""
    if not problems:
        return
    with work.outside.sessions.begin() as session:
        for problem in problems:
            work.met(problem, role)
            issues.raise_issue(
                session,
                work.link.id,
                work.kind,
                work.lease.record_id,
                problem,
                role=role,
                label=work.label,
                url=work.url,
            )
        blocking = [problem.cause for problem in problems if problem.blocking]
        if blocking:
            log(session, work, Outcome.ISSUE, role=role, reason=blocking[0])
