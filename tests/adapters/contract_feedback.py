"""What everything that tells a CRM's users must keep to. Inherit with a fixture `world` to change at will."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Protocol

import pytest

from adapters.base import Feedback, Gate, Source
from adapters.errors import AdapterError, Missing, OutcomeUnknown
from models.words import Lane
from tests.adapters.contract_source import World

Write = Callable[[Feedback, Gate], object]


class FeedbackSource(Source, Feedback, Protocol):
    """Be what a test needs of a CRM that can be written to."""


class FeedbackWorld(World):
    """A system whose timelines and checkboxes a test may look at and change behind the adapter's back."""

    flag: str
    """A checkbox that every relation has."""
    prefix: str
    """How the titles of our messages begin."""

    @abstractmethod
    def open(self, lane: Lane = Lane.LIVE) -> FeedbackSource:
        """Return a fresh source on this system."""

    @abstractmethod
    def stored(self, record_id: str) -> dict[str, object]:
        """Return a relation as it stands there, but for the time of its last change."""

    @abstractmethod
    def ticked(self, record_id: str) -> bool:
        """Tell whether the checkbox is ticked."""

    @abstractmethod
    def note(self, record_id: str, title: str) -> None:
        """Put somebody else's message on a timeline."""

    @abstractmethod
    def notes(self) -> int:
        """Count all messages, whoever wrote them."""

    @abstractmethod
    def later(self) -> None:
        """Let time pass for the system."""

    @abstractmethod
    def lose_answers(self, *, done: bool) -> None:
        """Break the connection of each write from now on, before or after its deed."""

    @abstractmethod
    def answer_again(self) -> None:
        """Let writes be answered."""

    @abstractmethod
    def arrivals(self) -> int:
        """Count the calls that arrived."""


class CalledOff(Exception):
    """Be what a gate raises to call a write off."""


def go() -> None:
    """Let a write through."""


def stop() -> None:
    """Call a write off."""
    raise CalledOff


class FeedbackContract:
    """The tests; every call is a real one to the system's stand-in."""

    @pytest.fixture
    def record_id(self, world: FeedbackWorld) -> str:
        """Add a relation, and post once elsewhere so that what is kept for a day is at hand."""
        world.open().post_message(world.add("Warm"), "Warm", "-", go)
        return world.add("Zaak")

    @pytest.fixture
    def writes(self, world: FeedbackWorld, record_id: str) -> list[Write]:
        """Return the three writes, each ready to be made."""
        message = world.open().post_message(record_id, "Oud", "-", go)
        return [
            lambda feedback, gate: feedback.post_message(record_id, "Nieuw", "marker-1", gate),
            lambda feedback, gate: feedback.set_flag(record_id, world.flag, True, gate),
            lambda feedback, gate: feedback.remove_message(message, gate),
        ]

    def test_it_is_a_feedback(self, world: FeedbackWorld) -> None:
        assert isinstance(world.open(), Feedback)

    def test_a_posted_message_is_found_as_ours(self, world: FeedbackWorld, record_id: str) -> None:
        assert world.open().messages(record_id) == []
        made = world.open().post_message(record_id, "Niet gelukt", "Regel één\nmarker-7", go)
        (message,) = world.open().messages(record_id)
        assert message.id == made
        assert message.title.startswith(world.prefix) and message.title.endswith("Niet gelukt")
        assert "marker-7" in message.content and "Regel één" in message.content

    def test_a_title_that_has_the_prefix_gets_no_second_one(self, world: FeedbackWorld, record_id: str) -> None:
        world.open().post_message(record_id, f"{world.prefix} meldt", "-", go)
        assert [message.title for message in world.open().messages(record_id)] == [f"{world.prefix} meldt"]

    def test_the_newest_message_comes_first(self, world: FeedbackWorld, record_id: str) -> None:
        made = []
        for number in range(3):
            made.append(world.open().post_message(record_id, str(number), "-", go))
            world.later()
        assert [message.id for message in world.open().messages(record_id)] == made[::-1]

    def test_other_messages_are_not_ours(self, world: FeedbackWorld, record_id: str) -> None:
        other = world.add("Ander")
        world.open().post_message(other, "Elders", "-", go)
        world.note(record_id, "Gebeld")
        world.note(record_id, f"Vraag over {world.prefix}")
        assert world.open().messages(record_id) == []

    def test_a_removed_message_is_gone_and_the_others_stay(self, world: FeedbackWorld, record_id: str) -> None:
        first, second = (world.open().post_message(record_id, title, "-", go) for title in ("A", "B"))
        for _ in range(2):
            world.open().remove_message(first, go)
        assert [message.id for message in world.open().messages(record_id)] == [second]

    def test_a_checkbox_is_set_and_nothing_else(self, world: FeedbackWorld, record_id: str) -> None:
        before = world.stored(record_id)
        world.open().set_flag(record_id, world.flag, True, go)
        assert world.ticked(record_id)
        world.open().set_flag(record_id, world.flag, False, go)
        assert not world.ticked(record_id)
        assert world.stored(record_id) == before

    def test_a_relation_that_is_not_there_is_missing(self, world: FeedbackWorld, record_id: str) -> None:
        world.delete(record_id)
        with pytest.raises(Missing):
            world.open().set_flag(record_id, world.flag, False, go)

    @pytest.mark.parametrize("odd", ["no such id", "../x"])
    def test_an_odd_id_is_missing_and_reaches_no_address(self, world: FeedbackWorld, odd: str) -> None:
        feedback = world.open()
        with pytest.raises(Missing):
            feedback.messages(odd)
        with pytest.raises(Missing):
            feedback.set_flag(odd, world.flag, True, go)
        with pytest.raises(Missing):
            feedback.post_message(odd, "A", "-", go)
        feedback.remove_message(odd, go)
        assert feedback.calls == 0

    def test_a_message_on_a_relation_that_is_gone_is_refused(self, world: FeedbackWorld, record_id: str) -> None:
        world.delete(record_id)
        with pytest.raises(AdapterError) as caught:
            world.open().post_message(record_id, "A", "-", go)
        assert not isinstance(caught.value, OutcomeUnknown)

    def test_each_costs_one_call(self, world: FeedbackWorld, record_id: str, writes: list[Write]) -> None:
        look: Write = lambda feedback, _: feedback.messages(record_id)  # noqa: E731 - one of a row of deeds
        for use in (*writes, look):
            feedback, before = world.open(), world.arrivals()
            use(feedback, go)
            assert feedback.calls == world.arrivals() - before == 1

    def test_a_write_that_is_called_off_sends_nothing(
        self, world: FeedbackWorld, record_id: str, writes: list[Write]
    ) -> None:
        before, stored, notes = world.arrivals(), world.stored(record_id), world.notes()
        extra = world.arrivals() - before
        for write in writes:
            feedback = world.open()
            with pytest.raises(CalledOff):
                write(feedback, stop)
            assert feedback.calls == 0
        assert world.arrivals() == before + extra
        assert (world.stored(record_id), world.notes()) == (stored, notes)

    def test_the_gate_is_passed_once_and_before_anything_arrives(
        self, world: FeedbackWorld, writes: list[Write]
    ) -> None:
        for write in writes:
            before = world.arrivals()
            seen: list[int] = []

            def gate(seen: list[int] = seen) -> None:
                seen.append(world.arrivals())

            write(world.open(), gate)
            assert seen == [before]

    def test_a_lost_answer_is_said_and_never_repeated(self, world: FeedbackWorld, writes: list[Write]) -> None:
        for done in (False, True):
            world.lose_answers(done=done)
            for write in writes:
                feedback, before = world.open(), world.arrivals()
                with pytest.raises(OutcomeUnknown):
                    write(feedback, go)
                assert world.arrivals() - before == 1
            world.answer_again()

    def test_a_message_whose_answer_was_lost_is_found(self, world: FeedbackWorld, record_id: str) -> None:
        for done in (False, True):
            world.lose_answers(done=done)
            with pytest.raises(OutcomeUnknown):
                world.open().post_message(record_id, "Niet gelukt", f"marker-{done}", go)
            world.answer_again()
        assert [message.content for message in world.open().messages(record_id)] == ["marker-True"]
