"""Put relations into the tax office's own list as a tax adviser would have entered them before any coupling."""

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sandbox.nextens.identity import person_name
from sandbox.nextens.store import folded
from sandbox.snelstart.landen import fixed_id

Record = dict[str, Any]
#: How a client can be recognised: by BSN or RSIN, or by its exact name only.
HOW = ("number", "name")
GENDERS = {"Male": "Man", "Female": "Vrouw"}
_LINE = re.compile(r"(.+?) (\d+)(?:[ -](?P<apart>.+)|(?P<behind>\D.*))?")
_REMARKS = ("Aangifte vóór 1 mei", "Fiscale eenheid nagaan", "Belt liever dan mailt", "Machtiging loopt tot 2028")


@dataclass(frozen=True)
class Client:
    """Hold one client with the CRM record it stands for, and what only the tax office knows of it."""

    crm_id: str
    how: str
    kind: str
    record: Record
    extras: Record
    differs: bool


def enter(relations: list[Record], counts: dict[str, int], dice: random.Random) -> list[Client]:
    """Enter relations, persons and companies in turn; half of those known by name only lack a birth date too.

    A third differ in e-mail or street. Only relations whose name and number are nobody else's are taken.
    """
    chosen = _alternating(_recognisable(relations))
    if len(chosen) < sum(counts.values()):
        raise ValueError(f"only {len(chosen)} relations can be recognised in Nextens, {sum(counts.values())} asked for")
    ways = [how for how in HOW for _ in range(counts[how])]
    return [_client(relation, how, dice) for relation, how in zip(chosen, ways, strict=False)]


def _recognisable(relations: list[Record]) -> list[Record]:
    """Return those with a number, and a name that no other relation has."""
    names = Counter(name(relation) for relation in relations)
    return [each for each in relations if number(each) and names[name(each)] == 1]


def _alternating(relations: list[Record]) -> list[Record]:
    """Return persons and companies in turn, as long as there are both."""
    persons = [each for each in relations if "name" not in each]
    companies = [each for each in relations if "name" in each]
    both = [each for pair in zip(persons, companies, strict=False) for each in pair]
    return both + persons[len(companies) :] + companies[len(persons) :]


def name(relation: Record) -> str:
    """Return a relation's name as Nextens compares it."""
    return folded(relation["name"]) if "name" in relation else person_name(_names(relation))


def number(relation: Record) -> str | None:
    """Return a relation's BSN or RSIN."""
    found: str | None = relation["custom"].get("rsin" if "name" in relation else "bsn")
    return found


def _names(person: Record) -> Record:
    return {
        "Voornaam": person["first_name"],
        "Tussenvoegsels": person["family_name_prefix"],
        "Achternaam": person["family_name"],
    }


def _client(relation: Record, how: str, dice: random.Random) -> Client:
    """Write one relation down, with remarks and more that the CRM does not know."""
    company, differs = "name" in relation, dice.random() < 1 / 3
    record = _company(relation) if company else _person(relation, with_date=how == "number" or dice.random() < 0.5)
    if how == "number":
        record["Rsin" if company else "Bsn"] = number(relation)
    if differs:
        record["EmailAdres"] = f"oud{dice.randrange(10**6)}@vroeger.example"
    extras = {"Opmerkingen": dice.choice(_REMARKS)}
    if company:
        extras["Rechtsvorm"] = relation["name"].rpartition(" ")[2] if "." in relation["name"] else "Eenmanszaak"
    else:
        extras["Voorletters"] = f"{relation['first_name'][0]}.{dice.choice('ABCDEFGH')}."
        extras["TelefoonnummerMobiel"] = f"0655{dice.randrange(10**6):06}"
    key = fixed_id("klant", relation["id"])
    record |= {**extras, "Id": key, "GewijzigdOp": "2025-06-01T12:00:00.000Z"}
    return Client(relation["id"], how, "bedrijf" if company else "persoon", record, extras, differs)


def _company(relation: Record) -> Record:
    return {
        "Naam": relation["name"],
        "KvkNummer": relation["coc_code"],
        "EmailAdres": relation["email"],
        "Bezoekadres": _address(relation["visiting_address"]),
    }


def _person(relation: Record, with_date: bool) -> Record:
    return {
        **_names(relation),
        "Geslacht": GENDERS[relation["gender"]],
        "Geboortedatum": f"{relation['date_of_birth']}T00:00:00.000Z" if with_date else None,
        "EmailAdres": relation["email"],
        **_address(relation["address"]),
    }


def _address(found: Record) -> Record:
    """Split an address of the demo data, which always has a street and a number."""
    parts = _LINE.fullmatch(found["line_1"])
    assert parts is not None, found["line_1"]
    return {
        "Straatnaam": parts[1],
        "Huisnummer": parts[2],
        "HuisnummerToevoeging": parts["apart"] or parts["behind"],
        "Postcode": found["postal_code"],
        "Plaats": found["locality"],
        "LandCode": "NLD",
    }
