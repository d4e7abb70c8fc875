"""Wake-ups go out fairly, never to a connection that is away and never more than can be used."""

from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text, update

from models.database import Sessions, open_engine, open_sessions
from models.tables import Connection, Link, SyncJob
from models.words import ConnectionState, Lane
from sync.dispatch import LIVE_AT_ONCE, Handed, hand_out, next_polls

RESEND = 10.0


@pytest.fixture(scope="module")
def all_sessions(database_url: str) -> Iterator[Sessions]:
    engine = open_engine(database_url)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def sessions(all_sessions: Sessions) -> Sessions:
    empty(all_sessions)
    return all_sessions


def empty(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(text("TRUNCATE connection, link, sync_job CASCADE"))


def office(sessions: Sessions, **values: object) -> Link:
    """Make a CRM, an administration and the link between them."""
    with sessions.begin() as session:
        names = (f"crm-{uuid4()}", f"books-{uuid4()}")
        crm, books = (Connection(name=one, system="-", base_url="-", credentials=b"") for one in names)
        for name, value in values.items():
            setattr(books, name, value)
        session.add_all([crm, books])
        session.flush()
        link = Link(name=str(uuid4()), source_id=crm.id, target_id=books.id, rules={})
        session.add(link)
    return link


def add_jobs(sessions: Sessions, link: Link, count: int, lane: Lane = Lane.LIVE) -> None:
    rows = [
        {
            "link_id": link.id, "source_connection_id": link.source_id, "kind": "relation",
            "target_connection_id": link.target_id, "record_id": uuid4().hex, "lane": lane,
            "correlation_id": UUID(int=1),
        }
        for _ in range(count)
    ]  # fmt: skip
    if rows:
        with sessions.begin() as session:
            session.execute(insert(SyncJob), rows)


def sweep(sessions: Sessions, room: int = 10) -> list[Handed]:
    with sessions.begin() as session:
        return hand_out(session, lambda _, __: room, RESEND)


def counts(found: list[Handed]) -> Mapping[tuple[int, Lane], int]:
    return Counter({(one.connection_id, one.lane): len(one.job_ids) for one in found})


def run(sessions: Sessions, statement: str, **values: object) -> None:
    with sessions.begin() as session:
        session.execute(text(statement), values)


amounts = st.tuples(st.integers(0, 70), st.integers(0, 30))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(amounts, min_size=1, max_size=4), st.integers(0, 12))
def test_every_connection_gets_its_share_and_none_more_than_its_room(
    sessions: Sessions, offices: list[tuple[int, int]], room: int
) -> None:
    empty(sessions)
    expected: Counter[tuple[int, Lane]] = Counter()
    for live, bulk in offices:
        link = office(sessions)
        add_jobs(sessions, link, live)
        add_jobs(sessions, link, bulk, Lane.BULK)
        expected[link.target_id, Lane.LIVE] = min(live, LIVE_AT_ONCE)
        expected[link.target_id, Lane.BULK] = min(bulk, room)
    found = sweep(sessions, room)

    assert +Counter(counts(found)) == +expected
    lanes = [one.lane for one in found]
    assert lanes == sorted(lanes, key=lambda lane: lane != Lane.LIVE), "bulk went before live"
    again = counts(sweep(sessions, room))
    assert not any(again.values()), "more than the room was handed out while all were on their way"


@pytest.mark.parametrize("end", ["source", "target"])
@pytest.mark.parametrize(
    "closing",
    [
        "enabled = false",
        "state = 'parked'",
        "state = 'needs_consent'",
        "throttled_until = now() + interval '1 minute'",
    ],
)
def test_jobs_of_a_closed_connection_stay_untouched(sessions: Sessions, end: str, closing: str) -> None:
    link, other = office(sessions), office(sessions)
    for one in (link, other):
        add_jobs(sessions, one, 3)
    closed = link.source_id if end == "source" else link.target_id
    run(sessions, f"UPDATE connection SET {closing} WHERE id = :id", id=closed)
    before = states(sessions, link)

    assert counts(sweep(sessions)) == {(other.target_id, Lane.LIVE): 3}
    assert states(sessions, link) == before


def states(sessions: Sessions, link: Link) -> list[object]:
    with sessions.begin() as session:
        statement = "SELECT id, xmin::text, handed_until, fence FROM sync_job WHERE link_id = :id ORDER BY id"
        return list(session.execute(text(statement), {"id": link.id}))


def test_a_lost_wake_up_is_sent_again_after_its_time_and_not_before(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 3)
    first = sweep(sessions)
    assert sweep(sessions) == []
    run(sessions, "UPDATE sync_job SET handed_until = now() - interval '1 ms'")
    assert sorted(sweep(sessions)[0].job_ids) == sorted(first[0].job_ids)


def test_leased_and_parked_jobs_are_left_alone(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 3)
    run(sessions, "UPDATE sync_job SET lease_until = now() - interval '1 hour' WHERE id = "
        "(SELECT min(id) FROM sync_job)")  # fmt: skip
    run(sessions, "UPDATE sync_job SET not_before = now() + interval '1 hour' WHERE id = "
        "(SELECT max(id) FROM sync_job)")  # fmt: skip
    assert counts(sweep(sessions)) == {(link.target_id, Lane.LIVE): 1}


def test_what_is_under_way_counts_against_the_room(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 10, Lane.BULK)
    run(sessions, "UPDATE sync_job SET lease_until = now() + interval '1 hour' WHERE id IN "
        "(SELECT id FROM sync_job LIMIT 4)")  # fmt: skip
    assert counts(sweep(sessions, room=6)) == {(link.target_id, Lane.BULK): 2}


def test_the_oldest_goes_first(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 5, Lane.BULK)
    run(sessions, "UPDATE sync_job SET not_before = now() - id * interval '1 second'")
    with sessions.begin() as session:
        expected = [row[0] for row in session.execute(text("SELECT id FROM sync_job ORDER BY id DESC"))]
    assert sweep(sessions, room=3)[0].job_ids == expected[:3]


def test_bulk_waits_while_the_hours_allowance_is_spent_and_live_goes_on(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 5, Lane.BULK)
    add_jobs(sessions, link, 2, Lane.LIVE)
    run(sessions, "UPDATE sync_job SET not_before = now() + interval '1 minute', park_reason = 'allowance spent' "
        "WHERE id = (SELECT min(id) FROM sync_job WHERE lane = 'bulk')")  # fmt: skip
    assert counts(sweep(sessions)) == {(link.target_id, Lane.LIVE): 2}
    run(sessions, "UPDATE sync_job SET not_before = now()")
    assert counts(sweep(sessions)) == {(link.target_id, Lane.BULK): 5}


def test_two_dispatchers_never_hand_out_the_same_job(sessions: Sessions) -> None:
    link = office(sessions)
    add_jobs(sessions, link, 20)
    with sessions.begin() as first, sessions.begin() as second:
        mine = hand_out(first, lambda _, __: 10, RESEND)
        theirs = hand_out(second, lambda _, __: 10, RESEND)
    ids = [job_id for handed in (*mine, *theirs) for job_id in handed.job_ids]
    assert len(ids) == len(set(ids)) == 20


def test_a_poll_is_claimed_once_per_interval_and_not_while_its_source_is_away(sessions: Sessions) -> None:
    link, away = office(sessions), office(sessions)
    run(sessions, "UPDATE connection SET state = :state WHERE id = :id",
        state=ConnectionState.PARKED, id=away.source_id)  # fmt: skip
    with sessions.begin() as session:
        assert next_polls(session, lambda _: 30) == [link.source_id]
    with sessions.begin() as session:
        assert next_polls(session, lambda _: 30) == []


def test_a_link_that_is_switched_off_gets_no_wake_up(sessions: Sessions) -> None:
    on, off = office(sessions), office(sessions)
    for link in (on, off):
        add_jobs(sessions, link, 2)
    with sessions.begin() as session:
        session.execute(update(Link).where(Link.id == off.id).values(enabled=False))
        handed = hand_out(session, lambda *_: 100, RESEND)
    assert [one.connection_id for one in handed] == [on.target_id]
