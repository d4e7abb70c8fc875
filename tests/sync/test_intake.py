"""Intake: one job per record and link, nudged and never doubled, whatever the order of what is heard."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, update

from adapters.base import Notice
from models.tables import ChangeEvent, Connection, Link, SyncJob
from models.words import Kind, Lane, Origin
from sync.intake import JOB_SAVER, JobRef, hear, record_changes, record_heard
from sync.jobs import finish, park, take
from tasks.runtime import Runtime
from tests.web.office import furnish, open_runtime
from worker.embedded import Servers

NOW = datetime.now(UTC)


@dataclass
class Room:
    """Hear changes of one CRM and look at the job of a record."""

    runtime: Runtime
    crm: int
    link: int

    def hear(self, *records: str, origin: Origin = Origin.HOOK, at: datetime = NOW, **more: Any) -> list[JobRef]:
        """Record changes of relations and commit."""
        notices = [Notice(Kind.RELATION, record, **more) for record in records]
        with self.runtime.sessions.begin() as session:
            return record_changes(session, self.crm, notices, origin, uuid4(), at, self.runtime.vault)

    def job(self, record: str = "r") -> SyncJob:
        """Return a record's job."""
        with self.runtime.sessions() as session:
            return session.scalars(select(SyncJob).where(SyncJob.record_id == record)).one()

    def change(self, record: str = "r", **values: Any) -> None:
        """Put a job in some state."""
        with self.runtime.sessions.begin() as session:
            session.execute(update(SyncJob).where(SyncJob.record_id == record).values(**values))


@pytest.fixture(scope="module")
def furnished(database_url: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Furnish one database for the module."""
    folder: Path = tmp_path_factory.mktemp("intake")
    runtime = open_runtime(database_url, servers.redis_url, folder)
    crm, link = furnish(runtime)
    yield Room(runtime, crm, link)
    runtime.close()


@pytest.fixture
def room(furnished: Room) -> Room:
    """Empty inbox and jobs, keep the furniture."""
    with furnished.runtime.sessions.begin() as session:
        for table in (SyncJob, ChangeEvent):
            session.execute(delete(table))
        session.execute(update(Link).values(enabled=True))
        session.execute(update(Connection).values(state="active", throttled_until=None))
    return furnished


def test_a_first_change_makes_a_live_job_and_asks_for_a_wake_up(room: Room) -> None:
    (ref,) = room.hear("r")
    job = room.job()
    assert (ref.id, ref.lane, ref.wake) == (job.id, Lane.LIVE, True)
    assert (job.state, job.wanted, job.done, job.wanted_at) == ("due", 1, 0, NOW)
    assert job.handed_until is not None


def test_the_same_record_twice_in_one_batch_is_one_job_wanted_twice(room: Room) -> None:
    assert len(room.hear("r", "s", "r")) == 2
    assert room.job("r").wanted == 2
    with room.runtime.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ChangeEvent)) == 3


def test_a_later_change_keeps_the_age_and_takes_the_newest_moment_and_correlation(room: Room) -> None:
    room.hear("r")
    first = room.job()
    room.hear("r", at=NOW + timedelta(seconds=5))
    second = room.job()
    assert (second.wanted, second.wanted_since, second.wanted_at) == (2, NOW, NOW + timedelta(seconds=5))
    assert second.correlation_id != first.correlation_id
    room.hear("r", at=NOW - timedelta(seconds=5))
    assert room.job().correlation_id == second.correlation_id
    assert room.job().wanted_at == second.wanted_at


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.RECONCILE])
def test_bulk_makes_a_bulk_job_that_the_dispatcher_paces(room: Room, origin: Origin) -> None:
    (ref,) = room.hear("r", origin=origin)
    assert (ref.lane, ref.wake, room.job().handed_until) == (Lane.BULK, False, None)


def test_bulk_never_demotes_a_live_job_and_live_promotes_a_bulk_one(room: Room) -> None:
    room.hear("live")
    room.hear("live", origin=Origin.BACKFILL)
    assert room.job("live").lane == "live"
    room.hear("bulk", origin=Origin.BACKFILL)
    (ref,) = room.hear("bulk")
    assert (room.job("bulk").lane, ref.wake) == ("live", True)


def test_a_done_live_job_comes_back_in_the_lane_of_what_is_heard_now(room: Room) -> None:
    room.hear("r")
    room.change(state="done", done=1)
    room.hear("r", origin=Origin.RECONCILE)
    assert (room.job().state, room.job().lane) == ("due", "bulk")


def test_live_pulls_a_parked_job_forward_and_bulk_leaves_it_parked(room: Room) -> None:
    later = NOW + timedelta(hours=1)
    room.hear("r")
    room.change(not_before=later, park_reason="budget")
    room.hear("r", origin=Origin.BACKFILL)
    assert (room.job().not_before, room.job().park_reason) == (later, "budget")
    room.hear("r")
    assert room.job().not_before < later
    assert room.job().park_reason == ""


def test_a_job_that_runs_keeps_its_lease_and_runs_again_for_the_newer_version(room: Room) -> None:
    (ref,) = room.hear("r")
    with room.runtime.sessions.begin() as session:
        lease = take(session, ref.id, 60)
    assert lease is not None
    before = room.job()
    (again,) = room.hear("r", at=NOW + timedelta(seconds=1))
    after = room.job()
    assert again.wake is False
    assert (after.lease_until, after.fence, after.handed_until) == (before.lease_until, before.fence, None)
    with room.runtime.sessions.begin() as session:
        finish(session, lease)
    assert (room.job().state, room.job().done, room.job().wanted) == ("due", 1, 2)


def test_a_job_that_was_held_is_due_again_with_a_clean_slate(room: Room) -> None:
    room.hear("r", saved_by="Ans")
    room.change(state="held", lost=3, wanted_since=NOW - timedelta(days=9))
    room.hear("r")
    job = room.job()
    assert (job.state, job.lost, job.wanted_since, job.saved_by) == ("due", 0, NOW, None)


def test_who_saved_is_sealed_and_the_job_keeps_the_latest(room: Room) -> None:
    room.hear("r", saved_by="Ans")
    room.hear("r", saved_by="Bert", at=NOW + timedelta(seconds=1))
    room.hear("r", at=NOW + timedelta(seconds=2))
    sealed = room.job().saved_by
    assert sealed is not None
    assert b"Bert" not in sealed
    assert room.runtime.vault.open_json(sealed, JOB_SAVER) == "Bert"


def test_links_that_are_off_keep_their_work_unwoken_and_those_without_the_kind_get_none(room: Room) -> None:
    with room.runtime.sessions.begin() as session:
        assert record_changes(session, room.crm, [Notice(Kind.INVOICE, "i")], Origin.HOOK, uuid4(), NOW) == []
        session.execute(update(Link).values(enabled=False))
    assert [job.wake for job in room.hear("r")] == [False]
    with room.runtime.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ChangeEvent)) == 2


@pytest.mark.parametrize(
    "away", [{"state": "parked"}, {"throttled_until": NOW + timedelta(hours=1)}, {"enabled": False}]
)
def test_nobody_is_woken_for_books_that_are_away(room: Room, away: dict[str, Any]) -> None:
    with room.runtime.sessions.begin() as session:
        session.execute(update(Connection).where(Connection.name == "books").values(**away))
    try:
        (ref,) = room.hear("r")
        assert (ref.wake, room.job().state) == (False, "due")
    finally:
        with room.runtime.sessions.begin() as session:
            session.execute(update(Connection).values(enabled=True))


def test_a_page_of_a_hundred_is_one_statement(room: Room) -> None:
    assert len(room.hear(*(f"r{number}" for number in range(100)), origin=Origin.BACKFILL)) == 100


def test_processes_that_hear_the_same_records_at_once_lose_nothing(room: Room) -> None:
    records = [f"r{number}" for number in range(20)]

    def hear_all(turn: int) -> None:
        room.hear(*(records if turn % 2 else reversed(records)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hear_all, range(24)))
    assert {room.job(record).wanted for record in records} == {24}


def test_hooks_of_different_moments_share_one_commit(room: Room) -> None:
    one, two = UUID(int=1), UUID(int=2)
    notices = [Notice(Kind.RELATION, "r")]
    heard = [*hear(room.crm, notices, Origin.BACKFILL, one, NOW)]
    heard += hear(room.crm, notices, Origin.HOOK, two, NOW + timedelta(seconds=1))
    with room.runtime.sessions.begin() as session:
        record_heard(session, heard)
    job = room.job()
    assert (job.wanted, job.lane, job.correlation_id) == (2, "live", two)
    assert (job.wanted_since, job.wanted_at) == (NOW, NOW + timedelta(seconds=1))


def test_a_live_change_does_not_share_the_wait_of_the_bulk_run_it_came_in(room: Room) -> None:
    (ref,) = room.hear("r", origin=Origin.BACKFILL)
    with room.runtime.sessions.begin() as session:
        lease = take(session, ref.id, 60)
    assert lease is not None
    room.hear("r", at=NOW + timedelta(seconds=1))
    with room.runtime.sessions.begin() as session:
        park(session, lease, datetime.now(UTC) + timedelta(hours=1), "allowance spent")
    assert room.job().not_before <= datetime.now(UTC) + timedelta(seconds=1)
