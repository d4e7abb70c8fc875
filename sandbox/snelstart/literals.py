"""The words of a `$filter`: its tokens, its literals, and how values compare."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.snelstart import errors
from sandbox.snelstart.fields import Field

_TOKEN = re.compile(
    r"\s*(?:(?P<datetime>datetime'[^']*')|(?P<guid>guid'[^']*')|(?P<string>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?[MmLlDdFf]?\b)|(?P<name>[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)|(?P<mark>[(),:]))"
)
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?Z?")


def tokens(source: str) -> Iterator[tuple[str, str]]:
    """Cut a filter into (kind, text) pairs; raise Refused at anything else."""
    at = 0
    while at < len(source.rstrip()):
        found = _TOKEN.match(source, at)
        if not found or not found.lastgroup:
            raise errors.rules(["ALG-0104"])
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def datetime_text(literal: str) -> str:
    """Bring a date-time into the form in which records hold it, so that both compare as text."""
    found = _DATETIME.fullmatch(literal)
    if not found:
        raise errors.rules(["ALG-0104"])
    day, minute, second, fraction = found.groups()
    fraction = (fraction or "").rstrip("0")
    return f"{day}T{minute or '00:00'}:{second or '00'}" + (f".{fraction}" if fraction else "")


def compare(operator: str, left: Any, right: Any) -> bool:
    """Compare as OData does: null equals only null, and no order holds with null."""
    if operator == "eq":
        return bool(left == right)
    if operator == "ne":
        return bool(left != right)
    if left is None or right is None:
        return False
    if operator in ("gt", "ge"):
        return bool(left > right or (operator == "ge" and left == right))
    return bool(left < right or (operator == "le" and left == right))


def fits(field: Field, value: Any) -> bool:
    """Say whether a literal may be compared with a field."""
    if value is None:
        return True
    if field.kind == "bool" or isinstance(value, bool):
        return field.kind == "bool" and isinstance(value, bool)
    number = isinstance(value, (int, float))
    return number if field.kind in ("int", "number") else not number and field.kind not in ("object", "list", "words")
