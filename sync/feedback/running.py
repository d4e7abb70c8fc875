"""Bring what the CRM's users see into agreement with what became of their record."""

from datetime import UTC, datetime

from adapters.base import Feedback as Crm
from adapters.errors import Missing, Throttled
from models.tables import Feedback
from models.words import JobState
from sync import intents
from sync.feedback.box import settle_box, tick_back, untick
from sync.feedback.messages import MESSAGE, settle_message, take_back, tell
from sync.feedback.wanting import feedback_of
from sync.work import Work


def sync_feedback(work: Work) -> JobState:
    """Settle what is open, then tell of a failure or take back what was told."""
    row = _row(work)
    if row is None or not isinstance(work.source, Crm):
        return JobState.DONE
    try:
        _settle(work, work.source, row)
        if row.failed:
            tell(work, work.source, row)
            untick(work, work.source, row)
        else:
            tick_back(work, work.source, row)
            take_back(work, work.source, row)
    except Missing:
        _forget(work)
    return JobState.DONE


def _row(work: Work) -> Feedback | None:
    with work.outside.sessions.begin() as session:
        return feedback_of(session, work)


def _settle(work: Work, crm: Crm, row: Feedback) -> None:
    """Find out what became of an unanswered write. Raises Throttled until it can land no more."""
    with work.outside.sessions.begin() as session:
        intent = intents.open_one(session, work, "")
    if intent is None:
        return
    if datetime.now(UTC) < intent.locate_at:
        raise Throttled(intent.locate_at, "settling")
    if intent.operation == MESSAGE:
        settle_message(work, crm, row, intent)
    else:
        settle_box(work, crm, row, intent)


def _forget(work: Work) -> None:
    """Drop what was told of a record that left the CRM, its timeline with it."""
    with work.outside.sessions.begin() as session:
        if (row := feedback_of(session, work)) is not None:
            session.delete(row)
