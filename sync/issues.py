"""Open, refresh and close issues: one open row per cause, field and record, however often it is met."""

from collections.abc import Iterable

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.records import Problem
from models.tables import Issue, Link
from models.words import Kind

CURED = "boekbrug"
CONNECTION = ""
"""Stands for the record where the cause is the connection's: a call that succeeds cures it."""


def raise_issue(
    session: Session,
    link_id: int,
    kind: Kind,
    record_id: str,
    problem: Problem,
    *,
    role: str = "",
    label: bytes | None = None,
    url: str = "",
) -> None:
    """Open the issue of a problem, or count it once more when it stands open."""
    statement = insert(Issue).values(
        link_id=link_id,
        kind=kind,
        record_id=record_id,
        role=role,
        cause=problem.cause,
        field=problem.field,
        params=dict(problem.params),
        blocking=problem.blocking,
        label=label,
        url=url,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id", "kind", "record_id", "role", "cause", "field"],
            index_where=text("closed_at IS NULL"),
            set_={
                "times": Issue.times + 1,
                "seen_at": func.now(),
                "params": statement.excluded.params,
                "blocking": statement.excluded.blocking,
                "label": statement.excluded.label,
            },
        )
    )


def tell_of_connection(session: Session, link: Link, kind: Kind, words: str) -> None:
    """Open the one issue of a link whose connection refuses its credentials."""
    problem = Problem("connection.unauthorised", "", True, {"words": words, "connection": link.name})
    raise_issue(session, link.id, kind, CONNECTION, problem)


def close_cured(
    session: Session, link_id: int, kind: Kind, record_id: str, standing: Iterable[tuple[str, str, str]]
) -> int:
    """Close the record's open issues that this run did not meet; `standing` holds (role, cause, field)."""
    still = set(standing)
    rows = session.execute(
        select(Issue.id, Issue.role, Issue.cause, Issue.field).where(
            Issue.link_id == link_id,
            Issue.kind == kind,
            Issue.record_id == record_id,
            Issue.closed_at.is_(None),
        )
    ).all()
    cured = [row.id for row in rows if (row.role, row.cause, row.field) not in still]
    if cured:
        close(session, cured, CURED)
    return len(cured)


def close(session: Session, ids: Iterable[int], by: str) -> None:
    """Close issues in somebody's name."""
    session.execute(
        update(Issue)
        .where(Issue.id.in_(list(ids)), Issue.closed_at.is_(None))
        .values(closed_at=func.now(), closed_by=by)
    )
