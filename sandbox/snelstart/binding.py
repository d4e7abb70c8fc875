"""Turn a JSON body into a whole record, as a .NET binder does: names in any case, unknown names dropped."""

import json
from collections import Counter
from typing import Any
from uuid import UUID

from sandbox.snelstart import errors
from sandbox.snelstart.fields import Field, Table


class Mismatch(Exception):
    """Say that a value does not fit the type of its field."""


class Binder:
    """Bind bodies to one table; what is left out becomes empty, so that a PUT replaces the whole record."""

    def __init__(self, model: str, table: Table, warnings: Counter[str]) -> None:
        self.model, self.table, self.warnings = model, table, warnings

    def bind(self, body: bytes) -> dict[str, Any]:
        """Return a full record; raise Refused for an empty body, broken JSON or wrong types."""
        if not body.strip():
            raise errors.rules(["ALG-0106"])
        try:
            given = json.loads(body)
        except ValueError as error:
            raise errors.model_state({self.model: [f"Geen geldige JSON: {error}"]}) from None
        if not isinstance(given, dict):
            raise errors.model_state({self.model: ["Een object wordt verwacht"]})
        self.wrong: dict[str, list[str]] = {}
        record = self._object(given, self.table, self.model)
        if self.wrong:
            raise errors.model_state(self.wrong)
        return record

    def _object(self, given: dict[str, Any], table: Table, path: str) -> dict[str, Any]:
        """Bind one object, member by member."""
        names = {name.lower(): name for name in table}
        record = {name: member.empty() for name, member in table.items()}
        for key, value in given.items():
            name = names.get(key.lower())
            if name is None:
                self.warnings[f"unknown member {path}.{key}"] += 1
            if name is None or table[name].read_only:
                continue
            if name != key:
                self.warnings[f"other case {path}.{key}"] += 1
            try:
                record[name] = self._value(value, table[name], f"{path}.{name}")
            except (Mismatch, ValueError, TypeError) as error:
                self.wrong.setdefault(f"{path}.{name}", []).append(str(error) or "Verkeerd type")
        return record

    def _value(self, value: Any, field: Field, path: str) -> Any:
        """Bind one value; null empties the field."""
        if value is None:
            return field.empty()
        if field.kind in ("object", "ref"):
            if not isinstance(value, dict):
                raise Mismatch("Een object wordt verwacht")
            return self._object(value, field.members, path)
        if field.kind in ("list", "words"):
            return self._items(value, field, path)
        if isinstance(value, (dict, list)):
            raise Mismatch("Een enkele waarde wordt verwacht")
        return scalar(value, field)

    def _items(self, value: Any, field: Field, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise Mismatch("Een lijst wordt verwacht")
        if field.kind == "words":
            return [word(each, field.words) for each in value]
        return [self._object(each, field.members, f"{path}[{at}]") for at, each in enumerate(value)]


def scalar(value: Any, field: Field) -> Any:
    """Convert a single value forgivingly: numbers and booleans may come as text, and text as numbers."""
    if field.kind == "int":
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise Mismatch("Een geheel getal wordt verwacht")
        number = int(value)
        if not -(2**31) <= number < 2**31:
            raise Mismatch("Het getal past niet in 32 bits")
        return number
    if field.kind == "number":
        return float(value)
    if field.kind == "bool":
        return boolean(value)
    if field.kind == "uuid":
        return str(UUID(value))
    if field.kind == "enum":
        return word(value, field.words)
    return value if field.kind == "any" or isinstance(value, str) else json.dumps(value)


def boolean(value: Any) -> bool:
    """Read a boolean that may come as text."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise Mismatch("Waar of onwaar wordt verwacht")
    return value


def word(value: Any, words: tuple[str, ...]) -> str:
    """Read one of an enumeration's words, in any case."""
    for each in words:
        if isinstance(value, str) and value.lower() == each.lower():
            return each
    raise Mismatch(f"Een van {', '.join(words)} wordt verwacht")
