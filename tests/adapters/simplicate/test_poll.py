"""Polling stays exact and cheap when clocks change, bulk edits land in one second and dates are nonsense."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simplicate.client import utc_now
from adapters.simplicate.marks import BEGINNING, CLOCK_CHANGE, look_back
from models.words import Kind
from tests.adapters.contract_source import Follower
from tests.adapters.simplicate.world import SimplicateWorld

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CLOCK_BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
"""When 03:00 becomes 02:00 in Amsterdam."""


class Clocks:
    """Set our clock and the vendor's to the same moment, and let them run."""

    def __init__(self, world: SimplicateWorld) -> None:
        self.world = world
        self.offset = timedelta()
        world.now = lambda: utc_now() + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - utc_now()
        self.world.control("POST", "clock_offset", {"seconds": self.offset.total_seconds()})

    def forward(self, **step: float) -> None:
        self.set(self.world.now() + timedelta(**step))


@pytest.fixture
def clocks(world: SimplicateWorld) -> Iterator[Clocks]:
    clocks = Clocks(world)
    yield clocks
    world.control("POST", "clock_offset", {"seconds": 0})


def seed(world: SimplicateWorld, organisations: int, persons: int = 0, at: str | None = None) -> None:
    stamp = {} if at is None else {"updated_at": at, "created_at": at}
    world.control(
        "POST",
        "seed",
        {
            "organization": [{"name": f"Zaak {n}", **stamp} for n in range(organisations)],
            "person": [{"first_name": f"Mens {n}", "family_name": "X", **stamp} for n in range(persons)],
        },
    )


def test_a_quiet_poll_costs_two_calls_also_after_a_bulk_edit(world: SimplicateWorld, clocks: Clocks) -> None:
    seed(world, 350, 120)
    follower = Follower(world)
    follower.poll()
    clocks.forward(minutes=5)
    follower.poll()
    for _ in range(3):
        before = world.arrivals()
        assert follower.poll() == []
        assert (follower.calls, world.arrivals() - before) == (2, 2)
    made = world.add("Nieuw")
    assert [record.id for record in follower.poll()] == [made]


def test_a_second_of_more_than_a_page_is_read_whole(world: SimplicateWorld) -> None:
    seed(world, 350, at="2026-03-02 10:00:00")
    world.options(first_poll="all")
    told = [record.id for record in Follower(world).poll()]
    assert len(told) == len(set(told)) == 350


def test_edits_while_pages_are_read_hide_nothing(world: SimplicateWorld, clocks: Clocks) -> None:
    for minute in range(40):
        at = datetime(2026, 3, 2, 10, minute, tzinfo=UTC)
        seed(world, 1, at=at.strftime("%Y-%m-%d %H:%M:%S"))
    world.options(first_poll="all", page=10)
    names = {row["id"] for row in world.control("GET", "state")["organization"]}
    told: set[str] = set()
    for page in world.open().changed(Kind.RELATION, None):
        told |= {record.id for record in page.records}
        if told < names:
            for record in page.records[:4]:
                world.edit(record.id, "Anders")
    assert told == names


def test_the_first_poll_starts_at_now_unless_all_is_asked(world: SimplicateWorld) -> None:
    seed(world, 5, 5, at="2026-03-02 10:00:00")
    seed(world, 2, 3, at="2026-03-03 10:00:00")
    assert len(Follower(world).poll()) == 5
    world.options(first_poll="all")
    assert len(Follower(world).poll()) == 15


def test_edits_in_the_hour_that_is_shown_twice_are_all_told_of(world: SimplicateWorld, clocks: Clocks) -> None:
    clocks.set(CLOCK_BACK - timedelta(minutes=50))
    made = [world.add(f"Zaak {number}") for number in range(4)]
    follower = Follower(world)
    follower.poll()
    for step in range(22):
        clocks.forward(minutes=5, seconds=step)
        record_id = made[step % 4]
        world.edit(record_id, f"stap {step}")
        assert [record.id for record in follower.poll()] == [record_id], step
        assert follower.poll() == [], step


def test_the_same_second_shown_twice_is_not_mistaken(world: SimplicateWorld, clocks: Clocks) -> None:
    clocks.set(CLOCK_BACK - timedelta(minutes=30))
    made = world.add("Zaak")
    follower = Follower(world)
    follower.poll()
    stamp = world.open().read(Kind.RELATION, made).raw["updated_at"]
    clocks.set(CLOCK_BACK + timedelta(minutes=30))
    world.edit(made, "Anders")
    told = follower.poll()
    assert [record.raw["name"] for record in told] == ["Anders"]
    assert told[0].raw["updated_at"][:16] == stamp[:16]


def test_a_record_stamped_a_little_earlier_than_it_shows_is_told_of(world: SimplicateWorld) -> None:
    follower = Follower(world)
    world.add("Zaak")
    follower.poll()
    late = (world.now() - timedelta(seconds=100)).astimezone(AMSTERDAM)
    seed(world, 1, at=late.strftime("%Y-%m-%d %H:%M:%S"))
    assert [record.raw["name"] for record in follower.poll()] == ["Zaak 0"]


def test_a_date_in_the_far_future_hides_nothing(world: SimplicateWorld) -> None:
    follower = Follower(world)
    world.add("Zaak")
    follower.poll()
    seed(world, 1, at="2099-01-01 00:00:00")
    assert len(follower.poll()) == 1
    assert follower.poll() == []
    made = world.add("Nieuw")
    assert [record.id for record in follower.poll()] == [made]


def test_a_backfill_of_ten_thousand_costs_a_hundred_and_one_calls(world: SimplicateWorld) -> None:
    seed(world, 7_050, 2_950)
    source = world.open()
    pages = list(source.everything(Kind.RELATION, None))
    assert pages[0].total == 10_000
    assert len({record.id for page in pages for record in page.records}) == 10_000
    assert source.calls <= 101


def test_a_listing_survives_deletes_and_edits_under_its_feet(world: SimplicateWorld) -> None:
    seed(world, 60)
    world.options(page=10)
    names = sorted(row["id"] for row in world.control("GET", "state")["organization"])
    told = set()
    for number, page in enumerate(world.open().everything(Kind.RELATION, None)):
        told |= {record.id for record in page.records}
        if number < 5:
            world.delete(names[number])
            world.edit(names[-1 - number], "Anders")
    assert told >= set(names[5:])


def test_the_cursor_holds_no_personal_number(world: SimplicateWorld) -> None:
    fields = [{"name": "bsn", "value": "111222333"}]
    follower = Follower(world)
    follower.poll()
    for _ in range(3):
        world.call("POST", "crm/person", {"first_name": "Mens", "family_name": "X", "custom_fields": fields})
    assert len(follower.poll()) == 3
    assert follower.cursor is not None
    assert "111222333" not in follower.cursor


@given(st.datetimes(BEGINNING.replace(year=2020), BEGINNING.replace(year=2030)))
def test_the_look_back_covers_what_the_clock_shows_again(at: datetime) -> None:
    back = look_back(at, timedelta(minutes=2), AMSTERDAM)
    assert back in (timedelta(minutes=2), CLOCK_CHANGE)
    readings = {at.replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC) for fold in (0, 1)}
    assert back == CLOCK_CHANGE or len(readings) == 1
