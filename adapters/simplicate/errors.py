"""Turn Simplicate's refusals into decisions, whatever shape their body has."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests

from adapters.errors import AdapterError, Forbidden, Missing, OutcomeUnknown, Rejected, Unavailable
from adapters.masking import mask
from adapters.simplicate.codes import LICENCE, REFUSED, UNREADABLE, VALIDATION

_WORDS = ("translated_message", "message", "error_message")


def classify(response: requests.Response) -> AdapterError | None:
    """Judge a refusal by its status; a failure of the server itself (5xx) is no refusal."""
    status = response.status_code
    if not 400 <= status < 500:
        return None
    said = words(body(response))
    if status == 404:
        return Missing("not in Simplicate")
    if status == 403:
        return Forbidden(said)
    code = {402: LICENCE, 400: VALIDATION, 409: VALIDATION, 422: VALIDATION}.get(status, REFUSED)
    return Rejected(code, words=said, params={"words": said, "status": str(status)})


def data_of(response: requests.Response) -> tuple[Any, Mapping[str, Any]]:
    """Return data and metadata. Raises Rejected for a refusal inside a 200, Unavailable for an empty body."""
    if not response.content.strip():
        raise Unavailable("Simplicate answered nothing")
    envelope = body(response)
    if not isinstance(envelope, Mapping):
        raise Rejected(UNREADABLE)
    _refused_inside(response, envelope)
    if "data" not in envelope:
        raise Rejected(UNREADABLE)
    metadata = envelope.get("metadata")
    return envelope["data"], metadata if isinstance(metadata, Mapping) else {}


def data_written(response: requests.Response) -> Any:
    """Return the data that answers a write. Raises Rejected as above, OutcomeUnknown when it cannot be read."""
    if response.status_code == 204:
        return None
    envelope = body(response)
    if not isinstance(envelope, Mapping):
        raise OutcomeUnknown("Simplicate answered a write with nothing that can be read")
    _refused_inside(response, envelope)
    if "data" not in envelope:
        raise OutcomeUnknown("Simplicate answered a write without data")
    return envelope["data"]


def _refused_inside(response: requests.Response, envelope: Mapping[str, Any]) -> None:
    """Raise Rejected when errors stand where the data should be."""
    if envelope.get("data") is None and envelope.get("errors"):
        said = words(envelope)
        raise Rejected(VALIDATION, words=said, params={"words": said, "status": str(response.status_code)})


def body(response: requests.Response) -> Any:
    """Read JSON, or else the plain text that Simplicate sometimes answers with."""
    try:
        return response.json()
    except ValueError:
        return response.text


def words(answer: object) -> str:
    """Collect what Simplicate says, in the order its shapes were met; personal numbers are masked."""
    said = list(dict.fromkeys(text.strip() for text in _said(answer) if text.strip()))
    return mask(" / ".join(said))[:500]


def _said(answer: object) -> Iterator[str]:
    """Walk `errors` (objects, batches, strings), a top-level message, plain text; HTML says nothing."""
    if isinstance(answer, str):
        if not answer.lstrip().startswith("<"):
            yield answer
        return
    if isinstance(answer, list):
        for item in answer:
            yield from _said(item)
        return
    if not isinstance(answer, Mapping):
        return
    nested = answer.get("errors") or answer.get("error")
    if nested:
        # `submitted_data`, beside a nested error, is the record itself and never repeated.
        yield from _said(nested)
        return
    translated, *others = (answer.get(key) for key in _WORDS)
    yield from (str(said) for said in ([translated] if translated else others) if said)
