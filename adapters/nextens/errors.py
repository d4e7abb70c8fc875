"""Turn Nextens' refusals into one decision; a 409 means "exists" or "not found" by what was asked."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import requests

from adapters.errors import AdapterError, AlreadyExists, Forbidden, Missing, Rejected
from adapters.masking import mask
from adapters.nextens import normal
from adapters.nextens.bodies import object_of
from adapters.nextens.codes import BY_CODE
from adapters.nextens.labels import labels
from adapters.nextens.members import LENGTHS, canonical

EXISTS, NOT_FOUND = "BESTAAT_AL", "NIET_GEVONDEN"
LOOK_UPS = ("byBsn", "byRsin", "byNaam")

_PERSONAL = ("Bsn", "Rsin", "BtwNummer", "KvkNummer", "Iban", "EmailAdres", "Telefoonnummer", "TelefoonnummerMobiel")
"""Members of a sent client that Nextens might quote in its words."""

_LONGEST = 500
"""Characters kept of the vendor's words."""

_MEMBERS = {name.casefold(): name for name in (*LENGTHS, "Bezoekadres", "Postadres")}


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one complaint of an answer, its words masked."""

    member: str
    code: str
    words: str


def classify(response: requests.Response) -> AdapterError | None:
    """Decide what a 4xx means that budget, token and outage handling left over; 5xx says nothing certain."""
    status = response.status_code
    if not 400 <= status < 500:
        return None
    body = object_of(response)
    found = _faults(response, body)
    words = "; ".join(dict.fromkeys(one.words for one in found if one.words))[:_LONGEST]
    if status == 403:
        return Forbidden(words)
    if status == 409:
        return _conflict(response, str(body.get("Code") or ""), words)
    if status == 404:
        return Missing("nextens.404") if _names_a_client(response) else Rejected("nextens.not_found", words=words)
    return _refused(found, words, status)


def _conflict(response: requests.Response, code: str, words: str) -> AdapterError:
    """Read a 409, by its code if it has one, else by what was asked: a creation meets what exists already."""
    creates = response.request.method == "POST"
    if code == EXISTS or (creates and code != NOT_FOUND):
        return AlreadyExists("nextens.BESTAAT_AL", "", words, {"words": words, "status": "409"})
    return Rejected("nextens.refused", "", words, _params(words, 409)) if creates else Missing("nextens.409")


def _names_a_client(response: requests.Response) -> bool:
    """Tell a client that is gone from an API that is not there: only a path with an id may lack a client."""
    last = str(response.request.path_url).partition("?")[0].rpartition("/")[2]
    return response.request.method in {"GET", "PUT"} and last not in {*LOOK_UPS, "persoon", "bedrijf"}


def _refused(found: Sequence[Fault], words: str, status: int) -> Rejected:
    first = next((one for one in found if one.code or one.member), Fault("", "", ""))
    cause = BY_CODE.get(first.code, "nextens.refused")
    nl, en = labels(first.member or "Nextens")
    params = {**_params(words, status), "veld": nl, "field": en, "code": first.code}
    return Rejected(cause, canonical(first.member), words, params)


def _params(words: str, status: int) -> dict[str, str]:
    return {"words": words, "status": str(status)}


def _faults(response: requests.Response, body: Mapping[str, object]) -> list[Fault]:
    """List the complaints of an error body, each with its words; the general words only when there are no others."""
    own = _own_identifiers(response.request)
    errors = body.get("Errors")
    rows = [row for row in errors if isinstance(row, Mapping)] if isinstance(errors, list) else []
    found = [
        Fault(_member(row.get("Veld")), str(row.get("Code") or ""), mask(str(row.get("Melding") or ""), own))
        for row in rows
    ]
    return found or [Fault("", "", mask(str(body.get("Message") or ""), own))]


def _member(named: object) -> str:
    """Find the member that a complaint names, however it writes capitals; a stranger keeps only a plain name."""
    text = str(named or "")
    return _MEMBERS.get(text.casefold(), text if re.fullmatch(r"[A-Za-z.]{1,60}", text) else "")


def _own_identifiers(request: requests.PreparedRequest) -> list[str]:
    """Collect what the sent client itself says, so that words quoting it can be masked."""
    try:
        sent = json.loads(request.body or b"{}")
    except ValueError:
        return []
    if not isinstance(sent, Mapping):
        return []
    values = [str(sent[name]) for name in _PERSONAL if sent.get(name)]
    bare = [(normal.packed(sent.get(name)) or "").removeprefix("NL") for name in ("Bsn", "Rsin", "BtwNummer", "Iban")]
    return [*values, *filter(None, bare)]
