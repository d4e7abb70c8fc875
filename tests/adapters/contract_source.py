"""What every source must keep to. Inherit in a test module with a fixture `world` to change at will."""

import random
from abc import ABC, abstractmethod
from collections import Counter

import pytest

from adapters.base import Page, Source, SourceRecord
from adapters.errors import Missing, Unsupported
from models.words import Kind, Lane


class World(ABC):
    """One outside system that a test may change behind the adapter's back."""

    @abstractmethod
    def open(self, lane: Lane = Lane.LIVE) -> Source:
        """Return a fresh source on this system."""

    @abstractmethod
    def add(self, name: str) -> str:
        """Add a relation and return its record id."""

    @abstractmethod
    def edit(self, record_id: str, name: str) -> None:
        """Give a relation another name."""

    @abstractmethod
    def delete(self, record_id: str) -> None:
        """Take a relation away."""

    @abstractmethod
    def total(self) -> int:
        """Count the relations."""


class Follower:
    """Poll as the spine does: store each page's cursor, and open a fresh source every time."""

    def __init__(self, world: World, cursor: str | None = None) -> None:
        self.world = world
        self.cursor = cursor
        self.calls = 0

    def poll(self) -> list[SourceRecord]:
        source = self.world.open(Lane.POLL)
        told: list[SourceRecord] = []
        for page in source.changed(Kind.RELATION, self.cursor):
            assert page.cursor is not None
            self.cursor = page.cursor
            told.extend(page.records)
        self.calls = source.calls
        return told


def name_of(source: Source, record: SourceRecord) -> str:
    return source.relation(record, {}).name


def ids(pages: list[Page]) -> list[str]:
    return [record.id for page in pages for record in page.records]


class SourceContract:
    """The tests. `quiet_calls` says what a poll without changes may cost."""

    quiet_calls = 1

    def test_it_lists_everything_once_and_says_how_much(self, world: World) -> None:
        made = [world.add(f"Zaak {number}") for number in range(7)]
        pages = list(world.open().everything(Kind.RELATION, None))
        assert Counter(ids(pages)) == Counter(made)
        assert pages[-1].cursor is None
        assert pages[0].total in (None, world.total())

    def test_listing_goes_on_from_any_page(self, world: World) -> None:
        made = {world.add(f"Zaak {number}") for number in range(25)}
        pages = list(world.open().everything(Kind.RELATION, None))
        for place, page in enumerate(pages[:-1]):
            rest = list(world.open().everything(Kind.RELATION, page.cursor))
            assert {*ids(pages[: place + 1]), *ids(rest)} == made

    def test_an_empty_system_has_an_empty_list_and_no_changes(self, world: World) -> None:
        assert ids(list(world.open().everything(Kind.RELATION, None))) == []
        follower = Follower(world)
        assert follower.poll() == []
        made = world.add("Eerste")
        assert [record.id for record in follower.poll()] == [made]

    def test_it_reads_one_record(self, world: World) -> None:
        made = world.add("Zaak")
        source = world.open()
        record = source.read(Kind.RELATION, made)
        assert (record.kind, record.id) == (Kind.RELATION, made)
        assert record.updated_at is not None
        assert record.updated_at.tzinfo is not None
        assert name_of(source, record) == "Zaak"

    def test_what_is_gone_is_missing(self, world: World) -> None:
        made = world.add("Zaak")
        world.delete(made)
        for record_id in (made, "no such id", "../x"):
            with pytest.raises(Missing):
                world.open().read(Kind.RELATION, record_id)

    def test_an_edit_is_told_of_once(self, world: World) -> None:
        made = [world.add(f"Zaak {number}") for number in range(3)]
        follower = Follower(world)
        follower.poll()
        world.edit(made[1], "Anders")
        told = follower.poll()
        assert [(record.id, name_of(world.open(), record)) for record in told] == [(made[1], "Anders")]
        assert follower.poll() == []
        assert follower.calls <= self.quiet_calls

    @pytest.mark.parametrize("seed", range(4))
    def test_no_change_is_missed_and_none_repeated(self, world: World, seed: int) -> None:
        chance = random.Random(seed)
        names = {world.add("0"): "0" for _ in range(5)}
        follower = Follower(world)
        follower.poll()
        known = dict(names)
        for step in range(40):
            for _ in range(chance.choice((0, 0, 1, 3, 12))):
                if chance.random() < 0.2:
                    names[world.add(f"new {step}")] = f"new {step}"
                else:
                    record_id = chance.choice(sorted(names))
                    names[record_id] = f"{step}.{chance.random()}"
                    world.edit(record_id, names[record_id])
            source = world.open()
            told = {record.id: name_of(source, record) for record in follower.poll()}
            assert all(known.get(record_id) != name for record_id, name in told.items()), "told of no change"
            known.update(told)
            assert known == names, "a change was missed"

    def test_polling_goes_on_from_any_page(self, world: World) -> None:
        made = [world.add(f"Zaak {number}") for number in range(25)]
        follower = Follower(world)
        follower.poll()
        for record_id in made:
            world.edit(record_id, "Anders")
        stopped = Follower(world, follower.cursor)
        first = next(iter(world.open(Lane.POLL).changed(Kind.RELATION, follower.cursor)))
        stopped.cursor = first.cursor
        seen = {record.id for record in first.records} | {record.id for record in stopped.poll()}
        assert seen == set(made)

    def test_other_kinds_are_refused_aloud(self, world: World) -> None:
        for kind in set(Kind) - {Kind.RELATION}:
            with pytest.raises(Unsupported):
                world.open().read(kind, "x")
            with pytest.raises(Unsupported):
                next(iter(world.open().changed(kind, None)))

    def test_it_names_its_environment_and_checks_itself(self, world: World) -> None:
        world.add("Zaak")
        assert world.open().identify()
        findings = world.open().check()
        assert findings
        assert all(finding.nl and finding.en and finding.nl != finding.en for finding in findings)
        assert all(finding.ok for finding in findings), [finding.en for finding in findings if not finding.ok]

    def test_no_secret_shows(self, world: World) -> None:
        source = world.open()
        assert not any(secret in repr(source.info) for secret in source.info.credentials.values())
