"""Bring values of CRM and Nextens to one form, so that equal things compare as equal. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from models.records import JsonScalar

_NOT_ALNUM = re.compile(r"[^0-9A-Z]")
_DUTCH_VAT = re.compile(r"[0-9]{9}B[0-9]{2}")


def text(value: object) -> str | None:
    """Collapse white space; None for nothing at all."""
    return " ".join(str(value).split()) or None if value is not None else None


def packed(value: object) -> str | None:
    """Keep capitals and digits only, as in an IBAN or VAT number."""
    return _NOT_ALNUM.sub("", str(value).upper()) or None if value is not None else None


def nine(value: object) -> str | None:
    """Return the nine digits of a BSN or RSIN, its leading zero put back; anything else identifies nobody."""
    digits = packed(value)
    return digits.zfill(9) if digits and re.fullmatch(r"[0-9]{8,9}", digits) and int(digits) else None


def kvk(value: object) -> str | None:
    """Return the eight digits of a KvK number; anything else identifies nobody."""
    digits = packed(value)
    return digits if digits and re.fullmatch(r"[0-9]{8}", digits) else None


def vat(value: object) -> str | None:
    """Write a VAT number with its country: a bare Dutch one gets `NL`."""
    bare = packed(value)
    return f"NL{bare}" if bare and _DUTCH_VAT.fullmatch(bare) else bare


def whole(*parts: object) -> str | None:
    """Write a whole name as it is looked up: trimmed, single spaces, its capitals kept."""
    return text(" ".join(str(part) for part in parts if part is not None))


def name(*parts: object) -> str | None:
    """Write a whole name for comparing: as it is looked up, without case; and no more, a near name is another."""
    joined = whole(*parts)
    return unicodedata.normalize("NFC", joined).casefold() if joined else None


def day(value: object) -> str | None:
    """Return the date of `YYYY-MM-DDT00:00:00.000Z`: a birth date has no zone that could move it."""
    found = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value))
    return found.group() if found else None


def phone(value: object) -> str | None:
    """Write a phone number without the dots and slashes that stand for spaces."""
    return text(re.sub(r"[./]", " ", str(value))) if value is not None else None


def _phone_key(value: object) -> str | None:
    bare = re.sub(r"[\s().\-/]", "", str(value)) if value is not None else ""
    return re.sub(r"^00", "+", bare) or None


def _postal_key(value: object) -> str | None:
    return "".join(str(value).split()).upper() or None if value is not None else None


def _upper(value: object) -> str | None:
    bare = text(value)
    return bare.upper() if bare else None


def _gender_key(value: object) -> str | None:
    return None if value == "Onbekend" else text(value)


_KEYS: Mapping[str, Callable[[object], str | None]] = {
    "Bsn": nine,
    "Rsin": nine,
    "KvkNummer": packed,
    "BtwNummer": vat,
    "Iban": packed,
    "Geboortedatum": day,
    "Geslacht": _gender_key,
    "Telefoonnummer": _phone_key,
    "TelefoonnummerMobiel": _phone_key,
    "EmailAdres": _upper,
    "Postcode": _postal_key,
    "LandCode": _upper,
}


def same(field: str, one: JsonScalar, other: JsonScalar) -> bool:
    """Tell whether two values mean the same to Nextens; capitals of names and streets do count."""
    key = _KEYS.get(field.rpartition(".")[2], text)
    return key(one) == key(other)
