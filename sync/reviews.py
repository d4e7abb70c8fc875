"""Keep doubtful matches until a person decides, and remember the decision for good."""

from dataclasses import asdict
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.tables import Review
from models.words import Kind, Role
from sync.matching import Doubtful

Decision = Literal["use", "create", "never"]


class UnknownReview(ValueError):
    """Say that there is no such open question, or that the answer does not fit it."""


def standing(session: Session, link_id: int, kind: Kind, record_id: str, role: str) -> Review | None:
    """Return the one review of a record and role that was not superseded, decided or not."""
    return session.scalar(
        select(Review).where(
            Review.link_id == link_id,
            Review.kind == kind,
            Review.record_id == record_id,
            Review.role == role,
            Review.superseded_at.is_(None),
        )
    )


def ask(
    session: Session,
    link_id: int,
    kind: Kind,
    record_id: str,
    role: Role,
    doubt: Doubtful,
    label: bytes | None,
) -> None:
    """Open a review, or refresh the open one; what a person decided before is superseded by new evidence."""
    candidates = [asdict(candidate) for candidate in doubt.candidates]
    row = standing(session, link_id, kind, record_id, role)
    if row is not None and row.decision is None:
        row.reason, row.candidates, row.label = doubt.reason, candidates, label
        return
    if row is not None:
        row.superseded_at = func.now()
        session.flush()
    session.add(
        Review(
            link_id=link_id,
            kind=kind,
            record_id=record_id,
            role=role,
            reason=doubt.reason,
            candidates=candidates,
            label=label,
        )
    )


def withdraw(session: Session, link_id: int, kind: Kind, record_id: str, role: str) -> None:
    """Close an undecided review whose doubt has gone."""
    session.execute(
        update(Review)
        .where(
            Review.link_id == link_id,
            Review.kind == kind,
            Review.record_id == record_id,
            Review.role == role,
            Review.decision.is_(None),
            Review.superseded_at.is_(None),
        )
        .values(superseded_at=func.now())
    )


def supersede(session: Session, link_id: int, kind: Kind, record_id: str, role: str, reason: str) -> None:
    """Use up a decision that holds for one run only."""
    session.execute(
        update(Review)
        .where(
            Review.link_id == link_id,
            Review.kind == kind,
            Review.record_id == record_id,
            Review.role == role,
            Review.reason == reason,
            Review.superseded_at.is_(None),
        )
        .values(superseded_at=func.now())
    )


def decide(session: Session, review_id: int, decision: Decision, target_id: str | None, by: str) -> Review:
    """Store a person's decision; the caller nudges the job. Raises UnknownReview."""
    row = session.get(Review, review_id, with_for_update=True)
    if row is None or row.superseded_at is not None:
        raise UnknownReview(f"review {review_id} is not open")
    if (decision == "use") != bool(target_id):
        raise UnknownReview("`use` needs the id of a target record, the other decisions none")
    row.decision, row.decided_target_id, row.decided_by = decision, target_id, by
    row.decided_at = func.now()
    return row


def open_reviews(session: Session, link_id: int | None = None) -> list[Review]:
    """List undecided reviews, oldest first."""
    query = select(Review).where(Review.decision.is_(None), Review.superseded_at.is_(None))
    if link_id is not None:
        query = query.where(Review.link_id == link_id)
    return list(session.scalars(query.order_by(Review.opened_at)))
