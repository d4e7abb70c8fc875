"""Nextens' field lists: what a client holds, of which kind, and how long it may be.

Names of persons come from a public client, those of companies are a proposal (facts/simplicate-nextens.md, 2).
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one field: its kind in `kinds`, maximum length, members, and whether it must be filled or set."""

    kind: str
    limit: int | None = None
    members: "dict[str, Field]" = field(default_factory=dict)
    required: bool = False
    read_only: bool = False

    def empty(self) -> Any:
        """Return what a field holds that the client left out."""
        if self.kind == "object":
            return {name: member.empty() for name, member in self.members.items()}
        return 1 if self.kind == "sub_number" else None


Table = dict[str, Field]

_STAMPS: Table = {"Id": Field("text", read_only=True), "GewijzigdOp": Field("text", read_only=True)}
ADRES: Table = {
    "Straatnaam": Field("text", 100),
    "Huisnummer": Field("house_number", 5),
    "HuisnummerToevoeging": Field("text", 10),
    "Postcode": Field("postcode", 10),
    "Plaats": Field("text", 50),
    "LandCode": Field("country"),
}
PERSOON: Table = {
    **_STAMPS,
    "Voornaam": Field("text", 50),
    "Voorletters": Field("text", 20),
    "Tussenvoegsels": Field("text", 20),
    "Achternaam": Field("text", 100, required=True),
    "Geslacht": Field("gender"),
    "Geboortedatum": Field("date"),
    "Bsn": Field("bsn"),
    "TelefoonnummerMobiel": Field("phone", 20),
    "EmailAdres": Field("email", 100),
    **ADRES,
    "Opmerkingen": Field("text", 2000),
}
BEDRIJF: Table = {
    **_STAMPS,
    "Naam": Field("text", 200, required=True),
    "Rsin": Field("rsin"),
    "Volgnummer": Field("sub_number"),
    "KvkNummer": Field("kvk"),
    "BtwNummer": Field("vat"),
    "Rechtsvorm": Field("text", 50),
    "Iban": Field("iban"),
    "Telefoonnummer": Field("phone", 20),
    "EmailAdres": Field("email", 100),
    "Bezoekadres": Field("object", members=ADRES),
    "Postadres": Field("object", members=ADRES),
    "Opmerkingen": Field("text", 2000),
}
#: Fields that a PUT leaves as they are when they are left out, unlike all others.
KEPT = ("Opmerkingen",)


def blank(table: Table) -> dict[str, Any]:
    """Return a client with every field empty."""
    return {name: each.empty() for name, each in table.items()}
