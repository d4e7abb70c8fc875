"""Carry out what a person decided about a doubtful match: remember it and put the record's job to work."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Link, Review
from models.words import Kind, Origin
from sync import reviews
from sync.intake import JobRef, record_changes
from sync.reviews import Decision


def decide(
    session: Session, review_id: int, decision: Decision, target_id: str | None, by: str
) -> tuple[Review, list[JobRef]]:
    """Store the decision and nudge the job; the caller commits, then wakes. Raises UnknownReview."""
    row = reviews.decide(session, review_id, decision, target_id, by)
    link = session.get_one(Link, row.link_id)
    notices = [Notice(Kind(row.kind), row.record_id)]
    jobs = record_changes(session, link.source_id, notices, Origin.DECISION, uuid4(), datetime.now(UTC))
    return row, jobs
