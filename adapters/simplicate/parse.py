"""Turn what Simplicate sends into a canonical relation, however unreliable its types are. Pure."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Literal

from adapters.simplicate.countries import country_code
from adapters.simplicate.values import (
    Raw,
    custom_fields,
    day,
    first,
    integer,
    looks_like_checkbox,
    mapping,
    moment,
    number,
    rows,
    text,
    ticked,
)
from models.records import Address, Contact, Relation
from models.words import Role

Rules = Mapping[str, Any]


def parse_relation(record_id: str, raw: Raw, rules: Rules, zone: tzinfo) -> Relation:
    """Read one organisation or person; which of the two follows from the id's prefix."""
    if record_id.startswith("person:"):
        return _person(record_id, raw, rules, zone)
    visiting, mailing = _addresses(raw)
    return Relation(
        type="organisation",
        name=text(raw.get("name")) or "",
        visiting=visiting,
        mailing=mailing,
        website=text(raw.get("url")),
        kvk=number(raw.get("coc_code")),
        vat=text(raw.get("vat_number")),
        rsin=_sourced(raw, rules.get("rsin_source")),
        payment_term_days=integer(mapping(mapping(raw.get("debtor")).get("payment_term")).get("days")),
        contacts=_contacts(raw, rules),
        **_common(record_id, raw, rules, zone),
    )


def _person(record_id: str, raw: Raw, rules: Rules, zone: tzinfo) -> Relation:
    """Read one person; their one address may be an object or a list."""
    visiting, mailing = _person_addresses(raw)
    return Relation(
        type="person",
        name=_full_name(raw),
        first_name=text(raw.get("first_name")),
        prefix=text(raw.get("family_name_prefix")),
        last_name=text(raw.get("family_name")),
        initials=text(raw.get("initials")),
        gender=_gender(raw.get("gender")),
        date_of_birth=day(raw.get("date_of_birth")),
        visiting=visiting,
        mailing=mailing,
        website=text(raw.get("website_url")),
        bsn=_sourced(raw, rules.get("bsn_source")),
        **_common(record_id, raw, rules, zone),
    )


def _common(record_id: str, raw: Raw, rules: Rules, zone: tzinfo) -> dict[str, Any]:
    """Read what organisations and persons share."""
    return {
        "id": record_id,
        "roles": _roles(raw.get("relation_type"), rules.get("roles")),
        "flags": _flags(raw, rules.get("flag")),
        "active": ticked(raw.get("is_active"), absent=True),
        "number": number(raw.get("relation_number")),
        "phone": text(raw.get("phone")),
        "mobile": text(raw.get("mobile")),
        "email": text(raw.get("email")),
        "iban": text(raw.get("bank_account")),
        "bic": text(raw.get("bank_bic")),
        "manager_email": _manager_email(raw.get("relation_manager")),
        "url": text(raw.get("simplicate_url")),
        "updated_at": moment(first(raw, "updated_at", "modified"), zone),
    }


def _manager_email(value: object) -> str | None:
    """Find the manager's address under any of the names clients have met."""
    return text(first(mapping(value), "work_email", "email"))


def _roles(relation_type: object, rules: object) -> frozenset[Role]:
    """Look a relation type's label (or id) up in the link's rules; one that is not named has no role."""
    named = {str(label).strip().casefold(): roles for label, roles in mapping(rules).items()}
    kind = mapping(relation_type)
    keys = [text(kind.get("label")) or text(relation_type), text(kind.get("id"))]
    for key in keys:
        if key and key.casefold() in named:
            return _role_set(named[key.casefold()])
    return frozenset()


def _role_set(value: object) -> frozenset[Role]:
    """Read `customer`, `supplier`, `both` or a list of them."""
    words = [value] if isinstance(value, str) else list(value) if isinstance(value, Sequence) else []
    return frozenset(Role) if "both" in words else frozenset(Role(word) for word in words)


def _flags(raw: Raw, flag: object) -> dict[str, bool]:
    """Collect every checkbox; one that is not ticked may be absent altogether, and counts as not ticked."""
    wanted = text(flag)
    found = {
        name: ticked(field.get("value"))
        for name, field in custom_fields(raw).items()
        if name == wanted or looks_like_checkbox(field)
    }
    return {wanted: False, **found} if wanted else found


def _sourced(raw: Raw, source: object) -> str | None:
    """Read a number without a fixed field, from the custom field or attribute that the link names."""
    name = text(source)
    if name is None:
        return None
    field = custom_fields(raw).get(name)
    return number(field.get("value") if field else raw.get(name))


def _full_name(raw: Raw) -> str:
    """Prefer the name Simplicate composed; else compose it the Dutch way."""
    parts = (text(raw.get(key)) for key in ("first_name", "family_name_prefix", "family_name"))
    return text(raw.get("full_name")) or " ".join(part for part in parts if part)


def _gender(value: object) -> Literal["male", "female"] | None:
    """Read `Male`, `Female`, an object with a label or a key such as `Gender_female`; else unknown."""
    word = (text(value) or "").casefold().rpartition("_")[2]
    if word in ("female", "vrouw", "f", "v"):
        return "female"
    return "male" if word in ("male", "man", "m") else None


def _addresses(raw: Raw) -> tuple[Address | None, Address | None]:
    """Read an organisation's addresses; the postal one counts only where Simplicate says that it differs."""
    visiting = _address(raw.get("visiting_address"))
    mailing = _address(raw.get("postal_address")) if ticked(raw.get("has_different_postal_address")) else None
    return visiting, mailing


def _person_addresses(raw: Raw) -> tuple[Address | None, Address | None]:
    """Read a person's address, and a second one where a list holds one marked as postal."""
    found = rows(raw.get("address"))
    postal = [row for row in found if "post" in (text(row.get("type")) or "").casefold()]
    others = [row for row in found if row not in postal]
    visiting = _address((others or postal or [{}])[0])
    return visiting, _address(postal[0]) if others and postal else None


def _address(value: object) -> Address | None:
    """Read an address; `line_1` stays one line, as Simplicate does not split street and number."""
    raw = mapping(value)
    lines = [line for line in (text(raw.get("line_1")), text(raw.get("line_2"))) if line]
    address = Address(
        street=lines[0] if lines else None,
        addition=lines[1] if len(lines) > 1 else None,
        postal_code=text(raw.get("postal_code")),
        city=text(raw.get("locality")),
        country=country_code(text(raw.get("country_code")), text(raw.get("country"))),
    )
    # A country alone is Simplicate's default, not an address.
    return address if address.line or address.postal_code or address.city else None


def _contacts(raw: Raw, rules: Rules) -> tuple[Contact, ...]:
    """Read the active contacts, the main one first.

    The main contact is: whose function is the link's `main_contact`; then who has an e-mail address; then the
    one linked first, by time and id, so that the choice does not jump when Simplicate lists them differently.
    """
    wanted = (text(rules.get("main_contact")) or "").casefold()
    linked = rows(raw.get("linked_persons_contacts"))
    active = [row for row in linked if ticked(row.get("is_active"), absent=True)]
    read = [(row, contact) for row in active if (contact := _contact(row))]

    def rank(pair: tuple[Raw, Contact]) -> tuple[bool, bool, str, str]:
        row, contact = pair
        named = bool(wanted) and (contact.function or "").casefold() == wanted
        return not named, not contact.email, text(row.get("created_at")) or "", contact.id

    ranked = [contact for _, contact in sorted(read, key=rank)]
    return tuple(_with_main(contact, place == 0) for place, contact in enumerate(ranked))


def _with_main(contact: Contact, main: bool) -> Contact:
    return Contact(contact.id, contact.name, contact.email, contact.phone, contact.function, main)


def _contact(row: Raw) -> Contact | None:
    """Read one link between organisation and person; one without a name cannot be addressed."""
    person = mapping(row.get("person"))
    name = text(first(row, "full_name", "name")) or _full_name(person) or _full_name(row)
    if not name:
        return None
    return Contact(
        id=text(first(row, "id", "person_id")) or text(person.get("id")) or name,
        name=name,
        email=text(first(row, "work_email", "email")),
        phone=text(first(row, "work_phone", "work_mobile", "phone")),
        function=text(row.get("work_function")),
    )
