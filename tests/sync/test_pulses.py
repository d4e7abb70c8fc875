"""Each minute is summed up once, made up for after an outage, and counted exactly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from adapters.budget import Budget
from models.tables import (
    BudgetBlock,
    BudgetSample,
    Connection,
    Issue,
    LinkTally,
    Pulse,
    RelationMapping,
    Review,
    SyncJob,
    SyncLog,
)
from models.words import Lane
from sync.allowance import budget_lines
from sync.config.loading import connection_info
from sync.forecast import seconds_for
from sync.pulses import beat, sample, sum_up
from tasks.runtime import Runtime
from tests.web.office import furnish, open_runtime

NOW = datetime.now(UTC).replace(second=30, microsecond=0)


@pytest.fixture
def runtime(fresh_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(fresh_database_url, redis_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def link(runtime: Runtime) -> int:
    return furnish(runtime)[1]


def attempt(runtime: Runtime, link: int, outcome: str, ago: timedelta, waited: int = 0, **more: Any) -> None:
    with runtime.sessions.begin() as session:
        fixed = {"link_id": link, "job_id": 1, "kind": "relation", "record_id": "1", "correlation_id": uuid4()}
        session.add(SyncLog(**fixed, outcome=outcome, at=NOW - ago, waited_ms=waited, **more))


def rows(runtime: Runtime, table: Any) -> list[Any]:
    with runtime.sessions() as session:
        return list(session.scalars(select(table)))


def test_a_minute_is_summed_up_and_starting_again_changes_nothing(runtime: Runtime, link: int) -> None:
    for number in range(20):
        attempt(
            runtime, link, "updated", timedelta(minutes=2), waited=100 * (number + 1), target_calls=2, source_calls=1
        )
    attempt(runtime, link, "issue", timedelta(minutes=2), waited=90_000, source_calls=1)
    attempt(runtime, link, "nothing", timedelta(minutes=2))
    for _ in range(2):
        sum_up(runtime.sessions, NOW)
    (pulse,) = rows(runtime, Pulse)
    assert pulse.minute == (NOW - timedelta(minutes=2)).replace(second=0)
    assert (pulse.attempts, pulse.written, pulse.failed) == (22, 20, 1)
    assert (pulse.source_calls, pulse.target_calls) == (21, 40)
    assert (pulse.waited_p50_ms, pulse.waited_p95_ms) == (1000, 1900)

    attempt(runtime, link, "created", timedelta(minutes=2), waited=1)
    sum_up(runtime.sessions, NOW)
    (pulse,) = rows(runtime, Pulse)
    assert pulse.written == 21


def test_an_outage_is_made_up_for_up_to_a_day(runtime: Runtime, link: int) -> None:
    attempt(runtime, link, "updated", timedelta(hours=30))
    for hours in (23, 9, 1):
        attempt(runtime, link, "updated", timedelta(hours=hours))
    sum_up(runtime.sessions, NOW - timedelta(hours=20))
    assert [one.minute for one in rows(runtime, Pulse)] != []
    sum_up(runtime.sessions, NOW)
    ages = sorted(round((NOW - one.minute).total_seconds() / 3600) for one in rows(runtime, Pulse))
    assert ages[:3] == [1, 9, 23]


def test_every_relation_is_counted_in_exactly_one_of_the_four(runtime: Runtime, link: int) -> None:
    """Mapped twice, waiting and wrong, held, unticked: each counts once, and waiting goes before wrong."""
    states = {
        "synced": "done", "both": "done", "waits": "due", "held": "held", "failed": "done", "left": "done",
        "doubt": "done", "waits_wrong": "due",
    }  # fmt: skip
    with runtime.sessions.begin() as session:
        crm, books = session.scalars(select(Connection.id).order_by(Connection.id))
        for record, state in states.items():
            ends = {"link_id": link, "source_connection_id": crm, "target_connection_id": books, "kind": "relation"}
            session.add(SyncJob(**ends, record_id=record, state=state, lane="live", correlation_id=uuid4()))
            for role in ("customer", "supplier") if record == "both" else ("customer",):
                tied = {"source_id": record, "role": role, "target_id": f"{record}-{role}", "matched_by": "kvk"}
                broken = {"state": "broken"} if record == "left" else {}
                session.add(RelationMapping(**ends, **tied, **broken))
        about = {"link_id": link, "kind": "relation"}
        session.add_all(Issue(**about, record_id=one, cause="check.kvk") for one in ("failed", "waits_wrong"))
        session.add(Issue(**about, record_id="synced", cause="check.kvk", closed_at=NOW))
        session.add(Review(**about, record_id="doubt", role="customer", reason="review.several", candidates=[]))
    beat(runtime.outside, NOW)
    beat(runtime.outside, NOW)
    (tally,) = rows(runtime, LinkTally)
    assert (tally.in_sync, tally.waiting, tally.wrong, tally.excluded) == (2, 2, 3, 1)
    assert tally.oldest is not None


def test_calls_left_are_sampled_and_a_lost_redis_leaves_a_gap(runtime: Runtime, link: int) -> None:
    with runtime.sessions() as session:
        books = session.scalars(select(Connection).where(Connection.name == "books")).one()
        info = connection_info(books, runtime.vault)
    permit = Budget.of(info, runtime.outside).acquire(Lane.LIVE, 5)
    permit.release()
    assert sample(runtime.outside, NOW) > 0
    minute = {one.window: one.used for one in rows(runtime, BudgetSample) if one.connection_id == info.id}
    assert minute == {"minute": 1, "hour": 1}
    before = len(rows(runtime, BudgetSample))
    away = runtime.outside.__class__(
        runtime.outside.redis.from_url("redis://127.0.0.1:1/0"), runtime.sessions, runtime.vault, runtime.settings
    )
    assert sample(away, NOW + timedelta(minutes=1)) == 0
    assert len(rows(runtime, BudgetSample)) == before


def test_an_hour_that_redis_does_not_know_is_asked_of_postgresql(runtime: Runtime, link: int) -> None:
    with runtime.sessions.begin() as session:
        books = session.scalars(select(Connection).where(Connection.name == "books")).one()
        info = connection_info(books, runtime.vault)
        about = {"connection_id": info.id, "window": "hour", "drawn_at": NOW}
        session.add(BudgetBlock(**about, number=1, calls=40, closed_at=NOW - timedelta(minutes=5)))
        session.add(BudgetBlock(**about, number=2, calls=70, closed_at=NOW - timedelta(hours=2)))
    with runtime.sessions() as session:
        found = {one.window: one.used for one in budget_lines(session, runtime.outside, [info])}
    assert found["hour"] == 40


def test_the_pace_is_that_of_the_minute_until_an_hour_is_full() -> None:
    limits = {"minute": 60, "hour": 1000}
    assert seconds_for(600, limits) == 600
    assert seconds_for(1001, limits) == 3600
    assert seconds_for(600, limits, {"hour": 500}) == 3600
    assert seconds_for(0, limits, {"hour": 0}) == 0
