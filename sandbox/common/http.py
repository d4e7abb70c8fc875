"""The two values that travel through a stand-in: a request and a reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(slots=True)
class Request:
    """Hold one call as it arrived; header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    def pairs(self) -> list[tuple[str, str]]:
        """Return the query as (name, value) pairs in the order sent; repeated names stay apart."""
        return parse_qsl(self.query, keep_blank_values=True)

    def params(self) -> dict[str, str]:
        """Return the query as a mapping; of a repeated name the last value counts."""
        return dict(self.pairs())


@dataclass(slots=True)
class Reply:
    """Hold one answer, ready to be sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def dump(value: Any) -> bytes:
    """Serialise to compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with a JSON body."""
    return raw(dump(value), status, headers)


def raw(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with a body that is JSON already, so that cached records are not serialised twice."""
    return Reply(status, body, {"content-type": "application/json; charset=utf-8", **(headers or {})})


def text(body: str, status: int, kind: str = "text/plain") -> Reply:
    """Answer with something that is not JSON."""
    return Reply(status, body.encode(), {"content-type": f"{kind}; charset=utf-8"})
