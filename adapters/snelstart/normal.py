"""Bring values of CRM and SnelStart to one form, so that equal things compare as equal."""

import re
from collections.abc import Callable, Mapping

from models.records import JsonScalar

_SPACES = re.compile(r"\s+")
_NOT_ALNUM = re.compile(r"[^0-9A-Z]")
_DUTCH_VAT = re.compile(r"\d{9}B\d{2}")
_MAILS = re.compile(r"[;,\s]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def text(value: object) -> str | None:
    """Collapse white space; None for nothing at all."""
    return _SPACES.sub(" ", str(value)).strip() or None if value is not None else None


def packed(value: object) -> str | None:
    """Keep capitals and digits only, as in an IBAN, BIC or VAT number."""
    return _NOT_ALNUM.sub("", str(value).upper()) or None if value is not None else None


def vat_to_send(value: object) -> str | None:
    """Write a VAT number with its country: a bare Dutch one gets `NL`."""
    bare = packed(value)
    return f"NL{bare}" if bare and _DUTCH_VAT.fullmatch(bare) else bare


def vat_key(value: object) -> str | None:
    """Write a VAT number for comparing: a Dutch one without `NL`, which SnelStart strips."""
    full = vat_to_send(value)
    return full[2:] if full and full.startswith("NL") else full


def kvk_to_send(value: object) -> str | None:
    """Drop the spaces and dots people put between the digits of a KvK number."""
    return text(re.sub(r"[\s.]", "", str(value))) if value is not None else None


def kvk_key(value: object) -> str | None:
    """Return the eight digits of a KvK number; anything else identifies nobody."""
    bare = kvk_to_send(value)
    return bare if bare and re.fullmatch(r"[0-9]{8}", bare) else None


def postal_key(value: object) -> str | None:
    """Write a postal code without spaces in capitals."""
    return _SPACES.sub("", str(value)).upper() or None if value is not None else None


def name_key(value: object) -> str | None:
    """Fold the case of a name and its spaces."""
    folded = text(value)
    return text(folded.casefold()) if folded else None


def mails(value: object) -> str | None:
    """Write one or several e-mail addresses the way SnelStart does, with `;` between them."""
    return ";".join(filter(None, _MAILS.split(str(value)))) or None if value is not None else None


def website(value: object) -> str | None:
    """Give a web address a scheme, since SnelStart wants a whole URL (REL-0015)."""
    bare = text(value)
    return bare if bare is None or _SCHEME.match(bare) else f"https://{bare}"


def _mails_key(value: object) -> str | None:
    listed = mails(value)
    return listed.casefold() if listed else None


def _website_key(value: object) -> str | None:
    bare = text(value)
    return _SCHEME.sub("", bare, count=1).rstrip("/").casefold() or None if bare else None


def _phone_key(value: object) -> str | None:
    bare = re.sub(r"[\s().\-/]", "", str(value)) if value is not None else ""
    return re.sub(r"^00", "+", bare) or None


def _upper(value: object) -> str | None:
    bare = text(value)
    return bare.upper() if bare else None


_KEYS: Mapping[str, Callable[[object], str | None]] = {
    "btwNummer": vat_key,
    "kvkNummer": kvk_to_send,
    "iban": packed,
    "bic": packed,
    "telefoon": _phone_key,
    "mobieleTelefoon": _phone_key,
    "email": _mails_key,
    "websiteUrl": _website_key,
    "postcode": postal_key,
    "land": _upper,
}


def same(field: str, one: JsonScalar, other: JsonScalar) -> bool:
    """Tell whether two values mean the same to SnelStart; capitals of names and streets do count."""
    key = _KEYS.get(field.rpartition(".")[2], text)
    return key(one) == key(other)
