"""Keep doubtful matches until a person decides, and remember the decision for good."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Literal, get_args

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.tables import Review
from models.words import Kind, Role
from sync.matching import Doubtful

Decision = Literal["use", "create", "never"]
BROKEN = "review.broken"
"""Reason of the decision `never` that breaking a tie by hand leaves: nothing but a person takes it back."""


DECISIONS: tuple[Decision, ...] = get_args(Decision)

ANSWERS: Mapping[str, tuple[Decision, ...]] = {"review.both_changed": ("use", "never")}
"""Reason -> the answers that mean something to it, where not all do: there, `use` lets the CRM win and `never` the
books, and nothing can be created."""

SAME_AGAIN = frozenset({"review.taken", "review.other_role", "review.gone"})
"""Reasons for which using the very candidate that was asked about would only lead to the same question."""


class UnknownReview(ValueError):
    """Say that there is no such open question, or that the answer does not fit it."""


class Overtaken(UnknownReview):
    """Say that the question is not the one that was shown; `row` tells what became of it and by whom."""

    def __init__(self, row: Review) -> None:
        super().__init__(f"review {row.id} has changed since it was shown")
        self.row = row


def standing(session: Session, link_id: int, kind: str, record_id: str, role: str) -> Review | None:
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


def supersede(session: Session, link_id: int, kind: str, record_id: str, role: str, reason: str | None = None) -> None:
    """Use up a decision that holds for one run only; without a reason, whatever stands."""
    session.execute(
        update(Review)
        .where(
            Review.link_id == link_id,
            Review.kind == kind,
            Review.record_id == record_id,
            Review.role == role,
            Review.superseded_at.is_(None),
            *([] if reason is None else [Review.reason == reason]),
        )
        .values(superseded_at=func.now())
    )


def answers_of(reason: str) -> tuple[Decision, ...]:
    """Return the answers that fit a question."""
    return ANSWERS.get(reason, DECISIONS)


def usable(row: Review) -> list[str]:
    """Return the target records among its candidates that `use` may name to some effect."""
    if row.reason in SAME_AGAIN:
        return []
    return [one["target_id"] for one in row.candidates if one.get("target_id")]


def stamp(row: Review) -> str:
    """Digest what a person was shown, to tell later whether it is still the same question in the same state."""
    at = row.decided_at.isoformat() if row.decided_at else ""
    shown = [row.reason, row.candidates, row.decision, row.decided_target_id, at, row.superseded_at is not None]
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]


def decide(
    session: Session,
    review_id: int,
    decision: Decision,
    target_id: str | None,
    by: str,
    shown: str | None = None,
) -> Review:
    """Store a person's decision; the caller nudges the job. Raises UnknownReview.

    With the `stamp` of what they were shown, a question that moved meanwhile raises Overtaken.
    """
    row = session.get(Review, review_id, with_for_update=True)
    if row is not None and shown is not None and shown != stamp(row):
        session.expunge(row)  # So that it can still be read when the transaction was taken back.
        raise Overtaken(row)
    if row is None or row.superseded_at is not None:
        raise UnknownReview(f"review {review_id} is not open")
    if decision not in answers_of(row.reason):
        raise UnknownReview(f"`{decision}` does not answer {row.reason}")
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
