"""Compare what a target holds with what the CRM shows, field by field, in words of its own.

It shares no code with the adapters, so that a mistake of theirs is not made here too.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

Record = Mapping[str, Any]
Difference = tuple[str, object, object]
"""Field of the target, what it holds, what the CRM shows."""
GENDERS = {"Male": "Man", "Female": "Vrouw"}
LINE = re.compile(r"(?P<street>\D+?) (?P<number>\d+)(?P<rest>.*)")
"""The generated addresses: words, a number, and perhaps something behind it."""


def plain(value: object) -> str:
    """Write a value without what does not count: blanks, marks and case."""
    return re.sub(r"[^0-9a-z\u00e0-\u00ff@]", "", str(value or "").casefold())


def words(value: object) -> str:
    """Write words with single blanks."""
    return " ".join(str(value or "").split())


def mail(value: object) -> str:
    """Write an e-mail address without case."""
    return words(value).casefold()


def digits(value: object) -> str:
    """Keep the digits, or the words where there is none."""
    return re.sub(r"\D", "", str(value or "")) or words(value)


def day(value: object) -> str:
    """Write a date, whatever stands behind it."""
    return date.fromisoformat(str(value)[:10]).isoformat() if value else ""


def without_country(value: object) -> str:
    """Write a VAT number without its country, which one target keeps and the other does not."""
    return plain(value).removeprefix("nl")


Same = Callable[[object], str]


def person_name(record: Record) -> str:
    """Compose the whole name of a person of the CRM."""
    parts = (record.get(part) for part in ("first_name", "family_name_prefix", "family_name"))
    return words(" ".join(part for part in parts if part))


def name_of(record: Record) -> str:
    """Return the name of a relation of the CRM."""
    return words(record["name"]) if "name" in record else person_name(record)


def place_of(record: Record) -> Record:
    """Return a relation's own address in the CRM."""
    found: Record = record.get("visiting_address" if "name" in record else "address") or {}
    return found


def in_books(record: Record, relatie: Record, left_out: frozenset[str]) -> list[Difference]:
    """List what differs between a relation of the CRM and its relatie."""
    fields: list[tuple[str, str, object, object, Same]] = [
        ("", "naam", relatie.get("naam"), name_of(record), words),
        ("", "telefoon", relatie.get("telefoon"), record.get("phone"), digits),
        ("", "email", relatie.get("email"), record.get("email"), mail),
        ("kvk", "kvkNummer", relatie.get("kvkNummer"), record.get("coc_code"), plain),
        ("vat", "btwNummer", relatie.get("btwNummer"), record.get("vat_number"), without_country),
        ("iban", "iban", relatie.get("iban"), record.get("bank_account"), plain),
        *_books_address("visiting", "vestigingsAdres", relatie, place_of(record)),
    ]
    if (postal := _postal(record)) is not None:
        fields += _books_address("mailing", "correspondentieAdres", relatie, postal)
    return [*_differing((name, *pair) for group, name, *pair in fields if group not in left_out)]


def _books_address(group: str, member: str, relatie: Record, shown: Record) -> list[Any]:
    held = relatie.get(member) or {}
    pairs = (("straat", "line_1", words), ("postcode", "postal_code", plain), ("plaats", "locality", words))
    return [(group, f"{member}.{own}", held.get(own), shown.get(theirs), same) for own, theirs, same in pairs]


def in_tax(record: Record, client: Record, rsin: str | None) -> list[Difference]:
    """List what differs between a relation of the CRM and its client in Nextens, whose RSIN is to be this one."""
    return [*_differing(iter(_company(record, client, rsin) if "name" in record else _person(record, client)))]


def _person(record: Record, client: Record) -> list[Any]:
    return [
        ("Voornaam", client.get("Voornaam"), record.get("first_name"), words),
        ("Tussenvoegsels", client.get("Tussenvoegsels"), record.get("family_name_prefix"), words),
        ("Achternaam", client.get("Achternaam"), record.get("family_name"), words),
        ("Geslacht", client.get("Geslacht"), GENDERS.get(record.get("gender") or ""), words),
        ("Geboortedatum", client.get("Geboortedatum"), record.get("date_of_birth"), day),
        ("Bsn", client.get("Bsn"), record["custom"].get("bsn"), digits),
        ("EmailAdres", client.get("EmailAdres"), record.get("email"), mail),
        *_tax_address("", client, place_of(record)),
    ]


def _company(record: Record, client: Record, rsin: str | None) -> list[Any]:
    postal = _postal(record)
    return [
        ("Naam", client.get("Naam"), record.get("name"), words),
        ("Rsin", client.get("Rsin"), rsin, digits),
        ("KvkNummer", client.get("KvkNummer"), record.get("coc_code"), digits),
        ("BtwNummer", client.get("BtwNummer"), record.get("vat_number"), without_country),
        ("Iban", client.get("Iban"), record.get("bank_account"), plain),
        ("Telefoonnummer", client.get("Telefoonnummer"), record.get("phone"), digits),
        ("EmailAdres", client.get("EmailAdres"), record.get("email"), mail),
        *_tax_address("Bezoekadres", client.get("Bezoekadres") or {}, place_of(record)),
        *_tax_address("Postadres", client.get("Postadres") or {}, place_of(record) if postal is None else postal),
    ]


def _tax_address(member: str, held: Record, shown: Record) -> list[Any]:
    parts = LINE.fullmatch(words(shown.get("line_1")))
    street, number, rest = parts.groups() if parts else ("", "", "")
    return [
        (f"{member}.Straatnaam", held.get("Straatnaam"), street, words),
        (f"{member}.Huisnummer", held.get("Huisnummer"), number, words),
        (f"{member}.HuisnummerToevoeging", held.get("HuisnummerToevoeging"), rest, plain),
        (f"{member}.Postcode", held.get("Postcode"), shown.get("postal_code"), plain),
        (f"{member}.Plaats", held.get("Plaats"), shown.get("locality"), words),
        (f"{member}.LandCode", held.get("LandCode"), "NLD" if shown.get("country_code") == "NL" else None, words),
    ]


def _postal(record: Record) -> Record | None:
    """Return the postal address where its box is ticked."""
    ticked = str(record.get("has_different_postal_address")).casefold() in ("1", "true")
    return record.get("postal_address") if ticked else None


def _differing(fields: Iterator[Any]) -> Iterator[Difference]:
    """Yield what differs; what is empty in the CRM is not led by it."""
    for name, held, shown, same in fields:
        if shown and (held is None or same(held) != same(shown)):
            yield name, held, shown


def emptied(before: Record, after: Record, path: str = "") -> Iterator[str]:
    """Yield the members that were filled before and are empty now."""
    for name, value in before.items():
        if isinstance(value, dict):
            yield from emptied(value, after.get(name) or {}, f"{path}{name}.")
        elif value not in (None, "") and after.get(name) in (None, ""):
            yield f"{path}{name}"
