"""Verify and read Simplicate's web hooks, which only ever tell that something changed."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.base import Notice
from adapters.simplicate.resources import ORGANISATION, PERSON, whole_id
from models.words import Kind

SIGNATURE = "x-webhook-signature"
_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")
_DELETED = re.compile(r"delete|remove|merge")
_RESOURCES = {
    "organization": ORGANISATION,
    "organisation": ORGANISATION,
    "person": PERSON,
    "contactperson": ORGANISATION,
}
"""Which of our resources an event's first word concerns: a contact person is part of its organisation."""


class SimplicateHooks:
    """Read hooks. The payload is unpublished: only names and ids are used, every record is fetched anew."""

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        """Tell whether one of the secrets signed these bytes; all are tried, so time tells nothing.

        Simplicate sends no time stamp, so a replay cannot be told apart; it only causes one more read.
        """
        given = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
        found = _SIGNATURE.fullmatch(given.strip())
        if found is None:
            return False
        signature = bytes.fromhex(found[1])
        matches = [
            hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).digest(), signature)
            for secret in secrets
            if secret
        ]
        return any(matches)

    def notices(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Sequence[Notice]:
        """Name the relations an event concerns; [] for other resources. Raises ValueError without event."""
        found = {notice.record_id: notice for event in _events(body) for notice in _notices(event)}
        return list(found.values())


def _events(body: bytes) -> list[Mapping[str, Any]]:
    """Read one event, or a list of them, should Simplicate bundle."""
    try:
        read = json.loads(body)
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError):
        raise ValueError("not JSON") from None
    events = read if isinstance(read, list) else [read]
    if not all(isinstance(event, Mapping) and _name(event) for event in events):
        raise ValueError("no event named")
    return events


def _name(event: Mapping[str, Any]) -> str:
    """Return the event's name, `organization.updated`, from any of the likely fields."""
    found = (event.get(key) for key in ("event", "event_type", "type"))
    return next((value.strip().lower() for value in found if isinstance(value, str) and value.strip()), "")


def _notices(event: Mapping[str, Any]) -> Iterator[Notice]:
    """Turn one event into at most one notice."""
    words = _name(event).removeprefix("crm.").split(".")
    resource = _RESOURCES.get(words[0])
    if resource is None:
        return
    record_id = next((i for i in _ids(event, words[0], resource) if i), None)
    if record_id is None and words[0] != "contactperson":
        raise ValueError("no id in the event")
    if record_id is not None:
        # A contact person that goes away changes its organisation; it does not delete it.
        deleted = words[0] != "contactperson" and bool(_DELETED.search(".".join(words[1:])))
        yield Notice(Kind.RELATION, record_id, deleted=deleted)


def _ids(event: Mapping[str, Any], word: str, resource: str) -> Iterator[str | None]:
    """Try the places an id may stand, surest first; a contact person's own id is of no use."""
    data = event.get("data")
    for place in (data, event):
        if not isinstance(place, Mapping):
            continue
        nested = place.get(resource)
        if isinstance(nested, Mapping):
            yield whole_id(resource, nested.get("id"))
        yield whole_id(resource, place.get(f"{resource}_id"))
        if word != "contactperson" and (place is data or not isinstance(data, Mapping)):
            yield whole_id(resource, place.get("id"))
    if isinstance(data, str) and word != "contactperson":
        yield whole_id(resource, data)
