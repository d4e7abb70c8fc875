"""Make relations, options and raw clients for the tests; every person and number is made up."""

from datetime import date
from typing import Any

from adapters.masking import passes_eleven_test
from adapters.nextens.options import Options
from models.records import Address, Contact, Relation


def options(**values: Any) -> Options:
    """Make the options of a connection."""
    return Options.of(values)


def eleven_proof(seed: int) -> str:
    """Make nine digits that pass the 11-test, another for each seed."""
    bases = (f"{seed % 10_000_000 + 10_000_000:08d}{last}" for last in range(10))
    return next((digits for digits in bases if passes_eleven_test(digits)), "") or eleven_proof(seed + 1_000_000)


def company(number: int = 17, **values: Any) -> Relation:
    """Make a complete organisation, with what the test changes."""
    filled: dict[str, Any] = {
        "id": f"organization:{number}",
        "type": "organisation",
        "name": f"Timmerbedrijf Spaander {number} B.V.",
        "number": str(number),
        "visiting": Address("Zaagpad 3 bis", None, None, "3512 AB", "Utrecht", "NL"),
        "mailing": Address("Postbus 12", None, None, "3500 AA", "Utrecht", "NL"),
        "phone": "030 765 43 21",
        "email": f"post{number}@spaander.example",
        "kvk": f"{number:08d}"[-8:],
        "vat": "NL000099998B57",
        "rsin": eleven_proof(number),
        "iban": "NL91ABNA0417164300",
        "contacts": (Contact("c1", "Ina Beitel", main=True),),
    }
    return Relation(**(filled | values))


def person(number: int = 17, **values: Any) -> Relation:
    """Make a complete person, with what the test changes."""
    filled: dict[str, Any] = {
        "id": f"person:{number}",
        "type": "person",
        "name": f"Mila van der Meer{number}",
        "first_name": "Mila",
        "prefix": "van der",
        "last_name": f"Meer{number}",
        "gender": "female",
        "date_of_birth": date(1980, 2, 3),
        "visiting": Address("Kade 12 A-2", None, None, "1011 AB", "Amsterdam", "NL"),
        "phone": "020 765 43 21",
        "mobile": "06 12345678",
        "email": f"mila{number}@meer.example",
        "bsn": eleven_proof(number + 500_000),
    }
    return Relation(**(filled | values))
