"""Name the fields of a relatie that Boekbrug owns, with the longest value SnelStart stores in each."""

from collections.abc import Mapping

ADDRESSES: Mapping[str, str] = {"vestigingsAdres": "visiting", "correspondentieAdres": "mailing"}
"""Vendor's address -> canonical one."""

ADDRESS_PARTS = ("contactpersoon", "straat", "postcode", "plaats", "land")
REQUIRED_PARTS = ("straat", "postcode", "plaats", "land")
"""All or none of these (REL-0060, for the visiting address; a mailing address is held to it too)."""

_PART_LENGTHS: Mapping[str, int] = {"contactpersoon": 50, "straat": 50, "postcode": 25, "plaats": 50}
"""REL-0020 to REL-0028."""

LENGTHS: Mapping[str, int] = {
    "naam": 50,  # model limit; never cut, because a cut name no longer identifies anybody
    "telefoon": 25,  # REL-0013
    "mobieleTelefoon": 25,  # REL-0012
    "email": 250,  # REL-0085
    "btwNummer": 50,  # REL-0057
    "kvkNummer": 12,  # model limit
    "iban": 50,  # model limit
    "bic": 15,  # model limit
    "websiteUrl": 100,  # model limit
} | {f"{address}.{part}": length for address in ADDRESSES for part, length in _PART_LENGTHS.items()}
"""Vendor field -> characters, from model and error codes (facts/snelstart.md sections 3 and 5)."""

VAT_SHORTEST = 2
"""REL-0058."""

TERM_RANGE = (-365, 1000)
"""Days of `krediettermijn`, REL-0003."""

RELATIECODE_MAX = 2**31 - 1
"""`relatiecode` is an int32; zero and below are the system's own."""

PAGE = 500
"""The list's largest `$top`; above it the answer is 400."""

PAGE_OVERLAP = 10
"""Rows read twice at a page's edge: no order is promised, and a row deleted meanwhile moves the rest up."""

_CANONICAL: Mapping[str, str] = {
    "naam": "name",
    "telefoon": "phone",
    "mobieleTelefoon": "mobile",
    "email": "email",
    "btwNummer": "vat",
    "kvkNummer": "kvk",
    "iban": "iban",
    "bic": "bic",
    "websiteUrl": "website",
    "krediettermijn": "payment_term_days",
}
_PART_CANONICAL: Mapping[str, str] = {
    "straat": "street",
    "postcode": "postal_code",
    "plaats": "city",
    "land": "country",
}

CRM_ID = "extraVeldenKlant"
"""Flat name of the configured extra field that carries the CRM's id; readable for customers only."""

FIELDS: tuple[str, ...] = (
    *_CANONICAL,
    *(f"{address}.{part}" for address in ADDRESSES for part in ADDRESS_PARTS),
)
"""Every flat field this adapter may own, the extra field aside."""

READ_ONLY = frozenset({"uri", "modifiedOn", "inkoopBoekingenUri", "verkoopBoekingenUri", "extraVeldenKlant", "fax"})
"""Members of a read relatie that a PUT must not send back."""


def canonical(field: str) -> str:
    """Name a vendor's field as the canonical relation does: `vestigingsAdres.straat` -> `visiting.street`."""
    address, _, part = field.partition(".")
    if address not in ADDRESSES:
        return "id" if field == CRM_ID else _CANONICAL.get(field, field)
    return "contacts" if part == "contactpersoon" else f"{ADDRESSES[address]}.{_PART_CANONICAL[part]}"
