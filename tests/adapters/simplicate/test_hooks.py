"""Hooks are believed only when signed, and only as a hint."""

import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simplicate import HOOKS
from models.words import Kind

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ID = "organization:21ea35b0780c7f46"


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(body: bytes, signature: str | None, *secrets: str) -> bool:
    headers = {} if signature is None else {"X-Webhook-Signature": signature}
    return HOOKS.verify(body, headers, secrets, NOW)


def told(event: Any) -> list[tuple[str, bool]]:
    notices = HOOKS.notices(json.dumps(event).encode(), {}, NOW)
    assert all(notice.kind is Kind.RELATION and notice.record is None for notice in notices)
    return [(notice.record_id, notice.deleted) for notice in notices]


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_any_of_several_secrets_will_do_and_no_other(body: bytes, one: str, other: str) -> None:
    assert verify(body, sign(body, one), "old", one)
    assert verify(body, sign(body, one), one) is True
    assert verify(body, sign(body, one), other) is (one == other)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_another_body_is_refused(body: bytes, other: bytes) -> None:
    assert verify(other, sign(body, "s"), "s") is (body == other)


@pytest.mark.parametrize(
    "signature", [None, "", "sha256=", "sha256=zz", "sha1=" + "0" * 40, "0" * 64, "sha256=" + "0" * 64, "é"]
)
def test_a_missing_or_malformed_signature_is_refused(signature: str | None) -> None:
    assert verify(b"{}", signature, "s") is False


def test_no_secret_or_an_empty_one_verifies_nothing() -> None:
    assert verify(b"{}", sign(b"{}", "")) is False
    assert verify(b"{}", sign(b"{}", ""), "") is False


def test_header_names_have_no_case() -> None:
    assert HOOKS.verify(
        b"{}", {"x-webhook-signature": sign(b"{}", "s").upper().replace("SHA256", "sha256")}, ["s"], NOW
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"event": "organization.updated", "data": {"id": ID}}, [(ID, False)]),
        ({"event": "organization.updated", "data": {"id": "21ea35b0780c7f46"}}, [(ID, False)]),
        ({"type": "person.created", "data": {"person_id": "person:ab"}}, [("person:ab", False)]),
        ({"event_type": "crm.person.updated", "id": "person:ab"}, [("person:ab", False)]),
        ({"event": "organization.updated", "data": {"organization": {"id": ID}}}, [(ID, False)]),
        ({"event": "organization.deleted", "data": {"id": ID}}, [(ID, True)]),
        ({"event": "person.updated", "data": "person:ab"}, [("person:ab", False)]),
        (
            {"event": "contactperson.updated", "data": {"id": "contactperson:9", "organization": {"id": ID}}},
            [(ID, False)],
        ),
        (
            {"event": "contactperson.deleted", "data": {"id": "contactperson:9", "organization_id": ID}},
            [(ID, False)],
        ),
        ({"event": "contactperson.updated", "data": {"id": "9"}}, []),
        ({"event": "sale.updated", "data": {"id": "sales:1", "organization": {"id": ID}}}, []),
        ([{"event": "person.updated", "data": {"id": "person:ab"}}] * 2, [("person:ab", False)]),
    ],
)
def test_events(event: Any, expected: list[tuple[str, bool]]) -> None:
    assert told(event) == expected


@pytest.mark.parametrize(
    "event",
    [
        1,
        "organization.updated",
        {},
        {"event": 5},
        {"event": "organization.updated"},
        {"event": "organization.updated", "data": {"id": "../../base/test"}},
        {"event": "organization.updated", "data": {"id": "person:ab"}},
        [{"event": "person.updated", "data": {"id": "person:ab"}}, 3],
    ],
)
def test_a_bad_shape_is_a_value_error(event: Any) -> None:
    with pytest.raises(ValueError, match=r"event"):
        told(event)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(("event", "type", "data", "id", "x")), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_body_gives_notices_or_a_value_error(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        HOOKS.notices(body, {}, NOW)
