"""Describe which field becomes which, so that people can read it; tests hold each table against the code that maps.

Canonical fields are named by their path in `models.records.Relation`: `visiting.postal_code`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.records import Address, Contact, JsonScalar, Relation

Shape = Literal["organisation", "person"]
BOTH: tuple[Shape, ...] = ("organisation", "person")
Words = tuple[str, str]
"""One thing said in Dutch and in English."""

PERSONAL = frozenset({"bsn", "rsin", "vat"})
"""Canonical fields that hold, or may hold, the number of a person: shown masked everywhere."""


@dataclass(frozen=True, slots=True)
class SourceField:
    """Say where the CRM keeps one canonical field."""

    canonical: str
    label: Words
    organisation: tuple[str, ...] = ()
    """Dotted places in the CRM's record; empty where organisations do not have it."""
    person: tuple[str, ...] = ()
    rule: Words = ("", "")

    def places(self, shape: Shape) -> tuple[str, ...]:
        """Return the places for one of the two shapes."""
        return self.organisation if shape == "organisation" else self.person


@dataclass(frozen=True, slots=True)
class TargetField:
    """Say what one field of the target is filled from, and how."""

    name: str
    """Flat, as in `Draft.fields`, in policies and in issues."""
    label: Words
    reads: tuple[str, ...]
    """Canonical fields that can change it."""
    rule: Words = ("", "")
    length: int | None = None
    required: bool = False
    shapes: tuple[Shape, ...] = BOTH
    option: str = ""
    """Option of the connection that must be set for it to be written at all."""

    @property
    def personal(self) -> bool:
        """Tell whether it may hold the number of a person."""
        return bool(PERSONAL & set(self.reads))


def value_at(relation: Relation, path: str) -> JsonScalar:
    """Return one canonical value as text or number; contacts as the main one's name."""
    outer, _, part = path.partition(".")
    value: object = getattr(relation, outer)
    if part:
        value = getattr(value, part) if isinstance(value, Address) else None
    if isinstance(value, tuple):
        return _main_name(value)
    if isinstance(value, Mapping):
        return ", ".join(sorted(name for name, ticked in value.items() if ticked)) or None
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or None
    return value.isoformat() if isinstance(value, date) else value  # type: ignore[return-value]


def _main_name(contacts: tuple[Contact, ...]) -> str | None:
    named = sorted(contacts, key=lambda contact: not contact.main)
    return named[0].name if named else None
