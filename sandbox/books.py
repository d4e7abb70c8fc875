"""Put relations into the books as a bookkeeper would have entered them before any coupling."""

import random
from dataclasses import dataclass
from typing import Any

from sandbox.simplicate.present import full_name
from sandbox.snelstart.landen import NEDERLAND, fixed_id
from sandbox.traps import SUPPLIER

Record = dict[str, Any]
#: How an entry can be recognised: by KvK number, by VAT number, or only by name and postcode.
HOW = ("kvk", "vat", "name")
#: The bookkeeper's own series starts here, apart from the CRM's numbers.
FIRST_CODE = 501


@dataclass(frozen=True)
class Entry:
    """Hold one relatie with the CRM record it stands for."""

    crm_id: str
    how: str
    relatie: Record
    differs: bool
    clash: bool


def enter(companies: list[Record], persons: list[Record], count: int, clashes: int, dice: random.Random) -> list[Entry]:
    """Enter relations: half known by KvK, a quarter by VAT, a quarter by name and postcode.

    A third differ in telephone or street; `clashes` of them have another relation's CRM number as code.
    """
    by_name = count // 4
    private = persons[: by_name // 2]
    chosen = companies[: count - len(private)]
    if len(chosen) + len(private) < count:
        raise ValueError(f"only {len(chosen) + len(private)} relations are without traps, {count} asked for")
    ways = ["name"] * (by_name - len(private)) + ["vat"] * (count // 4)
    ways = ["kvk"] * (len(chosen) - len(ways)) + ways
    pairs = [*zip(chosen, ways, strict=True), *((person, "name") for person in private)]
    rest = companies[len(chosen) :]
    codes = [int(other["relation_number"]) for other in rest[:clashes]]
    return [
        _entry(relation, how, codes[at] if at < len(codes) else FIRST_CODE + at, at < len(codes), dice)
        for at, (relation, how) in enumerate(pairs)
    ]


def _entry(relation: Record, how: str, code: int, clash: bool, dice: random.Random) -> Entry:
    """Write one relation down."""
    differs = dice.random() < 1 / 3
    found = relation.get("visiting_address") or relation["address"]
    street = found["line_1"]
    if differs and dice.random() < 0.5:
        street = f"{street.split()[0]} {dice.randrange(300, 400)}"
    relatie = {
        "id": fixed_id("relatie", relation["id"]),
        "relatiecode": code,
        "relatiesoort": ["Leverancier" if relation["relation_type_id"] == SUPPLIER else "Klant"],
        "naam": relation.get("name") or full_name(relation),
        "telefoon": f"0{dice.randrange(10, 90)}555{dice.randrange(10000):04}" if differs else relation["phone"],
        "email": relation["email"],
        "vestigingsAdres": _address(street, found),
        "correspondentieAdres": _address(None, {}),
        "kvkNummer": relation["coc_code"] if how == "kvk" else None,
        "btwNummer": relation["vat_number"].removeprefix("NL") if how == "vat" else None,
        "iban": relation["bank_account"],
        "memo": "Ingevoerd door de boekhouder",
        "modifiedOn": "2025-06-01T12:00:00",
    }
    return Entry(relation["id"], how, relatie, differs, clash)


def _address(street: str | None, found: Record) -> Record:
    return {
        "contactpersoon": None,
        "straat": street,
        "postcode": found.get("postal_code"),
        "plaats": found.get("locality"),
        "land": {"id": NEDERLAND},
    }
