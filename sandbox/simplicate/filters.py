"""The query language of lists: `q[...]`, `sort`, `select`, `offset`, `limit` and `metadata`."""

import re
from collections.abc import Callable
from fnmatch import translate
from typing import Any

from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import Field, Table

Record = dict[str, Any]
Test = Callable[[Record], bool]
_KEY = re.compile(r"q((?:\[[^\]]*\])+)")
ORDERED = ("ge", "gt", "le", "lt")
#: 100: the page length clients treat as default and maximum.
LIMIT = 100


def compile_filter(pairs: list[tuple[str, str]], table: Table) -> Test:
    """Turn every `q[...]` of a query into one test: (all plain ones) or any under `q[or]`."""
    grouped: dict[tuple[bool, str, str], list[str]] = {}
    for name, value in pairs:
        found = _KEY.fullmatch(name)
        if not found:
            continue
        parts = found[1][1:-1].split("][")
        alternative = parts[0] == "or"
        parts = [*parts[1 if alternative else 0 :], "", ""]
        grouped.setdefault((alternative, parts[0], parts[1] or "eq"), []).append(value)
    tests = {key: _test(key[1], key[2], values, table) for key, values in grouped.items()}
    plain = [test for key, test in tests.items() if not key[0]]
    others = [test for key, test in tests.items() if key[0]]
    if not others:
        return lambda record: all(test(record) for test in plain)
    return lambda record: (bool(plain) and all(t(record) for t in plain)) or any(t(record) for t in others)


def _test(path: str, operator: str, values: list[str], table: Table) -> Test:
    get = getter(path, table)
    if operator in ("in", "nin"):
        wanted = {each for value in values for each in value.lower().split(",")}
        return lambda record: bool(wanted & set(get(record) or [""])) == (operator == "in")
    if operator in ORDERED:
        return lambda record: any(_ordered(operator, each, values[-1].lower()) for each in get(record))
    if operator != "eq":
        raise Refused(400, f"Unknown filter operator {operator}")
    checks = [_equals(value.lower()) for value in values]
    return lambda record: any(check(get(record)) for check in checks)


def _ordered(operator: str, left: str, right: str) -> bool:
    """Compare as text, which is right for the dates and times this is used on."""
    return {"ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right}[operator]


def _equals(value: str) -> Callable[[list[str]], bool]:
    """Compile one wanted value: null, * (not null), wildcards, or plain text; case does not count."""
    if value == "null":
        return lambda found: not found
    if value == "*":
        return bool
    if "*" in value:
        pattern = re.compile(translate(value.replace("[", "[[]").replace("?", "[?]")))
        return lambda found: any(map(pattern.match, found))
    return lambda found: value in found


def getter(path: str, table: Table) -> Callable[[Record], list[str]]:
    """Return how to read the texts at a dotted path; lists give one text per item, empty fields none."""
    parts = path.split(".")
    if parts[0] == "custom_fields" and len(parts) == 2 and parts[1] not in table["custom_fields"].members:
        return lambda record: texts(record["custom"].get(parts[1]))
    field = Field("object", table)
    for part in parts:
        if part not in field.members:
            raise Refused(400, f"Unknown field {path}")
        field = field.members[part]
    return lambda record: _walk(record, parts)


def _walk(value: Any, parts: list[str]) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _walk(item, parts)]
    if not parts:
        return texts(value)
    return _walk(value.get(parts[0]), parts[1:]) if isinstance(value, dict) else []


def texts(value: Any) -> list[str]:
    """Return a stored value as filters see it: lower-case text, booleans as 1 and 0, empty as nothing."""
    if isinstance(value, bool):
        return [str(int(value))]
    return [] if value in (None, "") else [str(value).lower()]


def select(record: Record, names: list[str]) -> Record:
    """Reduce a record to the selected fields; `id` comes back regardless, `name.` takes all children."""
    result: Record = {"id": record.get("id")} if "id" in record else {}
    for name in names:
        head, dot, tail = name.partition(".")
        if head not in record:
            continue
        if dot and tail and isinstance(record[head], dict):
            result.setdefault(head, {}).update(select_child(record[head], tail))
        else:
            result[head] = record[head]
    return result


def select_child(record: Record, tail: str) -> Record:
    """Reduce a nested object to one path."""
    child = select(record, [tail])
    return {name: value for name, value in child.items() if name == tail.partition(".")[0]}
