"""Open, refresh and close issues: one open row per cause, field and record, however often it is met."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
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
    """Open the issue of a problem, or count it once more when it stands open.

    One that a person put aside stays aside while it says the same: they looked at this fault and chose to live with
    it. It comes back when it tells something new (another value, other words, or it now stops the whole record),
    because nobody has seen that. Counters and running numbers in a vendor's words tell nothing new.
    """
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
                **_aside(statement),
            },
        )
    )


WORDS = "words"
"""The parameter with the vendor's own words."""
COUNTERS = ("times", WORDS)
"""Parameters that are not compared as they are."""
RUNNING = r"[0-9a-fA-F-]*[0-9][0-9a-fA-F-]*"
"""What differs in one vendor's text from call to call: numbers and ids of requests."""


def _aside(statement: Insert) -> dict[str, object]:
    """Return what becomes of the columns that put an issue aside."""
    new = statement.excluded
    old_words = func.regexp_replace(func.coalesce(Issue.params[WORDS].astext, ""), RUNNING, "", "g")
    new_words = func.regexp_replace(func.coalesce(new.params[WORDS].astext, ""), RUNNING, "", "g")
    same = and_(_without_counters(Issue.params.expression) == _without_counters(new.params), old_words == new_words)
    stays = and_(same, or_(Issue.blocking, new.blocking.is_(False)))
    return {
        "ignored_at": case((stays, Issue.ignored_at), else_=null()),
        "ignored_by": case((stays, Issue.ignored_by), else_=""),
        "ignored_reason": case((stays, Issue.ignored_reason), else_=""),
    }


def _without_counters(params: ColumnElement[Any]) -> ColumnElement[Any]:
    for name in COUNTERS:
        params = params.op("-")(name)
    return params


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
