"""Bulk that calls nothing is not held to the pace of calls; bulk that calls hardly ever has to park."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, update

from adapters.outside import Outside
from models.database import Sessions
from models.tables import Connection, Link, SyncJob
from models.words import JobState, Lane
from sync.config.loading import CREDENTIALS
from sync.dispatch import hand_out
from tasks.wake import DEEP, Waker, open_publisher
from tests.adapters.support import add_connection, make_engine, make_outside
from worker.rooms import BULK_AT_ONCE, Rooms

PACE = 2
"""Of 60 calls a minute: what runs now, and one that waits up to a second."""


@pytest.fixture
def outside(fresh_database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(fresh_database_url)
    bundle = make_outside(engine, redis_url)
    yield bundle
    bundle.redis.close()
    engine.dispose()


def office(outside: Outside, jobs: int) -> None:
    """Make a link to a system with 60 calls a minute, and bulk jobs for it."""
    ends = [add_connection(outside).id for _ in range(2)]
    with outside.sessions.begin() as session:
        sealed = outside.vault.seal(json.dumps({}).encode(), CREDENTIALS)
        session.execute(update(Connection).values(credentials=sealed, system="nextens", limits={"minute": 60}))
        link = Link(name="clients", source_id=ends[0], target_id=ends[1], rules={})
        session.add(link)
        session.flush()
        row = {
            "link_id": link.id, "source_connection_id": ends[0], "target_connection_id": ends[1],
            "kind": "relation", "lane": Lane.BULK, "correlation_id": UUID(int=1),
        }  # fmt: skip
        session.execute(insert(SyncJob), [{**row, "record_id": uuid4().hex} for _ in range(jobs)])


def sweep(outside: Outside, rooms: Rooms) -> list[int]:
    """Do what the dispatcher does in one round; returns the jobs handed out."""
    with outside.sessions.begin() as session:
        chosen = hand_out(session, rooms, 10)
    rooms.note(chosen)
    return [job_id for handed in chosen for job_id in handed.job_ids]


def change(outside: Outside, ids: list[int], **values: object) -> None:
    with outside.sessions.begin() as session:
        session.execute(update(SyncJob).where(SyncJob.id.in_(ids)).values(handed_until=None, **values))


def end(outside: Outside, ids: list[int]) -> None:
    """Let jobs end without a call."""
    change(outside, ids, state=JobState.DONE)


def under_way(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).where(SyncJob.handed_until.is_not(None))) or 0


def rounds(outside: Outside, rooms: Rooms, meet: Callable[[list[int]], None]) -> list[int]:
    """Sweep until nothing is handed out any more; returns how many were, each round."""
    sizes = []
    while ids := sweep(outside, rooms):
        sizes.append(len(ids))
        assert under_way(outside.sessions) <= BULK_AT_ONCE
        meet(ids)
    return sizes


def test_jobs_that_end_without_a_call_soon_go_out_many_at_a_time(outside: Outside) -> None:
    office(outside, 100)
    sizes = rounds(outside, Rooms(outside), lambda ids: end(outside, ids))
    assert sizes == [PACE, 4, 8, BULK_AT_ONCE, *[BULK_AT_ONCE] * 4, 6]


def test_one_among_many_that_calls_holds_up_no_other(outside: Outside) -> None:
    office(outside, 100)
    calling: list[int] = []

    def meet(ids: list[int]) -> None:
        if not calling:
            calling.append(ids.pop(0))
        end(outside, ids)

    assert len(rounds(outside, Rooms(outside), meet)) <= 12


def test_when_jobs_begin_to_call_no_more_than_one_hand_out_is_put_off(outside: Outside) -> None:
    office(outside, 200)
    rooms, put_off = Rooms(outside), 0
    for _ in range(5):
        end(outside, sweep(outside, rooms))
    for _ in range(10):
        # As many as the pace allows call, and are at it still at the next round.
        free = PACE - under_way(outside.sessions)
        waiting = sweep(outside, rooms)[free:]
        later = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, 60)
        change(outside, waiting, not_before=later, park_reason="bulk is spaced")
        put_off += len(waiting)
    assert 0 < put_off <= BULK_AT_ONCE


def test_jobs_that_workers_are_too_slow_for_are_not_woken_over_and_over(outside: Outside, redis_url: str) -> None:
    office(outside, 3 * DEEP)
    with outside.sessions.begin() as session:
        session.execute(update(Connection).values(limits={"minute": 60_000}))
    client = open_publisher(redis_url)
    waker, rooms = Waker(client), Rooms(outside)
    for _ in range(20):
        with outside.sessions.begin() as session:
            chosen = hand_out(session, rooms, 0, waker.deep())
        for one in chosen:
            waker.wake(one.job_ids, one.lane)
    assert DEEP <= client.llen("bulk") <= 3 * DEEP
    client.ltrim("bulk", 0, DEEP // 2)
    with outside.sessions.begin() as session:
        assert hand_out(session, rooms, 0, waker.deep())
    client.close()
