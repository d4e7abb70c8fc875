"""Lay the values of both sides of a relation beside each other, with the numbers of persons masked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.masking import mask
from models.causes import Language
from models.records import JsonScalar
from sync.identifiers import masked, sensitive_vat
from sync.planning import Same
from web.words.fields import field_name

PERSONAL = frozenset({"bsn", "rsin"})
"""Never shown whole, whatever stands in them."""
VAT = frozenset({"vat", "btwnummer"})
_PLAIN = {"kvk": r"[0-9]{8}", "kvknummer": r"[0-9]{8}", "iban": r"[A-Za-z]{2}[0-9]{2}[\sA-Za-z0-9]*"}
"""Public numbers of a form that no BSN has; in any other form they are treated as text."""


@dataclass(frozen=True, slots=True)
class Values:
    """Hold one field on both sides; `will_be` None leaves the right side as it is, "" empties it."""

    field: str
    left: JsonScalar
    right: JsonScalar
    will_be: JsonScalar = None


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one field ready to be shown by `compare.html`."""

    field: str
    label: str
    left: str
    right: str
    will_be: str | None
    """What the right side will hold; None where it stays as it is."""
    differs: bool
    masked: bool


def lines(values: Iterable[Values], same: Same, language: Language) -> list[Line]:
    """Prepare fields for the side-by-side table; `same` is the target's own idea of equal (Target.same)."""
    return [_line(one, same, language) for one in values]


def shown(field: str, value: JsonScalar) -> str:
    """Write one value for a screen: a BSN, an RSIN and a VAT number that may hold one only by their last digits."""
    text = "" if value is None else " ".join(str(value).split())
    kind = field.rpartition(".")[2].lower()
    if kind in PERSONAL or (kind in VAT and sensitive_vat(text)):
        return masked(text)
    if kind in _PLAIN and re.fullmatch(_PLAIN[kind], text):
        return text
    return mask(text)


def _line(values: Values, same: Same, language: Language) -> Line:
    left, right = shown(values.field, values.left), shown(values.field, values.right)
    will_be = None if values.will_be is None else shown(values.field, values.will_be)
    whole = (values.left, values.right, values.will_be)
    hidden = any(text != _plain(value) for text, value in zip((left, right, will_be or ""), whole, strict=True))
    differs = not same(values.field, values.left, values.right)
    return Line(values.field, field_name(values.field, language), left, right, will_be, differs, hidden)


def _plain(value: JsonScalar) -> str:
    return "" if value is None else " ".join(str(value).split())
