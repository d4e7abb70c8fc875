"""The envelope of answers, and lists filtered, sorted and reduced as the query says."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.common.http import Reply, Request, reply
from sandbox.simplicate import filters
from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import Table

Record = dict[str, Any]


def envelope(data: Any, metadata: Record | None = None) -> Reply:
    """Wrap an answer; `metadata` only when there is some."""
    more = {"metadata": metadata} if metadata else {}
    return reply({"data": data, "errors": None, "debug": None, **more})


def names(value: str | None) -> list[str]:
    """Split a comma-separated parameter."""
    return [name for name in (value or "").split(",") if name]


def page(request: Request, records: list[Record], table: Table, show: Callable[[Record], Record]) -> Reply:
    """Answer one page of a list; `show` is called only for what is on it."""
    params = request.params()
    test = filters.compile_filter(request.pairs(), table)
    found = [record for record in records if test(record)]
    for name in reversed(names(params.get("sort"))):
        found.sort(key=filters.getter(name.removeprefix("-"), table), reverse=name.startswith("-"))
    offset, limit = _number(params, "offset", 0), min(_number(params, "limit", filters.LIMIT), filters.LIMIT)
    shown = [reduced(show(record), params) for record in found[offset : offset + limit]]
    figures = {"count": len(found), "total_count": len(records), "limit": limit, "offset": offset}
    return envelope(shown, {name: figures[name] for name in names(params.get("metadata")) if name in figures})


def reduced(record: Record, params: dict[str, str]) -> Record:
    """Apply `select`, if it was sent."""
    wanted = names(params.get("select"))
    return filters.select(record, wanted) if wanted else record


def body(request: Request) -> Record:
    """Parse a body; anything but an object is refused."""
    try:
        given = json.loads(request.body)
    except ValueError:
        raise Refused(400, "Body is not JSON", "Server") from None
    if not isinstance(given, dict):
        raise Refused(400, "Body must be an object", "Server")
    return given


def _number(params: dict[str, str], name: str, default: int) -> int:
    value = params.get(name, str(default))
    if not value.isdigit():
        raise Refused(400, f"{name} must be a number")
    return int(value)
