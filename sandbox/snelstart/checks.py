"""The rules a relatie must keep, each with its code, and what SnelStart normalises on the way in."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.common import numbers
from sandbox.snelstart.fields import EMAIL_SETTINGS
from sandbox.snelstart.landen import LANDEN, NEDERLAND, VAT_PREFIX
from sandbox.snelstart.store import Store

Record = dict[str, Any]
_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]+")
_URL = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+([/?#]\S*)?", re.IGNORECASE)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_ADDRESS_CODES = {
    "vestigingsAdres": {"straat": 20, "postcode": 21, "plaats": 22, "contactpersoon": 23, "land": 56},
    "correspondentieAdres": {"straat": 25, "postcode": 26, "plaats": 27, "contactpersoon": 28, "land": 55},
}
_ADDRESS_LIMITS = {"straat": 50, "postcode": 25, "plaats": 50, "contactpersoon": 50}


def normalise(record: Record) -> None:
    """Bring a record into the form SnelStart keeps: trimmed, IBAN compact, `NL` off, land filled in."""
    _trim(record)
    for name in ("iban", "bic"):
        if record[name]:
            record[name] = compact(record[name])
    if record["btwNummer"]:
        record["btwNummer"] = re.sub(r"^NL(?=\d{9}B)", "", record["btwNummer"].upper())
    for name in _ADDRESS_CODES:
        if record[name]["land"] is None or record[name]["land"]["id"] is None:
            record[name]["land"] = {"id": NEDERLAND, "uri": None}


def _trim(record: Record) -> None:
    """Trim every text, and empty those of which nothing is left."""
    for name, value in record.items():
        if isinstance(value, str):
            record[name] = value.strip() or None
        elif isinstance(value, dict):
            _trim(value)


def compact(value: str) -> str:
    """Return capitals without blanks."""
    return re.sub(r"\s", "", value).upper()


def broken(record: Record, store: Store, strict_address: bool) -> Iterator[str]:
    """Yield the code of every rule the record breaks, whoever writes it."""
    yield from _kinds(record)
    yield from _plain(record)
    yield from _addresses(record, strict_address)
    yield from _vat(record)
    yield from _bank(record)
    yield from _emails(record)
    yield from _invoice_relation(record, store)


def _kinds(record: Record) -> Iterator[str]:
    """Check the relatiesoort and the fields that only one kind may fill."""
    kinds = set(record["relatiesoort"]) - {"Geen"}
    customer_only = {
        "REL-0002": record["aanmaningsoort"] != "Nee",
        "REL-0004": record["factuurkorting"],
        "REL-0016": record["incassoSoort"] != "Geen",
        "REL-0062": record["kredietLimiet"],
    }
    if not kinds:
        yield "REL-0001"
    if "Eigen" in kinds:
        yield "REL-0048"
    elif "Klant" not in kinds:
        yield from (code for code, filled in customer_only.items() if filled)
    if record["bankieren"] and "Leverancier" not in kinds:
        yield "REL-0014"


def _plain(record: Record) -> Iterator[str]:
    """Check the fields that stand alone."""
    if not (record["naam"] or "").strip():
        yield "REL-0007"
    if not -365 <= (record["krediettermijn"] or 0) <= 1000:
        yield "REL-0003"
    for name, code in (("mobieleTelefoon", "REL-0012"), ("telefoon", "REL-0013")):
        if len(record[name] or "") > 25:
            yield code
    if record["websiteUrl"] and not _URL.fullmatch(record["websiteUrl"]):
        yield "REL-0015"
    if record["oin"] and not re.fullmatch(r"\d{20}", record["oin"]):
        yield "REL-0086"
    number = record["kvkNummer"]
    if number and not (numbers.kvk(number) if country(record) == "NL" else re.fullmatch(r"\w{1,12}", number)):
        yield "REL-0006"


def country(record: Record) -> str:
    """Return the VAT prefix of the visiting address; the Netherlands when there is none."""
    land = record["vestigingsAdres"]["land"]
    return VAT_PREFIX.get(land["id"] if land else NEDERLAND, "NL")


def _addresses(record: Record, strict: bool) -> Iterator[str]:
    for name, codes in _ADDRESS_CODES.items():
        address = record[name]
        yield from (
            f"REL-{codes[part]:04}" for part, limit in _ADDRESS_LIMITS.items() if len(address[part] or "") > limit
        )
        if address["land"] and address["land"]["id"] not in LANDEN:
            yield f"REL-{codes['land']:04}"
    visiting = record["vestigingsAdres"]
    filled = [bool(visiting[part]) for part in ("straat", "postcode", "plaats")]
    if strict and any(filled) and not (all(filled) and visiting["land"]):
        yield "REL-0060"


def _vat(record: Record) -> Iterator[str]:
    number = record["btwNummer"]
    if not number:
        return
    if len(number) > 50:
        yield "REL-0057"
    elif len(number) < 2:
        yield "REL-0058"
    elif not number.isascii() or not number.isalnum():
        yield "REL-0059"
    else:
        prefix, rest = numbers.split_vat(number.upper(), country(record))
        if prefix != country(record):
            yield "REL-0087"
        elif not numbers.vat(prefix, rest):
            yield "REL-0088"


def _bank(record: Record) -> Iterator[str]:
    if record["iban"] and not numbers.iban(compact(record["iban"])):
        yield "REL-0011"
    if record["bic"] and not _BIC.fullmatch(compact(record["bic"])):
        yield "REL-0010"
    if not record["iban"] and (record["bankieren"] or record["incassoSoort"] != "Geen"):
        yield "REL-0009"


def emails(value: str | None, codes: tuple[int, int, int]) -> Iterator[str]:
    """Check a list of addresses; codes are for one wrong, one of several wrong, and too long."""
    addresses = [part.strip() for part in (value or "").split(";") if part.strip()]
    if len(value or "") > 250:
        yield f"REL-{codes[2]:04}"
    elif not all(map(_EMAIL.fullmatch, addresses)):
        yield f"REL-{codes[1 if len(addresses) > 1 else 0]:04}"


def _emails(record: Record) -> Iterator[str]:
    yield from emails(record["email"], (61, 84, 85))
    for name, codes in EMAIL_SETTINGS.items():
        setting = record[name]
        if setting["shouldSend"] and not setting["email"]:
            yield f"REL-{codes[0]:04}"
        yield from emails(setting["email"], codes[1:4])
        yield from emails(setting["ccEmail"], codes[4:7])


def _invoice_relation(record: Record, store: Store) -> Iterator[str]:
    if not record["factuurRelatie"]:
        return
    other = store.records.get(record["factuurRelatie"]["id"])
    if other is None:
        yield "REL-0017"
    elif "Klant" not in other["relatiesoort"]:
        yield "REL-0018"
