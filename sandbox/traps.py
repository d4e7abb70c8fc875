"""What makes relations hard: both roles, wrong numbers, one company in two records, and who takes no part."""

import random
from typing import TYPE_CHECKING, Any

from sandbox.common.numbers import dutch_vat
from sandbox.simplicate.standard import fixed_id

if TYPE_CHECKING:
    from sandbox.people import Records

Record = dict[str, Any]
CUSTOMER = fixed_id("relationtype", "Klant")
SUPPLIER = fixed_id("relationtype", "Leverancier")
BOTH = fixed_id("relationtype", "Klant en leverancier")
#: The checkbox of every target, ticked.
TICKED = {"sync_snelstart": "1", "sync_nextens": "1"}
WRONG = ("bad_kvk", "bad_vat", "bad_iban", "bad_postcode", "long_name")


def take(companies: list[Record], count: int) -> list[Record]:
    """Take companies off the pile, so that no two traps meet in one."""
    taken, companies[:] = companies[:count], companies[count:]
    return taken


def both_roles(companies: list[Record], count: int) -> list[Record]:
    """Make some companies customer and supplier at once."""
    taken = take(companies, count)
    for company in taken:
        company["relation_type_id"] = BOTH
    return taken


def wrong(companies: list[Record], count: int, dice: random.Random) -> dict[str, list[Record]]:
    """Spoil one field in some companies, each kind of fault in turn."""
    found: dict[str, list[Record]] = {kind: [] for kind in WRONG}
    for at, company in enumerate(take(companies, count)):
        kind = WRONG[at % len(WRONG)]
        spoil(company, kind, dice)
        found[kind].append(company)
    return found


def unticked(companies: list[Record], count: int) -> list[Record]:
    """Leave the checkboxes of some companies open: they take no part."""
    taken = take(companies, count)
    for company in taken:
        company["custom"] |= dict.fromkeys(TICKED, "0")
    return taken


def spoil(company: Record, kind: str, dice: random.Random) -> None:
    """Put one fault into a company."""
    if kind == "bad_kvk":
        company["coc_code"] = company["coc_code"][: dice.choice((5, 6, 7))]
    elif kind == "bad_vat":
        vat = company["vat_number"]
        while dutch_vat(vat.removeprefix("NL")):
            vat = f"{vat[:10]}{(int(vat[10]) + 1) % 10}B{vat[-2:]}"
        company["vat_number"] = vat
    elif kind == "bad_iban":
        company["bank_account"] = company["bank_account"][:-1] + str((int(company["bank_account"][-1]) + 1) % 10)
    elif kind == "bad_postcode":
        company["visiting_address"] = {
            **company["visiting_address"],
            "postal_code": f"0{dice.randrange(100, 1000)} AB",
        }
    else:
        company["name"] = f"Stichting tot Behoud en Ontwikkeling van {company['name']} en Omstreken"


def doubles(companies: list[Record], count: int, records: "Records") -> list[tuple[Record, Record]]:
    """Enter some companies twice: same numbers, name written a little differently, other telephone."""
    twins = []
    for company in take(companies, count):
        second = {**company, "id": records.make.key("organization"), "phone": records.make.phone()}
        second["name"] = company["name"].replace("B.V.", "BV").replace(" & ", " en ").upper()
        twins.append((company, second))
    return twins
