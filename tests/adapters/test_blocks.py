"""Hour and day allowance survives the loss of Redis: never spent twice, and at most one block is lost."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from adapters.budget import Budget, Permit, Window
from adapters.budget.blocks import Blocks, Drawn, Hand
from adapters.errors import Throttled
from adapters.outside import Outside
from models.tables import BudgetBlock
from models.words import Lane
from tests.adapters.support import add_connection, make_engine, make_outside

HOUR = 3600.0
LEASE = 30.0


class Clock:
    """A clock that a test moves by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def outside(database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(database_url)
    bundle = make_outside(engine, redis_url)
    yield bundle
    bundle.redis.close()
    engine.dispose()


class Office:
    """One connection with an hour window, and processes that share it."""

    def __init__(self, outside: Outside, calls: int, minute: int | None = None) -> None:
        self.outside, self.clock = outside, Clock()
        self.id = add_connection(outside).id
        self.hour = Window("hour", calls, HOUR, durable=True)
        self.windows = [self.hour] + ([Window("minute", minute, 60.0)] if minute else [])

    def process(self) -> Budget:
        """Open the budget as one more process would."""
        return Budget(
            self.outside.redis, self.outside.sessions, self.id, self.windows,
            lease_seconds=LEASE, clock=self.clock,
        )  # fmt: skip

    def rows(self) -> list[BudgetBlock]:
        """Return the hour's blocks, oldest first."""
        with self.outside.sessions() as session:
            found = select(BudgetBlock).where(BudgetBlock.connection_id == self.id, BudgetBlock.window == "hour")
            return list(session.scalars(found.order_by(BudgetBlock.number)))

    def lose_redis(self) -> None:
        """Empty Redis and let the time pass that is waited after it."""
        self.outside.redis.flushdb()
        take(self.process())
        self.clock.now += 61


def take(budget: Budget, lane: Lane = Lane.LIVE) -> Permit | None:
    """Ask once, without waiting."""
    try:
        return budget.acquire(lane, LEASE, patience=0)
    except Throttled:
        return None


def spend(budget: Budget, lane: Lane = Lane.LIVE, most: int = 10_000) -> int:
    """Make calls that are answered at once, until refused; returns how many."""
    made = 0
    while made < most and (permit := take(budget, lane)):
        permit.release()
        made += 1
    return made


def test_an_hour_is_drawn_in_small_blocks_and_ends_at_its_limit(outside: Outside) -> None:
    office = Office(outside, 500)
    budget = office.process()
    assert spend(budget, most=12) == 12
    assert [(row.number, row.calls) for row in office.rows()] == [(1, 5), (2, 5), (3, 5)]
    assert spend(budget) == 488
    assert sum(row.calls for row in office.rows()) == 500


def test_the_hour_frees_only_what_certainly_left_it(outside: Outside) -> None:
    office = Office(outside, 100)
    budget = office.process()
    spend(budget, most=40)
    office.clock.now += 600
    assert spend(budget) == 60
    office.clock.now += HOUR - 600
    assert spend(budget) == 0
    office.clock.now += LEASE + 10
    assert 38 <= spend(budget) <= 41
    assert sum(row.calls for row in office.rows()) <= 100, "old rows are deleted"


def test_losing_redis_costs_at_most_the_block_in_hand(outside: Outside) -> None:
    office = Office(outside, 500)
    made = spend(office.process(), most=102)
    for _ in range(3):
        office.lose_redis()
        made += spend(office.process(), most=1)
    made += spend(office.process())
    assert 500 - 3 * 5 <= made <= 500


def test_a_crash_between_commit_and_hand_over_loses_one_block_and_spends_none_twice(outside: Outside) -> None:
    office = Office(outside, 500)
    spend(office.process(), most=5)
    blocks = Blocks(outside.sessions, office.id, LEASE, office.clock)

    def crash(_: Drawn) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blocks.draw(office.hour, lambda: Hand(1, 0), crash)
    assert [row.closed_at is None for row in office.rows()] == [False, True]
    assert spend(office.process()) == 490
    assert len(office.rows()) == 100


def test_only_one_draws_at_a_time_and_nobody_waits_for_it(outside: Outside) -> None:
    office = Office(outside, 500)
    blocks = Blocks(outside.sessions, office.id, LEASE, office.clock)
    inside: list[bool] = []
    drawn: list[Drawn] = []

    def while_drawing(one: Drawn) -> None:
        drawn.append(one)
        inside.append(Blocks(outside.sessions, office.id, LEASE, office.clock).draw(office.hour, no_hand, drawn.append))

    assert blocks.draw(office.hour, no_hand, while_drawing)
    assert inside == [False]
    assert len(drawn) == len(office.rows()) == 1


def no_hand() -> Hand:
    """Say that Redis knows of no block."""
    return Hand(0, 0)


def test_processes_at_once_spend_the_allowance_exactly(outside: Outside) -> None:
    office, made = Office(outside, 300), list[int]()

    def work() -> None:
        budget, mine = office.process(), 0
        for _ in range(3):
            while permit := take_patiently(budget):
                permit.release()
                mine += 1
        made.append(mine)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 300


def take_patiently(budget: Budget) -> Permit | None:
    """Ask, waiting while somebody else draws."""
    try:
        return budget.acquire(Lane.LIVE, LEASE, patience=10)
    except Throttled:
        return None


def test_bulk_leaves_a_quarter_and_then_takes_only_what_frees(outside: Outside) -> None:
    office = Office(outside, 1000, minute=1000)
    budget = office.process()
    used = 0
    for _ in range(100):
        used += spend(budget, Lane.BULK)
        office.clock.now += 1
    assert used == 750
    assert spend(budget, Lane.LIVE, most=100) == 100
    office.clock.now += HOUR + LEASE + 2
    freed = 0
    for _ in range(20):
        freed += spend(budget, Lane.BULK)
        office.clock.now += 1
    assert freed > 100


def test_bulk_below_a_quarter_gets_what_frees_but_never_the_last_part(outside: Outside) -> None:
    office = Office(outside, 1000, minute=1000)
    budget = office.process()
    assert spend(budget, Lane.LIVE, most=100) == 100
    office.clock.now += 1800
    assert spend(budget, Lane.LIVE, most=750) == 750
    for _ in range(30):
        assert spend(budget, Lane.BULK) == 0, "150 are left: below a quarter, and nothing has freed"
        office.clock.now += 1
    assert spend(budget, Lane.LIVE, most=140) == 140
    office.clock.now += 1800 + LEASE + 5
    bulk = 0
    for _ in range(60):
        bulk += spend(budget, Lane.BULK)
        office.clock.now += 1
    assert 80 <= bulk <= 90, "the 100 that freed, less what completes the 20 that stay for live"
    assert spend(budget, Lane.LIVE) >= 20


def test_many_who_start_at_once_wait_for_nothing_the_first_time(outside: Outside) -> None:
    office, granted = Office(outside, 100, minute=100), list[bool]()

    def work() -> None:
        granted.append(take_patiently(office.process()) is not None)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted == [True] * 12


def test_old_rows_go(outside: Outside) -> None:
    office = Office(outside, 100)
    for _ in range(5):
        spend(office.process())
        office.clock.now += HOUR + LEASE + 40
    with outside.sessions() as session:
        rows = session.scalar(
            select(func.count()).select_from(BudgetBlock).where(BudgetBlock.connection_id == office.id)
        )
    assert rows is not None
    assert rows <= 102


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(["spend", "spend", "wait", "lose"]), st.floats(0, 1)), max_size=25),
    limit=st.integers(1, 60),
)
def test_no_sequence_exceeds_an_hour_whatever_redis_forgets(
    outside: Outside, steps: list[tuple[str, float]], limit: int
) -> None:
    office, calls = Office(outside, limit), list[float]()
    for action, share in steps:
        if action == "spend":
            made = spend(office.process(), most=max(1, int(share * limit)))
            calls += [office.clock.now] * made
        elif action == "wait":
            office.clock.now += share * HOUR
        else:
            office.lose_redis()
    for end in calls:
        assert sum(end - HOUR < moment <= end for moment in calls) <= limit
