"""A system that is away parks its connection; one process per interval looks whether it is back."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from adapters.breaker import Breaker, due_probe
from adapters.outside import Outside
from models.tables import Connection
from models.words import ConnectionState
from tests.adapters.support import add_connection, make_engine, make_outside


@pytest.fixture
def outside(database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(database_url)
    bundle = make_outside(engine, redis_url, probe_seconds=2, probe_seconds_max=30)
    yield bundle
    bundle.redis.close()
    engine.dispose()


class Link:
    """One connection and its breaker."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.id = add_connection(outside).id
        self.breaker = Breaker(self.id, outside)

    def row(self) -> Connection:
        with self.outside.sessions() as session:
            return session.get_one(Connection, self.id)

    def park(self) -> None:
        for _ in range(3):
            self.breaker.failure("no answer in time")

    def probe(self) -> bool:
        with self.outside.sessions.begin() as session:
            return due_probe(session, self.id, self.outside.settings)

    def make_due(self) -> float:
        """Make the next probe due; returns how many seconds it was away."""
        away = (self.row().next_probe_at or datetime.now(UTC)) - datetime.now(UTC)
        with self.outside.sessions.begin() as session:
            session.execute(text("UPDATE connection SET next_probe_at = now() WHERE id = :id"), {"id": self.id})
        return away.total_seconds()


def test_the_third_failure_in_a_row_parks_and_a_success_between_does_not(outside: Outside) -> None:
    link = Link(outside)
    link.breaker.failure("one")
    link.breaker.failure("two")
    link.breaker.success()
    link.breaker.failure("three")
    assert link.row().state == ConnectionState.ACTIVE
    link.park()
    assert link.row().state == ConnectionState.PARKED
    assert link.row().state_reason == "no answer in time"


def test_failures_count_over_all_processes(outside: Outside) -> None:
    link = Link(outside)
    for _ in range(3):
        Breaker(link.id, outside).failure("away")
    assert link.row().state == ConnectionState.PARKED


def test_one_of_many_gets_the_probe(outside: Outside) -> None:
    link, won = Link(outside), list[bool]()
    link.park()
    assert not link.probe(), "the first interval has not passed"
    link.make_due()
    threads = [threading.Thread(target=lambda: won.append(link.probe())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_probes_keep_their_pace_for_two_minutes_and_then_slow_down_to_the_most(outside: Outside) -> None:
    link, waits = Link(outside), list[float]()
    link.park()
    for _ in range(66):
        link.make_due()
        assert link.probe()
        waits.append(link.make_due())
    assert all(1.5 < wait <= 2 for wait in waits[:59])
    assert [round(wait) for wait in waits[60:]] == [4, 8, 16, 30, 30, 30]


def test_a_good_probe_opens_the_connection_once(outside: Outside) -> None:
    link = Link(outside)
    link.park()
    assert link.breaker.close()
    assert not link.breaker.close()
    row = link.row()
    assert (row.state, row.state_reason, row.next_probe_at, row.probes) == ("active", "", None, 0)
    assert not link.probe(), "an active connection needs none"


def test_missing_consent_is_not_overwritten_by_an_outage_nor_probed_away(outside: Outside) -> None:
    link = Link(outside)
    link.breaker.needs_consent("key refused")
    link.park()
    assert not link.breaker.close()
    assert (link.row().state, link.row().state_reason) == (ConnectionState.NEEDS_CONSENT, "key refused")


def test_a_named_pause_only_gets_later(outside: Outside) -> None:
    link, late = Link(outside), datetime.now(UTC) + timedelta(seconds=50)
    link.breaker.throttle_until(late)
    link.breaker.throttle_until(late - timedelta(seconds=40))
    assert link.row().throttled_until == late


def test_a_probe_that_our_own_budget_refused_counts_for_none_and_comes_when_it_may(outside: Outside) -> None:
    link = Link(outside)
    link.park()
    link.make_due()
    assert link.probe()
    link.breaker.probe_later(7)
    assert 6 < link.make_due() <= 7
    assert link.row().probes == 0
    link.breaker.probe_later(3600)
    assert 29 < link.make_due() <= 30, "never later than the longest interval"
