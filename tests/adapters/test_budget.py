"""The budget never lets more calls through the vendor's door than a window allows, and wastes little."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.budget import Budget, Permit, Window
from adapters.errors import Throttled
from adapters.outside import Outside
from models.words import Lane
from tests.adapters.support import add_connection, make_engine, make_outside

MINUTE = 60.0
LENGTH, LEASE = 12.0, 8.0


@dataclass
class Clock:
    """A clock that a test moves by hand."""

    now: float = field(default_factory=lambda: 1_800_000_000.0)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def outside(database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(database_url)
    bundle = make_outside(engine, redis_url)
    yield bundle
    bundle.redis.close()
    engine.dispose()


def open_budget(
    outside: Outside,
    *windows: Window,
    concurrent: int | None = None,
    clock: Clock | None = None,
    lease: float = 30,
) -> Budget:
    """Open the budget of a fresh connection."""
    info = add_connection(outside)
    return Budget(
        outside.redis,
        outside.sessions,
        info.id,
        windows,
        concurrent=concurrent,
        lease_seconds=lease,
        clock=clock,
    )


def take(budget: Budget, lane: Lane = Lane.LIVE, deadline: float = 30) -> Permit | None:
    """Ask once, without waiting."""
    try:
        return budget.acquire(lane, deadline, patience=0)
    except Throttled:
        return None


def take_all(budget: Budget, lane: Lane = Lane.LIVE) -> list[Permit]:
    """Ask until refused."""
    permits = []
    while permit := take(budget, lane):
        permits.append(permit)
    return permits


def test_a_window_grants_its_calls_and_then_says_when(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 5, MINUTE), clock=clock)
    for permit in take_all(budget):
        permit.release()
    with pytest.raises(Throttled) as refusal:
        budget.acquire(Lane.LIVE, 30, patience=0)
    wait = (refusal.value.retry_at - datetime.now(UTC)).total_seconds()
    assert MINUTE - 1 < wait < MINUTE + 1
    clock.now += MINUTE + MINUTE / 240
    assert len(take_all(budget)) == 5


def test_a_call_is_charged_from_its_grant_until_a_window_after_its_answer(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 1, MINUTE), clock=clock)
    permit = take(budget)
    assert permit
    clock.now += 20
    permit.release()
    clock.now += MINUTE - 1
    assert take(budget) is None
    clock.now += 2
    assert take(budget)


def test_a_caller_that_dies_is_charged_from_the_end_of_its_lease(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 1, MINUTE), concurrent=1, clock=clock)
    assert take(budget, deadline=30)
    clock.now += 31 + MINUTE - 1
    assert take(budget) is None
    clock.now += 2
    assert take(budget)


def test_calls_in_flight_are_bounded_and_a_slot_is_free_at_once(outside: Outside) -> None:
    budget = open_budget(outside, Window("minute", 100, MINUTE), concurrent=3)
    permits = take_all(budget)
    assert len(permits) == 3
    permits[0].release()
    assert take(budget)


def test_a_call_that_was_never_sent_is_given_back(outside: Outside) -> None:
    budget = open_budget(outside, Window("minute", 1, MINUTE), Window("hour", 100, 3600, durable=True))
    permit = take(budget)
    assert permit
    assert [window.left for window in budget.snapshot().windows] == [0, 99]
    permit.cancel()
    permit.release()
    assert [window.left for window in budget.snapshot().windows] == [1, 100]


def test_bulk_is_spaced_and_live_is_not(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 60, MINUTE), clock=clock)
    assert 1 <= len(take_all(budget, Lane.BULK)) <= 2
    clock.now += 10
    assert len(take_all(budget, Lane.BULK)) <= 2
    assert len(take_all(budget, Lane.LIVE)) >= 50


def test_bulk_lets_a_waiting_live_caller_go_first(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 60, MINUTE), concurrent=1, clock=clock)
    held = take(budget, Lane.BULK)
    assert held
    assert take(budget, Lane.LIVE) is None
    held.release()
    clock.now += 0.4
    assert take(budget, Lane.BULK) is None
    assert take(budget, Lane.LIVE)


@pytest.mark.parametrize("limit", [100, 500])
def test_live_beside_bulk_never_meets_a_window_that_is_full_for_seconds(outside: Outside, limit: int) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", limit, MINUTE), clock=clock)
    began = asked = clock.now
    waits: list[float] = []
    while clock.now < began + 3 * MINUTE:
        if clock.now >= asked and (permit := take(budget)):
            permit.release()
            waits.append(clock.now - asked)
            # Two calls an edit, ten edits a minute.
            asked += 0.1 if len(waits) % 2 else 6
        if permit := take(budget, Lane.BULK):
            permit.release()
        clock.now += 0.05
    assert len(waits) > 50
    assert max(waits) < 1.5


def test_polling_has_a_share_of_its_own(outside: Outside) -> None:
    budget = open_budget(outside, Window("minute", 60, MINUTE), Window("poll", 24, MINUTE, lane=Lane.POLL))
    assert len(take_all(budget, Lane.POLL)) == 24
    assert len(take_all(budget, Lane.LIVE)) == 36


def test_bulk_at_its_pace_for_minutes_leaves_every_poll_its_two_calls(outside: Outside) -> None:
    clock = Clock()
    windows = Window("minute", 60, MINUTE), Window("poll", 24, MINUTE, lane=Lane.POLL)
    budget = open_budget(outside, *windows, clock=clock)
    began, next_poll, bulk, put_off = clock.now, clock.now, 0, 0
    while clock.now < began + 3 * MINUTE:
        if permit := take(budget, Lane.BULK):
            permit.release()
            bulk += 1
        if clock.now >= next_poll:
            polls = [take(budget, Lane.POLL) for _ in range(2)]
            put_off += not all(polls)
            for granted in filter(None, polls):
                granted.release()
            next_poll += 6
        clock.now += 0.1
    assert put_off == 0
    assert bulk >= 0.9 * 3 * (60 - 20), "what polling leaves is used"


def test_a_short_wait_is_waited_out(outside: Outside) -> None:
    budget = open_budget(outside, Window("minute", 2, 0.4))
    for _ in range(6):
        budget.acquire(Lane.LIVE, 5).release()


def test_a_vendor_that_asks_to_wait_is_obeyed_and_then_forgotten(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 100, MINUTE), clock=clock)
    assert take(budget)
    budget.tighten(10)
    assert take(budget) is None
    assert budget.snapshot().wait_seconds > 9
    clock.now += 11.1
    assert take(budget)


def test_without_a_stated_pause_it_doubles_and_a_burst_counts_once(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 100, MINUTE), clock=clock)
    take(budget)
    pauses = []
    for _ in range(8):
        for _ in range(5):
            budget.tighten(None)
        pauses.append(budget.snapshot().wait_seconds)
        clock.now += pauses[-1] + 0.1
    assert 1 <= pauses[0] <= 1.1
    assert 2 <= pauses[1] <= 2.2
    assert pauses[-1] <= 60
    clock.now += 61
    budget.tighten(None)
    assert budget.snapshot().wait_seconds <= 1.1


def refused(budget: Budget, clock: Clock, age: float = 0.0) -> float:
    """Be refused without a stated pause, wait what is asked, and return how long that was."""
    budget.tighten(None, age)
    pause = budget.snapshot().wait_seconds
    clock.now += pause + 0.1
    return pause


def test_refusals_of_calls_that_were_under_way_together_count_once_whenever_they_arrive(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 100, MINUTE), clock=clock)
    take(budget)
    assert refused(budget, clock) <= 1.1
    for late in range(5):
        assert refused(budget, clock, age=1.3 + late) == 0, "sent before the pause, answered after it"
    assert 2 <= refused(budget, clock, age=0.05) <= 2.2, "sent after the pause, so it tells something new"


def test_a_vendor_that_grants_again_shortens_the_next_pause(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 10_000, MINUTE), clock=clock)
    before = take(budget)
    assert before
    pauses = [refused(budget, clock) for _ in range(5)]
    assert pauses[-1] >= 16
    before.release()
    for _ in range(60):
        permit = take(budget)
        assert permit
        permit.release()
        failed = take(budget)
        assert failed
        failed.release(good=False)
    assert 8 <= refused(budget, clock) <= 8.8, "sixty good answers take back two doublings, failures none"


CALM, MOST_STREAK = 25, 7
"""What the script says: good answers that take back one doubling, and the doublings up to a minute."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.sampled_from(["refused", "refused", "late", "calm"]), min_size=5, max_size=12))
def test_the_pause_follows_what_the_vendor_does(outside: Outside, events: list[str]) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 10_000, MINUTE), clock=clock)
    take(budget)
    streak = 0
    for event in events:
        if event == "refused":
            streak = min(MOST_STREAK, streak + 1)
            expected = min(MINUTE, 2 ** (streak - 1))
            assert expected <= refused(budget, clock) <= min(MINUTE, 1.1 * expected)
        elif event == "late" and streak:
            assert refused(budget, clock, age=2 * MINUTE) == 0
        elif event == "calm":
            streak = max(0, streak - 1)
            for permit in [take(budget) for _ in range(CALM)]:
                assert permit
                permit.release()


def test_an_emptied_redis_grants_nothing_for_a_full_window(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 10, MINUTE), clock=clock)
    held = take(budget)
    assert held, "a connection that never made a call starts at once"
    outside.redis.flushdb()
    held.release()
    assert take(budget) is None
    clock.now += MINUTE - 1
    assert take(budget) is None
    clock.now += 1.3
    assert len(take_all(budget)) == 10


def test_a_call_under_way_when_redis_was_emptied_still_counts(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 3, MINUTE), clock=clock)
    held = take(budget, deadline=50)
    assert held
    outside.redis.flushdb()
    assert take(budget) is None
    clock.now += 50
    held.release()
    clock.now += 11
    assert len(take_all(budget)) == 2


def test_a_redis_that_came_back_as_it_was_before_is_treated_as_emptied(outside: Outside) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", 10, MINUTE), clock=clock)
    journal = outside.redis.config_get("appendonly")["appendonly"] or "no"
    try:
        outside.redis.config_set("appendonly", "yes")
        assert take(budget)
        outside.redis.script_flush()
        assert take(budget), "with a journal a restart loses nothing"
        outside.redis.config_set("appendonly", "no")
        outside.redis.script_flush()
        assert take(budget) is None
    finally:
        outside.redis.config_set("appendonly", journal)
    clock.now += MINUTE + 0.1
    assert len(take_all(budget)) == 10


def test_no_redis_no_call(outside: Outside) -> None:
    dead = redis.Redis(host="127.0.0.1", port=9)
    budget = Budget(dead, outside.sessions, add_connection(outside).id, [Window("minute", 10, MINUTE)])
    assert take(budget) is None


def test_the_state_of_a_busy_connection_stays_small(outside: Outside) -> None:
    clock = Clock()
    info = add_connection(outside)
    windows = [Window("minute", 500, MINUTE), Window("hour", 5000, 3600, durable=True)]
    budget = Budget(outside.redis, outside.sessions, info.id, windows, concurrent=50, clock=clock)
    made = 0
    while made < 5000:
        for permit in take_all(budget):
            permit.release()
            made += 1
        clock.now += 0.25
        assert clock.now < 1_800_003_600, "the hour's limit must not be what stops this"
    keys = outside.redis.keys(f"budget:{{{info.id}}}*")
    assert sum(outside.redis.memory_usage(key, samples=0) or 0 for key in keys) < 8 * 1024


def test_many_threads_never_hold_more_than_the_limit(outside: Outside) -> None:
    budget = open_budget(outside, Window("minute", 40, 1.0), concurrent=4)
    guard, held, peak, grants = threading.Lock(), 0, 0, []

    def work() -> None:
        nonlocal held, peak
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if permit := take(budget):
                with guard:
                    held, peak = held + 1, max(peak, held + 1)
                    grants.append(time.monotonic())
                time.sleep(0.002)
                with guard:
                    held -= 1
                permit.release()
            time.sleep(0.002)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert peak == 4
    assert max_in_any_window(grants, 1.0) <= 40
    assert len(grants) >= 70


def max_in_any_window(moments: list[float], length: float) -> int:
    """Count the fullest window (t - length, t] as a vendor with an exact sliding log would."""
    best, start, ordered = 0, 0, sorted(moments)
    for end, moment in enumerate(ordered):
        while ordered[start] <= moment - length:
            start += 1
        best = max(best, end - start + 1)
    return best


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take"] * 3 + ["answer"] * 2 + ["die", "cancel", "wait", "wait as told"]),
        st.floats(0, 1), st.sampled_from([Lane.LIVE, Lane.BULK]),
    ),
    min_size=30, max_size=120,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, limit=st.integers(1, 12), concurrent=st.integers(1, 6))
def test_no_sequence_of_events_exceeds_a_window_at_the_vendor(
    outside: Outside, steps: list[tuple[str, float, Lane]], limit: int, concurrent: int
) -> None:
    """A call may reach the vendor at any moment between its grant and its end: the worst ones are counted."""
    clock = Clock()
    window = Window("minute", limit, LENGTH)
    vendor = Door(clock, open_budget(outside, window, concurrent=concurrent, clock=clock, lease=LEASE))
    for action, share, lane in steps:
        vendor.step(action, share, lane)
        assert len(vendor.in_flight) <= concurrent
    spans = vendor.spans + [(start, clock.now) for _, start in vendor.in_flight]
    assert most_in_a_window(spans, LENGTH) <= limit


@dataclass
class Door:
    """The vendor's door: knows between which moments each call may have arrived."""

    clock: Clock
    budget: Budget
    in_flight: list[tuple[Permit, float]] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)

    def step(self, action: str, share: float, lane: Lane) -> None:
        """Do one thing."""
        while self.in_flight and self.in_flight[0][1] + LEASE <= self.clock.now:
            self.end("die", 0)
        if action == "wait":
            self.clock.now += share * LENGTH / 2
        elif action == "wait as told":
            self.clock.now += told(self.budget, lane)
        elif action != "take":
            self.end(action, share)
        elif permit := take(self.budget, lane, deadline=LEASE):
            self.in_flight.append((permit, self.clock.now))

    def end(self, action: str, share: float) -> None:
        """End one call under way, if there is one."""
        if not self.in_flight:
            return
        permit, start = self.in_flight.pop(int(share * (len(self.in_flight) - 1)))
        if action == "cancel":
            permit.cancel()
        elif action == "answer":
            permit.release()
            self.spans.append((start, self.clock.now))
        else:
            self.spans.append((start, start + LEASE))


def told(budget: Budget, lane: Lane) -> float:
    """Return how long a refused caller is told to wait: the earliest moment, so the most revealing one."""
    try:
        budget.acquire(lane, LEASE, patience=0).cancel()
    except Throttled as refusal:
        return max(0.0, (refusal.retry_at - datetime.now(UTC)).total_seconds() + 0.002)
    return 0.0


def most_in_a_window(spans: list[tuple[float, float]], length: float) -> int:
    """Count, over all windows, the calls that could have arrived within it."""
    ends = [moment + length for _, moment in spans] + [start for start, _ in spans]
    return max((sum(s <= end and a > end - length for s, a in spans) for end in ends), default=0)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(20, 120), latency=st.floats(0.02, 0.8))
def test_a_saturated_budget_is_used_nearly_whole(outside: Outside, limit: int, latency: float) -> None:
    clock = Clock()
    budget = open_budget(outside, Window("minute", limit, MINUTE), clock=clock)
    begin, made, in_flight = clock.now, 0, list[tuple[float, Permit]]()
    while clock.now < begin + 3 * MINUTE:
        while in_flight and in_flight[0][0] <= clock.now:
            in_flight.pop(0)[1].release()
        for permit in take_all(budget):
            in_flight.append((clock.now + latency, permit))
            made += 1
        clock.now += 0.05
    ideal = 3 * MINUTE * limit / (MINUTE + latency)
    assert made >= 0.98 * ideal
