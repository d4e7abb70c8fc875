"""What makes a client itself: the numbers and names by which two are the same, and the words for it."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.nextens.fields import BEDRIJF, PERSOON, Table
from sandbox.nextens.store import folded

Record = dict[str, Any]
#: A key with the words to use when another client has it; `{}` is the number.
Unique = tuple[Hashable, str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """Describe one kind of client."""

    kind: str
    table: Table
    unique: Callable[[Record], Iterator[Unique]]
    name: Callable[[Record], str]
    #: What somebody enters first, by hand, of a new client.
    first: tuple[str, ...]

    def keys(self, record: Record) -> Iterator[Hashable]:
        """Yield everything by which a client is looked up."""
        yield from (key for key, _, _ in self.unique(record))
        yield "name", self.name(record)


def person_name(record: Record) -> str:
    """Return a person's whole name as it is compared."""
    return folded(record.get("Voornaam"), record.get("Tussenvoegsels"), record.get("Achternaam"))


def _person(record: Record) -> Iterator[Unique]:
    """Yield the BSN, and name with birth date; without a birth date namesakes may live side by side."""
    if record["Bsn"]:
        yield ("Bsn", record["Bsn"]), "Er is al een persoon met BSN {}.", record["Bsn"]
    if record["Geboortedatum"]:
        born = record["Geboortedatum"]
        yield ("born", person_name(record), born), "Er is al een persoon met deze naam en geboortedatum.", born


def _company(record: Record) -> Iterator[Unique]:
    """Yield RSIN with sub number."""
    if record["Rsin"]:
        key = ("Rsin", record["Rsin"], record["Volgnummer"])
        yield key, "Er is al een bedrijf met RSIN {} en dit volgnummer.", record["Rsin"]


PERSON = Identity(
    "persoon",
    PERSOON,
    _person,
    person_name,
    ("Voornaam", "Tussenvoegsels", "Achternaam", "Geboortedatum", "Bsn"),
)
COMPANY = Identity(
    "bedrijf", BEDRIJF, _company, lambda record: folded(record.get("Naam")), ("Naam", "Rsin", "Volgnummer")
)
