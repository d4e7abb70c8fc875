"""Simplicate's timeline and checkbox: the contract, and what is only Simplicate's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.errors import Missing, OutcomeUnknown, Rejected, Unsupported
from adapters.simplicate import CAUSES
from tests.adapters.contract_feedback import FeedbackContract, go
from tests.adapters.simplicate.world import KEYS, SimplicateWorld
from tests.adapters.vendor import Vendor, answer


class TestSimplicateFeedback(FeedbackContract):
    """On organisations; persons below."""


class TestSimplicateFeedbackOnPersons(FeedbackContract):
    @pytest.fixture
    def record_id(self, world: SimplicateWorld) -> str:
        world.open().post_message(world.add("Warm"), "Warm", "-", go)
        return str(world.call("POST", "crm/person", {"first_name": "Anna", "family_name": "Meer"})["id"])


@pytest.fixture
def scripted(world: SimplicateWorld) -> Iterator[Vendor]:
    """Put a vendor that answers as a test says in the stand-in's place."""
    vendor = Vendor([answer()])
    world.info = replace(world.info, base_url=vendor.url, credentials=KEYS)
    yield vendor
    vendor.stop()


def data(value: Any, **more: Any) -> Any:
    return answer(200, json.dumps({"data": value, "errors": None, "debug": None, **more}).encode())


RECORD = "organization:21ea35b0780c7f46"
TYPES = [{"id": "messagetype:1", "label": "Notitie"}, {"id": "messagetype:2", "label": "Synchronisatie"}]


def row(number: int, record_id: str = RECORD, **values: Any) -> dict[str, Any]:
    name = record_id.partition(":")[0]
    return {
        "id": f"message:{number}",
        "title": "Boekbrug: niet gelukt",
        "content": f"marker-{number}",
        "linked_to": [{f"{name}_id": record_id, "label": "Zaak"}],
        "created_at": f"2026-03-02 10:00:{number:02}",
        **values,
    }


def test_a_filter_that_is_ignored_makes_no_strangers_message_ours(world: SimplicateWorld, scripted: Vendor) -> None:
    stranger = row(3, "organization:21ea35b0780c7f47")
    person = row(4, "person:21ea35b0780c7f46")
    scripted.answers = [data([stranger, row(1), person, row(2), row(5, linked_to=[])])]
    assert [message.id for message in world.open().messages(RECORD)] == ["message:2", "message:1"]


def test_too_many_messages_behind_an_ignored_filter_are_said_aloud(world: SimplicateWorld, scripted: Vendor) -> None:
    scripted.answers = [data([row(3, "person:1")] * 100)]
    with pytest.raises(Unsupported):
        world.open().messages(RECORD)
    assert len(scripted.seen) == 5


def test_a_page_that_is_shorter_than_asked_hides_nothing(world: SimplicateWorld, scripted: Vendor) -> None:
    scripted.answers = [
        data([row(number) for number in numbers], metadata={"count": "5", "limit": "2", "offset": "0"})
        for numbers in ((5, 4), (3, 2), (1,))
    ]
    assert [message.id[-1] for message in world.open().messages(RECORD)] == list("54321")
    assert [exchange.line.partition("offset=")[2][:1] for exchange in scripted.seen] == list("024")


def test_a_filter_that_is_refused_is_done_without(world: SimplicateWorld) -> None:
    made, other = world.add("Zaak"), world.add("Ander")
    message = world.open().post_message(made, "A", "-", go)
    world.open().post_message(other, "B", "-", go)
    world.control("PUT", "options", {"timeline_filter": False})
    try:
        source = world.open()
        assert [one.id for one in source.messages(made)] == [message]
        assert source.calls == 2
        told = {finding.en for finding in world.open().check() if not finding.ok}
        assert "Timeline not readable per relation." in told
    finally:
        world.control("PUT", "options", {"timeline_filter": True})


@pytest.mark.parametrize(
    "link",
    [[{"organization_id": "21ea35b0780c7f46"}], {"organization_id": RECORD}, [{"id": RECORD, "type": "organization"}]],
)
def test_a_link_is_read_in_every_shape(world: SimplicateWorld, scripted: Vendor, link: Any) -> None:
    scripted.answers = [data([row(1, linked_to=link)])]
    assert len(world.open().messages(RECORD)) == 1


def test_our_message_is_found_behind_a_page_of_others(world: SimplicateWorld) -> None:
    world.options(page=3)
    made = world.add("Zaak")
    world.open().post_message(made, "Eerste", "-", go)
    for number in range(8):
        world.later()
        world.note(made, f"Over Boekbrug {number}")
    assert len(world.open().messages(made)) == 1


def test_the_body_of_a_message_is_what_the_specification_says(world: SimplicateWorld, scripted: Vendor) -> None:
    scripted.answers = [data(TYPES), data({"id": "message:1"})]
    assert world.open().post_message(RECORD, "Niet <gelukt>", "Regel\n<b>", go) == "message:1"
    assert json.loads(scripted.seen[1].body) == {
        "title": "Boekbrug: Niet <gelukt>",
        "content": "Regel\n<b>",
        "messagetype_id": "messagetype:1",
        "linked_to": {"organization_id": RECORD},
    }


def test_html_is_escaped_where_simplicate_shows_it(world: SimplicateWorld, scripted: Vendor) -> None:
    world.options(message_format="html")
    scripted.answers = [data(TYPES), data({"id": "message:1"})]
    world.open().post_message(RECORD, "Niet gelukt", 'Regel "een"\n<b> & meer', go)
    assert json.loads(scripted.seen[1].body)["content"] == 'Regel "een"<br>\n&lt;b&gt; &amp; meer'


@pytest.mark.parametrize(
    ("wanted", "sent", "calls"),
    [
        (None, "messagetype:1", 3),
        ("synchronisatie", "messagetype:2", 3),
        ("messagetype:2", "messagetype:2", 2),
    ],
)
def test_the_message_type_is_asked_for_once_a_day(
    world: SimplicateWorld, scripted: Vendor, wanted: str | None, sent: str, calls: int
) -> None:
    world.options(message_type=wanted)
    scripted.answers = [data(TYPES)] * (calls == 3) + [data({"id": "message:1"})]
    for _ in range(2):
        world.open().post_message(RECORD, "A", "-", go)
    assert len(scripted.seen) == calls
    assert json.loads(scripted.seen[-1].body)["messagetype_id"] == sent
    keys = list(world.outside.redis.scan_iter(f"simplicate:messagetypes:{world.info.id}:*"))
    assert all(0 < world.outside.redis.ttl(key) <= 86_400 for key in keys)
    assert bool(keys) == (calls == 3)


def test_a_message_type_that_is_not_there_is_named(world: SimplicateWorld) -> None:
    world.options(message_type="Sync")
    with pytest.raises(Rejected) as caught:
        world.open().post_message(world.add("Zaak"), "A", "-", go)
    assert caught.value.params == {"wanted": "Sync"}
    assert caught.value.code in {cause.code for cause in CAUSES}
    assert world.notes() == 0


def test_a_type_that_is_gone_is_asked_for_anew(world: SimplicateWorld, scripted: Vendor) -> None:
    refusal = answer(400, b'{"errors": ["messagetype_id does not exist"]}')
    scripted.answers = [data(TYPES), refusal, data(TYPES[1:]), data({"id": "message:1"})]
    with pytest.raises(Rejected):
        world.open().post_message(RECORD, "A", "-", go)
    world.open().post_message(RECORD, "A", "-", go)
    assert json.loads(scripted.seen[-1].body)["messagetype_id"] == "messagetype:2"


UNREADABLE = [
    answer(200, b""), data(None), data({}), data({"id": "../x"}), data([]), answer(200, b"{}"), answer(200, b"[]"),
    answer(200, b"<html></html>"), answer(204, b""),
]  # fmt: skip


@pytest.mark.parametrize("given", UNREADABLE)
def test_an_answer_without_an_id_leaves_the_outcome_open(world: SimplicateWorld, scripted: Vendor, given: Any) -> None:
    world.options(message_type="messagetype:1")
    scripted.answers = [given]
    with pytest.raises(OutcomeUnknown):
        world.open().post_message(RECORD, "A", "-", go)
    assert len(scripted.seen) == 1


def test_a_refusal_inside_a_200_wrote_nothing(world: SimplicateWorld, scripted: Vendor) -> None:
    scripted.answers = [answer(200, b'{"data": null, "errors": ["nee, 111222333"]}')]
    with pytest.raises(Rejected) as caught:
        world.open().set_flag(RECORD, "sync_snelstart", False, go)
    assert caught.value.words == "nee, ***"


@pytest.mark.parametrize(("unticked", "sent"), [("", ""), ("0", "0")])
def test_only_the_checkbox_is_in_the_body(world: SimplicateWorld, scripted: Vendor, unticked: str, sent: str) -> None:
    world.options(unticked=unticked)
    scripted.answers = [data({"id": RECORD})]
    for ticked in (True, False):
        world.open().set_flag(RECORD, "sync_snelstart", ticked, go)
    bodies = [json.loads(exchange.body) for exchange in scripted.seen]
    assert bodies == [{"custom_fields": [{"name": "sync_snelstart", "value": value}]} for value in ("1", sent)]
    assert scripted.seen[0].line.startswith(f"PUT /v2/crm/organization/{RECORD} ")


def test_a_checkbox_that_does_not_exist_is_refused_in_words(world: SimplicateWorld) -> None:
    with pytest.raises(Rejected) as caught:
        world.open().set_flag(world.add("Zaak"), "sync_exact", True, go)
    assert "sync_exact" in caught.value.words


@pytest.mark.parametrize("given", [answer(200, b""), answer(200, b"{}")])
def test_a_removal_that_is_not_answered_is_open(world: SimplicateWorld, scripted: Vendor, given: Any) -> None:
    scripted.answers = [given]
    with pytest.raises(OutcomeUnknown):
        world.open().remove_message("message:1", go)


@pytest.mark.parametrize("given", [answer(204, b""), data(None), answer(404, b'{"errors": ["weg"]}')])
def test_a_removal_is_done_by_each_of_these(world: SimplicateWorld, scripted: Vendor, given: Any) -> None:
    scripted.answers = [given]
    world.open().remove_message("message:1", go)
    assert scripted.seen[0].line.startswith("DELETE /v2/timeline/message/message:1 ")


def test_messages_of_a_timeline_that_is_gone_are_missing(world: SimplicateWorld, scripted: Vendor) -> None:
    scripted.answers = [answer(404, b'{"errors": ["weg"]}')]
    with pytest.raises(Missing):
        world.open().messages(RECORD)


def test_the_check_says_when_messages_cannot_be_found(world: SimplicateWorld) -> None:
    sentence = "Can find messages on the timeline."
    assert sentence in {finding.en for finding in world.open().check() if finding.ok}
