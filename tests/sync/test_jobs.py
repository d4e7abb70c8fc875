"""The job table under any interleaving of workers, events and lost leases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from adapters.base import Notice
from models.database import Sessions, open_engine, open_sessions
from models.tables import Connection, Link, SyncJob
from models.words import JobState, Kind, Origin
from sync import jobs
from sync.intake import record_changes
from sync.jobs import Lease, StaleLease

STEPS = ("event", "bulk", "take", "finish", "hold", "park", "stumble", "confirm", "expire", "late")


@pytest.fixture(scope="module")
def sessions(database_url: str) -> Iterator[Sessions]:
    engine = open_engine(database_url)
    made = open_sessions(engine)
    with made.begin() as session:
        ends = [Connection(name=name, system=name, base_url="-", credentials=b"") for name in ("crm", "books")]
        session.add_all(ends)
        session.flush()
        session.add(Link(name="office", source_id=ends[0].id, target_id=ends[1].id, rules={"relations": {}}))
    yield made
    engine.dispose()


@dataclass
class Row:
    """The one job of a record, played with."""

    sessions: Sessions
    record_id: str
    events: int = 0
    """Events heard so far; the highest version that must be worked off."""
    fence: int = 0

    def hear(self, origin: Origin) -> None:
        with self.sessions.begin() as session:
            crm = session.query(Connection.id).filter_by(name="crm").scalar()
            notice = Notice(Kind.RELATION, self.record_id)
            record_changes(session, crm, [notice], origin, UUID(int=1), datetime.now(UTC))
        self.events += 1

    def job(self) -> SyncJob:
        with self.sessions.begin() as session:
            return session.query(SyncJob).filter_by(record_id=self.record_id).one()

    def make_due(self) -> None:
        """Let the pause of a parked job pass."""
        self._run("UPDATE sync_job SET not_before = now() WHERE record_id = :id")

    def expire(self) -> None:
        """Let the lease of a worker that died run out, as the dispatcher finds it."""
        self._run("UPDATE sync_job SET lease_until = now() - interval '1 s' WHERE record_id = :id "
                  "AND lease_until IS NOT NULL")  # fmt: skip
        with self.sessions.begin() as session:
            jobs.rescue(session)

    def _run(self, statement: str) -> None:
        with self.sessions.begin() as session:
            session.execute(text(statement), {"id": self.record_id})


def end(sessions: Sessions, lease: Lease, step: str) -> bool:
    """End a lease in one of the ways a worker can; False when it turned out to be somebody else's by then."""
    try:
        with sessions.begin() as session:
            if step == "finish":
                jobs.finish(session, lease)
            elif step == "confirm":
                jobs.confirm(session, lease, 60)
            elif step == "hold":
                jobs.finish(session, lease, JobState.HELD)
            elif step == "park":
                jobs.park(session, lease, None, "test")
            elif step == "stumble" and jobs.stumble(session, lease) >= jobs.LOST_LIMIT:
                jobs.give_up(session, lease)
    except StaleLease:
        return False
    return True


class Play:
    """Play steps against one job, and know what a worker and the dead ones before it hold."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.row = Row(sessions, uuid4().hex)
        self.live: Lease | None = None
        self.stale: list[Lease] = []
        self.row.hear(Origin.HOOK)

    def step(self, name: str) -> None:
        if name in {"event", "bulk"}:
            self.row.hear(Origin.HOOK if name == "event" else Origin.BACKFILL)
        elif name == "expire":
            self.row.expire()
            self.put_down()
        elif name == "take":
            self.take()
        elif name == "late":
            self.end_late()
        else:
            self.end(name)

    def take(self) -> None:
        """Let a worker try: it may get in only when no other is."""
        self.row.make_due()
        with self.sessions.begin() as session:
            taken = jobs.take(session, self.row.job().id, 60)
        assert taken is None or self.live is None, "two live leases"
        assert taken is None or taken.fence > self.row.fence, "the fence went back"
        self.live = taken or self.live

    def end(self, name: str) -> None:
        if self.live is None:
            self.take()
        if self.live is None:
            return
        assert end(self.sessions, self.live, name)
        if name != "confirm":
            self.put_down()

    def put_down(self) -> None:
        self.stale += [self.live] if self.live else []
        self.live = None

    def end_late(self) -> None:
        """Let a worker that lost its lease come to its end after all."""
        for lease in self.stale[-1:]:
            before = self.row.job()
            assert not end(self.sessions, lease, "finish"), "a late worker ended a job"
            after = self.row.job()
            assert (after.state, after.done, after.lease_until) == (
                before.state, before.done, before.lease_until,
            )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=40))
def test_no_interleaving_loses_an_event_or_lets_two_workers_in(sessions: Sessions, steps: list[str]) -> None:
    play = Play(sessions)
    for name in steps:
        play.step(name)
        check(play.row, play.live)


def check(row: Row, live: Lease | None) -> None:
    job = row.job()
    assert job.fence >= row.fence
    row.fence = job.fence
    assert job.wanted == row.events
    assert (job.lease_until is not None) == (live is not None)
    if job.state == JobState.DONE:
        assert job.done == row.events, "an event was lost"
    if job.state == JobState.HELD and job.lost == 0:
        assert job.done == row.events, "an event came too late to be seen, and the job is not due"


def started(sessions: Sessions, name: str) -> tuple[Row, Lease]:
    row = Row(sessions, name)
    row.hear(Origin.HOOK)
    with sessions.begin() as session:
        lease = jobs.take(session, row.job().id, 60)
    assert lease is not None
    return row, lease


def test_an_event_during_the_last_failing_try_is_still_worked_off(sessions: Sessions) -> None:
    row, lease = started(sessions, "poison")
    for _ in range(jobs.LOST_LIMIT - 1):
        assert end(sessions, lease, "stumble")
        row.make_due()
        with sessions.begin() as session:
            lease = jobs.take(session, row.job().id, 60) or lease
    row.hear(Origin.HOOK)
    assert end(sessions, lease, "stumble")

    assert (row.job().state, row.job().lost) == (JobState.DUE, 0)


def test_a_newer_event_makes_the_job_due_at_once_when_it_ends(sessions: Sessions) -> None:
    row, lease = started(sessions, "newer")
    row.hear(Origin.POLL)
    assert end(sessions, lease, "hold")

    job = row.job()
    assert (job.state, job.done, job.wanted) == (JobState.DUE, 1, 2)
    assert job.not_before <= datetime.now(UTC) + timedelta(seconds=1)
    assert job.wanted_since == job.wanted_at


def test_a_live_event_ends_the_pause_of_a_parked_job_and_bulk_does_not(sessions: Sessions) -> None:
    row, lease = started(sessions, "parked")
    until = datetime.now(UTC) + timedelta(hours=1)
    with sessions.begin() as session:
        jobs.park(session, lease, until, "budget")
    row.hear(Origin.BACKFILL)
    assert abs(row.job().not_before - until) < timedelta(seconds=1)
    row.hear(Origin.HOOK)
    assert row.job().not_before < until - timedelta(minutes=50)


def test_a_confirmed_lease_is_never_shortened(sessions: Sessions) -> None:
    row, lease = started(sessions, "confirmed")
    before = row.job().lease_until
    with sessions.begin() as session:
        jobs.confirm(session, lease, 1)
    assert row.job().lease_until == before
    row.expire()
    with pytest.raises(StaleLease), sessions.begin() as session:
        jobs.confirm(session, lease, 60)


def test_three_lost_leases_in_a_row_hold_the_job_and_a_park_between_starts_afresh(sessions: Sessions) -> None:
    row, lease = started(sessions, "lost")
    for number in range(1, jobs.LOST_LIMIT + 1):
        row.expire()
        assert row.job().lost == number
        with sessions.begin() as session:
            lease = jobs.take(session, row.job().id, 60) or lease
    assert row.job().state == JobState.HELD
    row.hear(Origin.HOOK)
    assert (row.job().state, row.job().lost) == (JobState.DUE, 0)
