"""Make one write to the CRM under an intent, and store single facts of what is told there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from adapters.base import Gate
from adapters.errors import Forbidden, Missing, Rejected, Throttled, Unauthorised, Unavailable
from models.records import Fields
from models.tables import Feedback
from sync import intents
from sync.intents import Writing
from sync.work import Work

NOTHING_WRITTEN = (Throttled, Unavailable, Unauthorised, Forbidden, Rejected, Missing)
"""Failures that say for certain that the call did nothing; after any other the intent stays open."""


def write(work: Work, operation: str, fields: Fields, send: Callable[[Gate], None], marker: UUID | None = None) -> UUID:
    """Make one write under an intent, which stays open when nobody knows what became of it."""
    opened = marker or uuid4()
    begun = False

    def gate() -> None:
        nonlocal begun
        intents.open_intent(work, Writing("", operation, fields), opened)
        begun = True

    try:
        send(gate)
    except NOTHING_WRITTEN:
        if begun:
            close(work, opened, "refused")
        raise
    return opened


def close(work: Work, marker: UUID, state: str) -> None:
    """Settle a write: `done`, `refused` or `absent`."""
    with work.outside.sessions.begin() as session:
        intents.settle(session, marker, state)


def save(session: Session, row: Feedback, **values: Any) -> None:
    """Store single columns: what is to be told is decided by the record's own job meanwhile."""
    session.execute(
        update(Feedback)
        .where(Feedback.link_id == row.link_id, Feedback.kind == row.kind, Feedback.record_id == row.record_id)
        .values(**values)
    )
    for name, value in values.items():
        setattr(row, name, value)
