"""Read the five shapes of SnelStart's refusals and turn them into one decision."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from adapters.errors import AdapterError, AlreadyExists, Forbidden, Missing, OutcomeUnknown, Rejected
from adapters.masking import mask
from adapters.snelstart.bodies import json_of
from adapters.snelstart.codes import OPTIONAL, fields_of, row_of, weight
from adapters.snelstart.limits import ADDRESSES, canonical
from adapters.snelstart.normal import vat_key

_PERSONAL = ("btwNummer", "kvkNummer", "iban", "email", "telefoon", "mobieleTelefoon")
"""Members of a sent relatie that SnelStart might quote in its words."""

_LONGEST = 500
"""Characters kept of the vendor's words: enough for every published message."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Hold one complaint: a published code, or `model`, `odata`, `gateway`, `empty` or `http` for a shape."""

    code: str
    words: str = ""
    field: str = ""


def classify(response: requests.Response) -> AdapterError | None:
    """Decide what a 4xx means that budget, token and outage handling left over; 5xx says nothing certain."""
    if not 400 <= response.status_code < 500:
        return None
    found = sorted(refusals(response), key=lambda refusal: weight(refusal.code))
    own = _own_identifiers(response.request)
    words = "; ".join(dict.fromkeys(filter(None, (mask(one.words, own) for one in found))))[:_LONGEST]
    if response.status_code == 403:
        return Forbidden(words)
    if response.status_code == 404 and not any("-" in one.code for one in found):
        return _not_found(response, words)
    return _decide(found, words, response)


def refusals(response: requests.Response) -> list[Refusal]:
    """List the complaints of an error body; never empty."""
    body = json_of(response)
    if isinstance(body, list):
        return list(_coded(body)) or [Refusal("empty")]
    if not isinstance(body, Mapping):
        return [Refusal("empty" if not response.content.strip() else "http")]
    low = {str(name).lower(): value for name, value in body.items()}
    if low.get("errorcode"):
        return list(_coded([body]))
    words = str(low.get("message") or low.get("error") or "")
    if isinstance(low.get("modelstate"), Mapping):
        return list(_model(low["modelstate"], words))
    return [Refusal("gateway" if "statuscode" in low else "odata", words)]


def _coded(items: list[Any]) -> Iterator[Refusal]:
    for item in items:
        low = {str(name).lower(): value for name, value in item.items()} if isinstance(item, Mapping) else {}
        words = " ".join(str(low[name]) for name in ("message", "details") if low.get(name))
        code = str(low.get("errorcode") or "http")
        row = row_of(code)
        yield Refusal(code, words, row.field if row else "")


def _model(state: Mapping[str, Any], words: str) -> Iterator[Refusal]:
    """Read a binding error: its keys are paths such as `model.VestigingsAdres.Land`."""
    for path, messages in state.items():
        said = messages if isinstance(messages, list) else [messages]
        yield Refusal("model", " ".join(map(str, said)) or words, _field_of_path(path))
    if not state:
        yield Refusal("model", words)


def _field_of_path(path: str) -> str:
    names = [name[:1].lower() + name[1:] for name in path.split(".")]
    known = {name: name for name in ADDRESSES.values()} | dict(ADDRESSES)
    for name in names:
        field = known.get(name) or canonical(name)
        if field in OPTIONAL or field == "name":
            return field
    return ""


def _decide(found: list[Refusal], words: str, response: requests.Response) -> AdapterError:
    first = found[0]
    row = row_of(first.code)
    decision = row.decision if row else "rejected"
    writing = response.request.method not in {"GET", "HEAD"}
    if decision == "missing":
        return Missing(f"snelstart.{first.code}")
    if decision == "unknown" and writing:
        return OutcomeUnknown(f"snelstart.{first.code}")
    params = {"code": first.code, "words": words, "status": str(response.status_code)}
    also = fields_of(one.code for one in found) | {one.field for one in found}
    if len(found) > 1 and also - {""} <= OPTIONAL:
        params["fields"] = " ".join(sorted(also - {""}))
    kind = AlreadyExists if decision == "exists" else Rejected
    return kind(f"snelstart.{first.code}", first.field, words, params)


def _not_found(response: requests.Response, words: str) -> AdapterError:
    """Tell a record that is gone from an API that is not there: only paths with an id may lack a record."""
    path = str(response.request.path_url).partition("?")[0]
    if any(len(part) == 36 and part.count("-") == 4 for part in path.split("/")):
        return Missing("snelstart.REL-0005")
    return Rejected("snelstart.not_found", "", words, {"status": "404", "words": words})


def _own_identifiers(request: requests.PreparedRequest) -> list[str]:
    """Collect what the sent record itself says, so that words quoting it can be masked."""
    try:
        sent = json.loads(request.body or b"{}")
    except ValueError:
        return []
    if not isinstance(sent, Mapping):
        return []
    values = [str(sent[name]) for name in _PERSONAL if sent.get(name)]
    # SnelStart strips `NL` from a Dutch VAT number, so it may quote the bare one.
    return [*values, *filter(None, [vat_key(sent.get("btwNummer"))])]
