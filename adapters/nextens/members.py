"""Name the members of a client that Boekbrug owns, with the longest value Nextens stores in each."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["persoon", "bedrijf"]
KINDS: tuple[Kind, ...] = ("persoon", "bedrijf")
"""Nextens keeps persons and companies apart: two sets of paths, and ids that may coincide."""

ADDRESSES: Mapping[str, str] = {"Bezoekadres": "visiting", "Postadres": "mailing"}
"""A company's addresses -> canonical ones; a person's one address lies flat in the record."""

_PART_LENGTHS: dict[str, int] = {
    "Straatnaam": 100, "Huisnummer": 5, "HuisnummerToevoeging": 10, "Postcode": 10, "Plaats": 50, "LandCode": 3,
}  # fmt: skip
_PART_CANONICAL: Mapping[str, str] = {
    "Straatnaam": "street",
    "Huisnummer": "house_number",
    "HuisnummerToevoeging": "addition",
    "Postcode": "postal_code",
    "Plaats": "city",
    "LandCode": "country",
}
PARTS: tuple[str, ...] = tuple(_PART_CANONICAL)

_PERSON: Mapping[str, tuple[str, int]] = {
    "Voornaam": ("first_name", 50),
    "Tussenvoegsels": ("prefix", 20),
    "Achternaam": ("last_name", 100),
    "Geslacht": ("gender", 8),
    "Geboortedatum": ("date_of_birth", 24),
    "Bsn": ("bsn", 9),
    "TelefoonnummerMobiel": ("mobile", 20),
    "EmailAdres": ("email", 100),
}
_COMPANY: Mapping[str, tuple[str, int]] = {
    "Naam": ("name", 200),
    "Rsin": ("rsin", 9),
    "KvkNummer": ("kvk", 8),
    "BtwNummer": ("vat", 20),
    "Iban": ("iban", 34),
    "Telefoonnummer": ("phone", 20),
    "EmailAdres": ("email", 100),
}
# The figures are proposed, not published: a value that is longer is said before sending, never cut.
LENGTHS: Mapping[str, int] = (
    {name: length for own in (_PERSON, _COMPANY) for name, (_, length) in own.items()}
    | _PART_LENGTHS
    | {f"{address}.{part}": length for address in ADDRESSES for part, length in _PART_LENGTHS.items()}
)

MEMBERS: Mapping[Kind, tuple[str, ...]] = {
    "persoon": (*_PERSON, *PARTS),
    "bedrijf": (*_COMPANY, *(f"{address}.{part}" for address in ADDRESSES for part in PARTS)),
}
"""Every flat member this adapter may own. `Volgnummer` is sent with a new RSIN and then is Nextens' own."""

EMPTY = " "
"""Stands for a part that a filled address does not have. None would say that the CRM knows nothing, and what the
CRM does not know is never blanked: a client that moved would keep the addition of the old house."""

READ_ONLY = frozenset({"Id", "Opmerkingen", "GewijzigdOp"})
"""Members of a read client that a PUT must not send back (facts/simplicate-nextens.md section 2.1)."""


def canonical(member: str) -> str:
    """Name a member as the canonical relation does: `Postadres.Plaats` -> `mailing.city`; "" for a stranger."""
    address, _, part = member.partition(".")
    if address in ADDRESSES:
        return f"{ADDRESSES[address]}.{_PART_CANONICAL[part]}" if part in _PART_CANONICAL else ADDRESSES[address]
    if member in _PART_CANONICAL:
        return f"visiting.{_PART_CANONICAL[member]}"
    return (_PERSON.get(member) or _COMPANY.get(member) or ("",))[0]
