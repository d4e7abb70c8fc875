"""The kinds of value: how each is normalised, judged, and refused in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sandbox.common import numbers
from sandbox.snelstart.landen import LANDEN

_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]+")
_PHONE = re.compile(r"\+?[\d\s()-]{6,}")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(\.\d+)?Z?)?")
_POSTCODE = re.compile(r"([1-9]\d{3})\s?([A-Za-z]{2})")
_NO_POSTCODE = ("SA", "SD", "SS")
NEDERLAND = "NLD"
_LAND_CODES = frozenset(land["landcodeISO"] for land in LANDEN.values())
GENDERS = ("Man", "Vrouw", "Onbekend")
#: Nobody alive was born earlier, so an earlier year is a slip of the keyboard.
_EARLIEST = date(1880, 1, 1)


@dataclass(frozen=True, slots=True)
class Kind:
    """Bring a trimmed text into the form that is kept, judge it, and word the refusal (`{}` is the value)."""

    clean: Callable[[str], str]
    good: Callable[[str], bool]
    words: str


def _bare(value: str) -> str:
    """Return capitals without blanks, dots and dashes."""
    return re.sub(r"[\s.-]", "", value).upper()


def _moment(value: str) -> str:
    """Return a date as midnight UTC, which is how birth dates are written."""
    found = _DATE.fullmatch(value)
    return f"{found[1]}T00:00:00.000Z" if found else value


def _birth_date(value: str) -> bool:
    try:
        day = date.fromisoformat(value.removesuffix("T00:00:00.000Z"))
    except ValueError:
        return False
    return value.endswith("T00:00:00.000Z") and _EARLIEST <= day <= datetime.now(UTC).date()


def _eleven(value: str) -> bool:
    return value.isascii() and numbers.eleven_proof(value)


def _vat(value: str) -> bool:
    country, number = numbers.split_vat(value, "NL")
    return value.isascii() and numbers.vat(country, number)


def dutch_postcode(value: str) -> str | None:
    """Return a Dutch postcode as `1234 AB`, None when it is none."""
    found = _POSTCODE.fullmatch(value)
    if not found or found[2].upper() in _NO_POSTCODE:
        return None
    return f"{found[1]} {found[2].upper()}"


KINDS = {
    "text": Kind(str, lambda value: True, ""),
    "postcode": Kind(str, lambda value: True, "De postcode '{}' is geen Nederlandse postcode."),
    "bsn": Kind(_bare, _eleven, "Het BSN {} voldoet niet aan de elfproef."),
    "rsin": Kind(_bare, _eleven, "Het RSIN {} voldoet niet aan de elfproef."),
    "kvk": Kind(_bare, lambda value: bool(re.fullmatch(r"[0-9]{8}", value)), "Een KvK-nummer bestaat uit 8 cijfers."),
    "vat": Kind(_bare, _vat, "Het btw-nummer {} is niet geldig."),
    "iban": Kind(lambda value: re.sub(r"\s", "", value).upper(), numbers.iban, "Het IBAN {} is niet geldig."),
    "email": Kind(str, lambda value: bool(_EMAIL.fullmatch(value)), "Het e-mailadres '{}' is niet geldig."),
    "phone": Kind(str, lambda value: bool(_PHONE.fullmatch(value)), "Het telefoonnummer is niet geldig."),
    "date": Kind(_moment, _birth_date, "De geboortedatum is geen datum in het verleden."),
    "gender": Kind(str, GENDERS.__contains__, "De waarde '{}' is niet toegestaan. Kies Man, Vrouw of Onbekend."),
    "house_number": Kind(str, lambda value: bool(re.fullmatch(r"[0-9]+", value)), "Het huisnummer '{}' is geen getal."),
    "country": Kind(str.upper, _LAND_CODES.__contains__, "De landcode '{}' is niet bekend (ISO 3166-1 alpha-3)."),
    "sub_number": Kind(
        str, lambda value: bool(re.fullmatch(r"[1-9][0-9]?", value)), "Het volgnummer '{}' ligt niet tussen 1 en 99."
    ),
}
