"""Make relations, options and raw relaties for the tests; every person and number is made up."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from adapters.snelstart.options import Options
from models.records import Address, Contact, Relation

LANDS = {"NL": "00000000-0000-4000-8000-000000000528", "BE": "00000000-0000-4000-8000-000000000056"}
CODES = {land: code for code, land in LANDS.items()}


def land_of(code: str) -> str:
    """Return the id of a country of the tests. Raises KeyError."""
    return LANDS[code]


def country_of(land: str) -> str:
    """Return the code of a country of the tests."""
    return CODES.get(land, land)


def options(**values: Any) -> Options:
    """Make the options of a connection."""
    return Options.of(values)


def relation(**values: Any) -> Relation:
    """Make a complete organisation, with what the test changes."""
    filled: dict[str, Any] = {
        "id": "relation:17",
        "type": "organisation",
        "name": "Bakkerij De Korenaar B.V.",
        "number": "10017",
        "visiting": Address("Molenstraat", "12", "a", "1234 AB", "Utrecht", "NL"),
        "mailing": Address("Postbus 9", None, None, "3500AA", "Utrecht", "NL"),
        "phone": "030 123 45 67",
        "mobile": "+31 6 12345678",
        "email": "info@korenaar.example",
        "website": "www.korenaar.example",
        "kvk": "12345678",
        "vat": "NL000099998B57",
        "iban": "NL91ABNA0417164300",
        "bic": "ABNANL2A",
        "payment_term_days": 14,
        "contacts": (Contact("c2", "Saskia Meel"), Contact("c1", "Bram Gist", main=True)),
    }
    return Relation(**(filled | values))


def raw(**values: Any) -> dict[str, Any]:
    """Make a relatie as SnelStart answers it, with members Boekbrug does not own."""
    filled: Mapping[str, Any] = {
        "id": "8e0a4b4e-7b0e-4d5c-9b6f-0d9a2f6d1c11",
        "uri": "/relaties/8e0a4b4e-7b0e-4d5c-9b6f-0d9a2f6d1c11",
        "relatiesoort": ["Klant"],
        "modifiedOn": "2026-03-04T05:06:07.12",
        "relatiecode": 10017,
        "naam": "Bakkerij De Korenaar B.V.",
        "vestigingsAdres": {
            "contactpersoon": "Bram Gist",
            "straat": "Molenstraat 12 a",
            "postcode": "1234 AB",
            "plaats": "Utrecht",
            "land": {"id": LANDS["NL"], "uri": f"/landen/{LANDS['NL']}"},
        },
        "correspondentieAdres": None,
        "telefoon": "0301234567",
        "btwNummer": "000099998B57",
        "kvkNummer": "12345678",
        "memo": "Betaalt altijd op vrijdag",
        "kredietLimiet": 2500.0,
        "nonactief": False,
        "factuurEmailVersturen": {"shouldSend": True, "email": "facturen@korenaar.example", "ccEmail": None},
        "inkoopBoekingenUri": "/relaties/8e0a/inkoopboekingen",
        "documents": [{"id": "11111111-1111-4111-8111-111111111111"}],
        "extraVeldenKlant": [{"naam": "Regio", "waarde": "Midden"}],
    }
    return dict(filled) | values


def words(most: int) -> st.SearchStrategy[str]:
    """Draw text as people type it, spaces and accents included."""
    letters = st.characters(categories=("L", "N", "Zs"), include_characters="-'&./ ")
    return st.text(letters, max_size=most)


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """Draw a value or none."""
    return st.none() | strategy


addresses = st.builds(
    Address,
    street=maybe(words(60)),
    house_number=maybe(st.integers(1, 999).map(str)),
    addition=maybe(words(4)),
    postal_code=maybe(words(28)),
    city=maybe(words(60)),
    country=maybe(st.sampled_from(["NL", "BE"])),
)

relations = st.builds(
    Relation,
    id=st.integers(1, 10**6).map(lambda number: f"relation:{number}"),
    type=st.sampled_from(["organisation", "person"]),
    name=words(60),
    number=maybe(st.integers(-5, 2**33).map(str) | words(8)),
    visiting=st.none() | addresses,
    mailing=st.none() | addresses,
    phone=maybe(words(30)),
    mobile=maybe(words(30)),
    email=maybe(words(20) | st.just("a@korenaar.example, b@korenaar.example")),
    website=maybe(words(110) | st.just("korenaar.example")),
    kvk=maybe(st.from_regex(r"[0-9]{7,13}", fullmatch=True)),
    vat=maybe(st.from_regex(r"(NL)?[0-9]{9}B[0-9]{2}|BE[0-9]{10}", fullmatch=True)),
    iban=maybe(words(60)),
    bic=maybe(words(20)),
    payment_term_days=st.none() | st.integers(-500, 1500),
    contacts=st.lists(st.builds(Contact, id=words(3), name=words(60), main=st.booleans())).map(tuple),
)
