"""Refusals, limits and outages of Simplicate become decisions, in words and without personal numbers."""

import contextlib
import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from adapters.errors import AdapterError, Forbidden, Missing, Rejected, Throttled, Unauthorised, Unavailable
from adapters.simplicate import CAUSES, DEFAULT_LIMITS
from adapters.simplicate.errors import classify, data_of, words
from models.words import Kind, Lane
from tests.adapters.contract_source import Follower
from tests.adapters.simplicate.world import SimplicateWorld

PROBLEM = {
    "code": 7,
    "type": "Validation",
    "message": "name is required",
    "translated_message": "naam is verplicht",
}


def answer(status: int, body: Any) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    return response


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"errors": [PROBLEM]}, "naam is verplicht"),
        ({"errors": [{"error": PROBLEM, "submitted_data": {"bsn": "111222333"}}]}, "naam is verplicht"),
        ({"errors": ["one", "two"]}, "one / two"),
        ({"errors": None, "message": "Licence required"}, "Licence required"),
        ("Plain text", "Plain text"),
        ("<html>Incapsula</html>", ""),
        ({"errors": [{"message": "bsn 1112.22.333 is taken"}]}, "bsn *** is taken"),
        ([], ""),
        (None, ""),
        (5, ""),
    ],
)
def test_every_shape_of_error_is_read(body: Any, expected: str) -> None:
    assert words(body) == expected
    error = classify(answer(422, body))
    assert isinstance(error, Rejected)
    assert "111222333" not in f"{error} {error.words} {error.params}"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (503, None),
        (404, Missing),
        (403, Forbidden),
        (400, Rejected),
        (402, Rejected),
        (422, Rejected),
        (418, Rejected),
    ],
)
def test_a_status_is_a_decision(status: int, kind: type[AdapterError] | None) -> None:
    error = classify(answer(status, {"errors": ["no"]}))
    assert type(error) is (kind or type(None))
    if isinstance(error, Rejected):
        assert error.code in {cause.code for cause in CAUSES}


@pytest.mark.parametrize("body", [{"data": None, "errors": [PROBLEM]}, {"status": "ok"}, [], "null"])
def test_a_refusal_inside_a_200_is_no_data(body: Any) -> None:
    with pytest.raises(Rejected):
        data_of(answer(200, body))


@pytest.mark.parametrize("shape", ["object", "batch", "string", "message", "plain"])
def test_an_id_that_simplicate_refuses_is_a_refusal_in_words(world: SimplicateWorld, shape: str) -> None:
    before = world.control("GET", "options")
    world.control("PUT", "options", {"error_shape": shape})
    try:
        with pytest.raises(Rejected) as caught:
            world.open().read(Kind.RELATION, "organization:00")
    finally:
        world.control("PUT", "options", before)
    assert caught.value.words


def test_a_refused_key_needs_consent_after_one_call(world: SimplicateWorld) -> None:
    world.info = replace(world.info, credentials={"key": "old", "secret": "old"})
    source = world.open()
    with pytest.raises(Unauthorised):
        source.identify()
    assert source.calls == 1
    assert [finding.ok for finding in world.open().check()] == [False]


def test_the_vendors_own_limit_throttles(world: SimplicateWorld) -> None:
    world.control("PUT", "limits", {"windows": [{"seconds": 60, "count": 1}]})
    source = world.open()
    source.identify()
    with pytest.raises(Throttled) as caught:
        source.identify()
    assert caught.value.retry_at > datetime.now(UTC)


def test_an_address_that_is_no_api_is_unavailable(world: SimplicateWorld) -> None:
    world.info = replace(world.info, base_url="http://127.0.0.1:9/api/v2")
    with pytest.raises(Unavailable):
        world.open().identify()


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", Throttled), ("503", Unavailable), ("html_200", Unavailable), ("empty_body", Unavailable)],
)
def test_a_poll_that_fails_half_way_goes_on_later(world: SimplicateWorld, kind: str, error: type[AdapterError]) -> None:
    world.options(page=5)
    follower = Follower(world)
    follower.poll()
    made = {world.add(f"Zaak {number}") for number in range(30)}
    world.control("POST", "faults", {"kind": kind, "method": "GET", "skip": 2, "retry_after": 1})
    told: set[str] = set()

    def read_on() -> None:
        for page in world.open().changed(Kind.RELATION, follower.cursor):
            told.update(record.id for record in page.records)
            follower.cursor = page.cursor

    with pytest.raises(error):
        read_on()
    assert told < made
    world.control("DELETE", "faults")
    time.sleep(1.5)
    again = {record.id for record in follower.poll()}
    assert told | again == made
    assert not told & again


def test_a_dropped_connection_is_tried_again_at_once(world: SimplicateWorld) -> None:
    made = world.add("Zaak")
    world.control("POST", "faults", {"kind": "drop_before", "method": "GET", "count": 1})
    source = world.open()
    assert source.read(Kind.RELATION, made).id == made
    assert source.calls == 2


def test_polling_leaves_most_of_the_budget_to_others(world: SimplicateWorld) -> None:
    world.options(window_seconds=3)
    world.info = replace(world.info, limits=DEFAULT_LIMITS)
    made = Counter(poll=_until_refused(world, Lane.POLL), live=_until_refused(world, Lane.LIVE))
    assert made == {"poll": 24, "live": 36}


def _until_refused(world: SimplicateWorld, lane: Lane) -> int:
    source = world.open(lane)
    with contextlib.suppress(Throttled):
        for _ in range(100):
            source.identify()
    return source.calls


def test_a_missing_checkbox_is_found_by_the_check(world: SimplicateWorld) -> None:
    findings = world.open().check(["sync_snelstart", "sync_exact"])
    assert Counter(finding.ok for finding in findings)[False] == 2
    assert {finding.en for finding in findings if not finding.ok} == {
        "Field sync_exact is missing for organisations.",
        "Field sync_exact is missing for persons.",
    }


def test_ticking_the_checkbox_in_simplicate_is_seen(world: SimplicateWorld) -> None:
    ticked = world.add("Zaak", custom_fields=[{"name": "sync_snelstart", "value": "1"}], coc_code="01234567")
    bare = world.add("Zaak")
    source = world.open()
    rules = {"flag": "sync_snelstart"}
    read = [source.relation(source.read(Kind.RELATION, one), rules) for one in (ticked, bare)]
    assert [relation.flags["sync_snelstart"] for relation in read] == [True, False]
    assert read[0].kvk == "01234567"
