"""Read single values that Simplicate sends in the wrong type, or not at all. Pure; nothing here raises."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

Raw = Mapping[str, Any]

_TRUE = frozenset({"1", "true", "yes", "ja", "on", "y", "j"})
_CHECKBOX = re.compile(r"check|bool|switch|toggle", re.IGNORECASE)


def text(value: object) -> str | None:
    """Read words: numbers become words, an object gives its label or name, emptiness gives None."""
    if isinstance(value, Mapping):
        return text(first(value, "label", "name", "value", "full_name"))
    if isinstance(value, list):
        return text(value[0]) if value else None
    if value is None or isinstance(value, bool):
        return None
    return str(value).strip() or None


def number(value: object) -> str | None:
    """Read a number that is a name, such as a KvK number: digits as they stand, `123.0` without its tail."""
    plain = text(value)
    return plain.removesuffix(".0") if plain and isinstance(value, float) else plain


def integer(value: object) -> int | None:
    """Read a whole number out of `30`, `"30"`, `"30.00"` or `"30 dagen"`."""
    found = re.match(r"\d{1,6}", text(value) or "")
    return int(found.group()) if found else None


def ticked(value: object, *, absent: bool = False) -> bool:
    """Read a checkbox: `"1"`, 1, true and the like, alone or wrapped in an object or list."""
    if isinstance(value, Mapping):
        return ticked(first(value, "value", "label", "name"), absent=absent)
    if isinstance(value, list):
        return ticked(value[0], absent=absent) if value else absent
    if value is None or value == "":
        return absent
    return value is True or str(value).strip().casefold().removesuffix(".0") in _TRUE


def mapping(value: object) -> Raw:
    """Read an object, also when it comes as a list of one; anything else is empty."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Raw]:
    """Read a list of objects, also when it comes as one object or keyed by position."""
    if isinstance(value, Mapping):
        values = list(value.values())
        keyed = all(isinstance(item, Mapping) and str(key).isdigit() for key, item in value.items())
        return values if keyed else [value]
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def first(raw: Raw, *names: str) -> object:
    """Return the first of several fields that holds anything."""
    found: Iterable[object] = (raw.get(name) for name in names)
    return next((value for value in found if value not in (None, "", [], {})), None)


def custom_fields(raw: Raw) -> dict[str, Raw]:
    """Return the custom fields by name."""
    return {name: row for row in rows(raw.get("custom_fields")) if (name := text(row.get("name")))}


def looks_like_checkbox(field: Raw) -> bool:
    """Tell whether a custom field is a checkbox, by any of the places Simplicate says so."""
    kinds = " ".join(text(field.get(key)) or "" for key in ("render_type", "type", "value_type"))
    return bool(_CHECKBOX.search(kinds)) or isinstance(field.get("value"), bool)


def local(value: object) -> datetime | None:
    """Read a time as Simplicate's clock showed it, without zone; `0000-00-00 00:00:00` is none."""
    try:
        read = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return None
    return read if 1900 <= read.year <= 9000 else None


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Read a time as UTC.

    The zone is presumed, as Simplicate sends none. In the hour that the clock shows twice or skips, the
    earlier of both readings is taken: a record that seems too old is read again, one too new hides a change.
    """
    read = local(value)
    if read is None:
        return None
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    return min(read.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def day(value: object) -> date | None:
    """Read a date, with or without a time behind it."""
    try:
        return date.fromisoformat((text(value) or "")[:10])
    except ValueError:
        return None
