"""Carry out what a person decided about a doubtful match: remember it and put the record's job to work."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.base import Notice
from adapters.masking import mask
from models.tables import Link, RelationMapping, Review
from models.words import Kind, MappingState, Origin
from sync import reviews
from sync.audit import Actor, Subject, record
from sync.ignoring import REASON_CHARACTERS
from sync.intake import JobRef, record_changes
from sync.reviews import Decision


def decide(
    session: Session,
    review_id: int,
    decision: Decision,
    target_id: str | None,
    actor: Actor,
    *,
    reason: str = "",
    shown: str | None = None,
) -> tuple[Review, list[JobRef]]:
    """Store the decision and nudge the job; the caller commits, then wakes. Raises UnknownReview, Overtaken.

    `shown` is the stamp of the question as the person saw it (sync.reviews.stamp).
    """
    before = _decided(session.get(Review, review_id))
    row = reviews.decide(session, review_id, decision, target_id, actor.by, shown)
    link = session.get_one(Link, row.link_id)
    notices = [Notice(Kind(row.kind), row.record_id)]
    correlation = uuid4()
    record(
        session,
        actor,
        "review.decide",
        Subject("review", str(row.id)),
        reason=mask(" ".join(reason.split()))[:REASON_CHARACTERS],
        before=before,
        after={**_decided(row), "question": row.reason, "record_id": row.record_id, "role": row.role},
        correlation_id=correlation,
    )
    return row, record_changes(session, link.source_id, notices, Origin.DECISION, correlation, datetime.now(UTC))


def _decided(row: Review | None) -> dict[str, str | None]:
    if row is None or row.decision is None:
        return {}
    return {"decision": row.decision, "target_id": row.decided_target_id}


def tie_of(session: Session, row: Review) -> RelationMapping | None:
    """Return the active mapping of the question's record and role."""
    link = session.get_one(Link, row.link_id)
    return session.scalar(
        select(RelationMapping).where(
            RelationMapping.target_connection_id == link.target_id,
            RelationMapping.source_connection_id == link.source_id,
            RelationMapping.kind == row.kind,
            RelationMapping.source_id == row.record_id,
            RelationMapping.role == row.role,
            RelationMapping.state == MappingState.ACTIVE,
        )
    )


def may_decide_anew(row: Review, tie: RelationMapping | None) -> bool:
    """Tell whether another answer would have effect and break nothing: once it is tied, the tie is what to change."""
    return row.decision is not None and row.superseded_at is None and tie is None
