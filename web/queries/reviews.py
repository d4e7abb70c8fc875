"""Read the questions that wait for a person, and those that were answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from models.causes import Cause
from models.tables import Audit, Link, RelationMapping, Review
from models.vault import Vault
from models.words import Kind, MappingState
from sync.causes import catalogue
from sync.deciding import may_decide_anew
from sync.labels import names
from sync.reviews import stamp

PAGE = 50
Edge = tuple[datetime, int]
"""Moment and id after which a page begins."""


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one question, ready to be listed."""

    review: Review
    link: str
    name: str = field(repr=False)
    why: str = ""
    """What the person who decided it wrote."""
    anew: bool = False
    """Whether another answer would have effect and break nothing."""

    @property
    def cause(self) -> Cause:
        """Return the reason in words."""
        return catalogue().find(self.review.reason)

    @property
    def stamp(self) -> str:
        """Digest what is shown, so that an answer to something else is noticed."""
        return stamp(self.review)

    @property
    def called(self) -> str:
        """Return the name, or the id where it is not known any more."""
        return self.name or self.review.record_id


def waiting(
    session: Session, vault: Vault, *, link: str = "", reason: str = "", after: Edge | None = None
) -> tuple[list[Question], bool]:
    """Return one page of undecided questions, oldest first, and whether there are more."""
    query = (
        select(Review, Link.name)
        .join(Link, Link.id == Review.link_id)
        .where(Review.decision.is_(None), Review.superseded_at.is_(None))
        .order_by(Review.opened_at, Review.id)
        .limit(PAGE + 1)
    )
    if link:
        query = query.where(Link.name == link)
    if reason:
        query = query.where(Review.reason == reason)
    if after is not None:
        query = query.where(func.row(Review.opened_at, Review.id) > func.row(*after))
    rows = session.execute(query).tuples().all()
    return _questions(session, vault, rows[:PAGE]), len(rows) > PAGE


def _questions(session: Session, vault: Vault, rows: Sequence[tuple[Review, str]]) -> list[Question]:
    called = names(session, vault, [row for row, _ in rows])
    return [Question(row, link, called.get((row.link_id, Kind(row.kind), row.record_id), "")) for row, link in rows]


def reasons(session: Session, link: str = "") -> list[tuple[str, int]]:
    """Count the undecided questions by reason, the most frequent first."""
    query = (
        select(Review.reason, func.count().label("questions"))
        .where(Review.decision.is_(None), Review.superseded_at.is_(None))
        .group_by(Review.reason)
        .order_by(func.count().desc(), Review.reason)
    )
    if link:
        query = query.join(Link, Link.id == Review.link_id).where(Link.name == link)
    return [(row.reason, row.questions) for row in session.execute(query)]


def decided(session: Session, vault: Vault, *, before: Edge | None = None) -> tuple[list[Question], bool]:
    """Return one page of answered questions, newest first, with why, and whether there are more."""
    query = (
        select(Review, Link.name)
        .join(Link, Link.id == Review.link_id)
        .where(Review.decision.is_not(None))
        .order_by(Review.decided_at.desc(), Review.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(func.row(Review.decided_at, Review.id) < func.row(*before))
    rows = session.execute(query).tuples().all()
    shown = _questions(session, vault, rows[:PAGE])
    ids = [one.review.id for one in shown]
    why, tied = whys(session, ids), _tied(session, ids)
    return [
        Question(
            one.review,
            one.link,
            one.name,
            why.get(one.review.id, ""),
            one.review.id not in tied and may_decide_anew(one.review, None),
        )
        for one in shown
    ], len(rows) > PAGE


def whys(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return what was written with the last answer to each question, from the audit trail."""
    rows = session.execute(
        select(Audit.subject_id, Audit.reason)
        .where(Audit.subject_kind == "review", Audit.subject_id.in_([str(one) for one in ids]))
        .where(Audit.action == "review.decide")
        .order_by(Audit.at, Audit.id)
    )
    return {int(row.subject_id): row.reason for row in rows}


def _tied(session: Session, ids: Sequence[int]) -> set[int]:
    """Return the questions whose record is tied in their role."""
    same = and_(
        RelationMapping.target_connection_id == Link.target_id,
        RelationMapping.source_connection_id == Link.source_id,
        RelationMapping.kind == Review.kind,
        RelationMapping.source_id == Review.record_id,
        RelationMapping.role == Review.role,
        RelationMapping.state == MappingState.ACTIVE,
    )
    query = select(Review.id).join(Link, Link.id == Review.link_id).join(RelationMapping, same)
    return set(session.scalars(query.where(Review.id.in_(ids))))


def question(session: Session, vault: Vault, review_id: int) -> Question | None:
    """Return one question, answered or not."""
    found = chosen(session, vault, [review_id])
    return found[0] if found else None


def chosen(session: Session, vault: Vault, ids: Sequence[int]) -> list[Question]:
    """Return questions by their ids, in the order in which they were asked."""
    rows = session.execute(
        select(Review, Link.name)
        .join(Link, Link.id == Review.link_id)
        .where(Review.id.in_(ids))
        .order_by(Review.opened_at, Review.id)
    )
    return _questions(session, vault, rows.tuples().all())
