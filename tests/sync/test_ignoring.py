"""What a person put aside stays aside while it says the same, and comes back when it tells something new."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import open_engine, open_sessions
from models.records import Problem
from models.tables import Audit, Connection, Issue, Link
from models.words import Kind
from sync import ignoring, issues
from sync.audit import Actor
from sync.ignoring import Group, ReasonNeeded

ELS = Actor("els", "page")


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Open a session whose work is taken back."""
    engine = open_engine(database_url, pool=2)
    with open_sessions(engine)() as opened:
        yield opened
        opened.rollback()
    engine.dispose()


@pytest.fixture
def link(session: Session) -> int:
    """Add a link between two connections."""
    ends = [Connection(name=f"end{n}", system="snelstart", base_url="http://x", credentials=b"") for n in range(2)]
    session.add_all(ends)
    session.flush()
    row = Link(name="office", source_id=ends[0].id, target_id=ends[1].id, rules={})
    session.add(row)
    session.flush()
    return row.id


def raised(
    session: Session, link: int, params: Mapping[str, str] | None = None, *, blocking: bool = False, record: str = "1"
) -> Issue:
    """Meet a problem once more and return its open issue."""
    problem = Problem("check.kvk", "kvk", blocking, params or {})
    issues.raise_issue(session, link, Kind.RELATION, record, problem)
    session.expire_all()
    return session.scalars(select(Issue).where(Issue.record_id == record, Issue.closed_at.is_(None))).one()


SAID: dict[str, str] = {"value": "123", "words": "request 7f3a-11 refused 123", "times": "3"}


@pytest.mark.parametrize(
    ("changed", "blocking", "stays"),
    [
        ({}, False, True),
        ({"words": "request 99bc-42 refused 456", "times": "4"}, False, True),
        ({"value": "124"}, False, False),
        ({"words": "the administration is closed"}, False, False),
        ({"more": "than before"}, False, False),
        ({}, True, False),
    ],
)
def test_an_issue_stays_aside_only_while_it_says_the_same(
    session: Session, link: int, changed: dict[str, Any], blocking: bool, stays: bool
) -> None:
    first = raised(session, link, SAID)
    assert ignoring.ignore(session, ELS, Group(link, "check.kvk", "kvk"), "zo bekend", issue_id=first.id) == 1

    again = raised(session, link, {**SAID, **changed}, blocking=blocking)

    assert (again.id, again.times) == (first.id, 2)
    assert (again.ignored_at is not None, again.ignored_reason) == (stays, "zo bekend" if stays else "")


def test_an_issue_that_was_cured_is_seen_when_it_returns(session: Session, link: int) -> None:
    first = raised(session, link, SAID)
    ignoring.ignore(session, ELS, Group(link, "check.kvk", "kvk"), "zo bekend")
    assert issues.close_cured(session, link, Kind.RELATION, "1", []) == 1
    again = raised(session, link, SAID)
    assert (again.id != first.id, again.ignored_at) == (True, None)


def test_a_reason_is_needed_and_holds_no_number_of_a_person(session: Session, link: int) -> None:
    raised(session, link)
    group = Group(link, "check.kvk", "kvk")
    with pytest.raises(ReasonNeeded):
        ignoring.ignore(session, ELS, group, " \n ")
    ignoring.ignore(session, ELS, group, "BSN 111222333 klopt")
    (row,) = session.scalars(select(Audit).where(Audit.action == "issue.ignore"))
    assert (row.by, row.reason, row.after["issues"]) == ("els", "BSN *** klopt", 1)


def test_what_nobody_saw_is_not_put_aside_and_all_can_be_taken_back(session: Session, link: int) -> None:
    seen, unseen = raised(session, link), raised(session, link, record="2")
    group = Group(link, "check.kvk", "kvk")
    assert ignoring.ignore(session, ELS, group, "weg", up_to=seen.id) == 1
    assert ignoring.ignore(session, ELS, group, "weg", issue_id=seen.id) == 0
    session.expire_all()
    assert unseen.ignored_at is None
    assert ignoring.take_back(session, ELS, group) == 1
    session.expire_all()
    assert seen.ignored_at is None
    assert ignoring.group_of(session, seen.id) == group
