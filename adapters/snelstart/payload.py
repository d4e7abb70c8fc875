"""Translate a canonical relation into the flat fields of a relatie, checked before anything is sent."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from adapters.base import Draft
from adapters.snelstart import normal
from adapters.snelstart.codes import OPTIONAL
from adapters.snelstart.labels import labels, part_labels
from adapters.snelstart.limits import (
    ADDRESS_PARTS,
    ADDRESSES,
    CRM_ID,
    LENGTHS,
    REQUIRED_PARTS,
    TERM_RANGE,
    VAT_SHORTEST,
    canonical,
)
from adapters.snelstart.options import Options
from models.records import Address, Contact, JsonScalar, Problem, Relation
from models.words import Role

Part = tuple[dict[str, JsonScalar], list[Problem]]
"""Some fields and what is wrong with those that are not among them."""


def draft(relation: Relation, role: Role, options: Options) -> Draft:
    """Translate a relation: a field of None is empty in the CRM, an absent one was left out for a problem."""
    parts = [
        _name(relation.name),
        _text("telefoon", normal.text(relation.phone)),
        _text("mobieleTelefoon", normal.text(relation.mobile)),
        _text("email", normal.mails(relation.email), _are_mails),
        _text("btwNummer", normal.vat_to_send(relation.vat), lambda value: len(value) >= VAT_SHORTEST),
        _text("kvkNummer", normal.kvk_to_send(relation.kvk)),
        _text("iban", normal.packed(relation.iban)),
        _text("bic", normal.packed(relation.bic)),
        _text("websiteUrl", normal.website(relation.website), _is_url),
        _term(relation.payment_term_days),
        *_addresses(relation, options),
    ]
    if options.crm_id_field and (role is Role.CUSTOMER or options.roles_share_record):
        parts.append(({CRM_ID: relation.id}, []))
    return Draft(
        {name: value for fields, _ in parts for name, value in fields.items()},
        tuple(problem for _, problems in parts for problem in problems),
    )


def without(made: Draft, field: str) -> Draft | None:
    """Leave a canonical field out; a part of an address takes its address along (REL-0060)."""
    group = field.partition(".")[0]
    if group not in OPTIONAL:
        return None
    kept = {name: value for name, value in made.fields.items() if group not in _groups(name)}
    return Draft(kept, made.problems) if len(kept) < len(made.fields) else None


def _groups(name: str) -> set[str]:
    """Name the optional attributes whose refusal takes a vendor's field out."""
    return {canonical(name).partition(".")[0], ADDRESSES.get(name.partition(".")[0], "")}


def main_contact(contacts: Iterable[Contact]) -> Contact | None:
    """Choose the one contact person SnelStart holds: the CRM's main contact, else the first by id.

    Several main contacts, or none, are decided by the lowest id, so the choice does not wander between runs.
    """
    named = [contact for contact in contacts if normal.text(contact.name)]
    return min(named, key=lambda contact: (not contact.main, len(contact.id), contact.id), default=None)


def _name(value: str) -> Part:
    name = normal.text(value)
    if not name:
        return {}, [Problem("snelstart.name_missing", "name", blocking=True)]
    if len(name) > LENGTHS["naam"]:
        params = {"length": str(len(name)), "limit": str(LENGTHS["naam"])}
        return {}, [Problem("snelstart.name_too_long", "name", blocking=True, params=params)]
    return {"naam": name}, []


def _text(field: str, value: str | None, valid: Callable[[str], bool] | None = None) -> Part:
    if value is not None and len(value) > LENGTHS[field]:
        return {}, [_problem("too_long", field, length=str(len(value)), limit=str(LENGTHS[field]))]
    if value is not None and valid is not None and not valid(value):
        return {}, [_problem("not_valid", field)]
    return {field: value}, []


def _term(days: int | None) -> Part:
    if days is not None and not TERM_RANGE[0] <= days <= TERM_RANGE[1]:
        return {}, [_problem("not_valid", "krediettermijn")]
    return {"krediettermijn": days}, []


def _addresses(relation: Relation, options: Options) -> list[Part]:
    contact = main_contact(relation.contacts)
    name = normal.text(contact.name) if contact else None
    return [
        _address("vestigingsAdres", relation.visiting, name, options),
        _address("correspondentieAdres", relation.mailing, name, options),
    ]


def _address(prefix: str, address: Address | None, contact: str | None, options: Options) -> Part:
    values = _lines(address, options)
    if not values:
        return _empty_address(prefix, contact, options)
    missing = [part for part in REQUIRED_PARTS if not values.get(part)]
    if missing:
        dutch, english = part_labels(missing)
        return {}, [_problem("address_incomplete", prefix, ontbreekt=dutch, missing=english)]
    fields: dict[str, JsonScalar] = {f"{prefix}.land": values["land"]}
    problems: list[Problem] = []
    for part in ("straat", "postcode", "plaats"):
        _add(_text(f"{prefix}.{part}", values[part]), fields, problems)
    if problems:  # an address lacking the part that was too long would be refused whole (REL-0060)
        return {}, problems
    _add(_text(f"{prefix}.contactpersoon", contact), fields, problems)
    return fields, problems


def _lines(address: Address | None, options: Options) -> dict[str, str | None]:
    """Return the parts of an address; {} when at most its country is known."""
    if address is None:
        return {}
    values = {
        "straat": normal.text(address.line),
        "postcode": normal.text(address.postal_code),
        "plaats": normal.text(address.city),
    }
    country = normal.text(address.country) or options.default_country
    return values | {"land": country.upper()} if any(values.values()) else {}


def _empty_address(prefix: str, contact: str | None, options: Options) -> Part:
    fields: dict[str, JsonScalar] = {f"{prefix}.{part}": None for part in ADDRESS_PARTS}
    if contact is None or prefix != "vestigingsAdres":
        return fields, []
    if options.contact_needs_address:
        del fields[f"{prefix}.contactpersoon"]
        return fields, [Problem("snelstart.contact_left_out", "contacts")]
    problems: list[Problem] = []
    del fields[f"{prefix}.contactpersoon"]
    _add(_text(f"{prefix}.contactpersoon", contact), fields, problems)
    return fields, problems


def _add(part: Part, fields: dict[str, JsonScalar], problems: list[Problem]) -> None:
    fields.update(part[0])
    problems.extend(part[1])


def _problem(cause: str, field: str, **params: str) -> Problem:
    dutch, english = labels(field)
    name = ADDRESSES.get(field) or canonical(field)
    return Problem(f"snelstart.{cause}", name, params={"veld": dutch, "field": english, **params})


def _are_mails(value: str) -> bool:
    """Accept what looks like addresses; SnelStart's own check is not published (REL-0061, REL-0084)."""
    return all(re.fullmatch(r"[^@\s;]+@[^@\s;.]+(\.[^@\s;.]+)+", mail) for mail in value.split(";"))


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        known = parts.scheme.lower() in {"http", "https"}
        return known and "." in (parts.hostname or "") and " " not in value
    except ValueError:
        return False
