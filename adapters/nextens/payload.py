"""Translate a canonical relation into the flat members of a client; whatever is wrong stops all of it. Pure."""

from dataclasses import dataclass, field

from adapters.base import Draft
from adapters.masking import mask
from adapters.nextens import normal
from adapters.nextens.address import Parts, is_addition, split
from adapters.nextens.labels import labels
from adapters.nextens.lands import land_code
from adapters.nextens.members import ADDRESSES, EMPTY, LENGTHS, PARTS, canonical
from adapters.nextens.options import Options
from models.records import Address, JsonScalar, Problem, Relation

GENDERS = {"male": "Man", "female": "Vrouw"}


@dataclass
class _Form:
    """Be a form that is being filled in."""

    fields: dict[str, JsonScalar] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, member: str, value: str | None) -> None:
        """Fill one member in; None means that it is empty in the CRM."""
        limit = LENGTHS[member]
        if value is not None and len(value) > limit:
            self.stop("too_long", canonical(member), member, length=str(len(value)), limit=str(limit))
        else:
            self.fields[member] = value

    def need(self, member: str, value: str | None) -> None:
        """Fill in a member that Nextens does not do without."""
        if value is None:
            self.stop("required", canonical(member), member)
        else:
            self.put(member, value)

    def stop(self, cause: str, name: str, member: str, **params: str) -> None:
        """Say why nothing can be sent."""
        nl, en = labels(member)
        self.problems.append(Problem(f"nextens.{cause}", name, True, {"veld": nl, "field": en, **params}))


def draft(relation: Relation, options: Options) -> Draft:
    """Translate a relation: a field of None is empty in the CRM; every problem stops the write."""
    form = _Form()
    if relation.type == "person":
        _person(relation, options, form)
    else:
        _company(relation, options, form)
    return Draft(form.fields, tuple(form.problems))


def _person(relation: Relation, options: Options, form: _Form) -> None:
    born = relation.date_of_birth
    form.put("Voornaam", normal.text(relation.first_name))
    form.put("Tussenvoegsels", normal.text(relation.prefix))
    form.need("Achternaam", normal.text(relation.last_name))
    form.put("Geslacht", GENDERS.get(relation.gender or ""))
    form.put("Geboortedatum", f"{born.isoformat()}T00:00:00.000Z" if born else None)
    form.put("Bsn", normal.packed(relation.bsn))
    form.put("EmailAdres", normal.text(relation.email))
    if mobile := normal.phone(relation.mobile):
        # The source text does not list it: what the CRM does not fill stays as Nextens has it, always.
        form.put("TelefoonnummerMobiel", mobile)
    _address("", relation.visiting or relation.mailing, options, form)


def _company(relation: Relation, options: Options, form: _Form) -> None:
    form.need("Naam", normal.text(relation.name))
    form.put("Rsin", normal.packed(relation.rsin))
    form.put("KvkNummer", normal.packed(relation.kvk))
    form.put("BtwNummer", normal.vat(relation.vat))
    form.put("Iban", normal.packed(relation.iban))
    form.put("Telefoonnummer", normal.phone(relation.phone))
    form.put("EmailAdres", normal.text(relation.email))
    _address("Bezoekadres", relation.visiting, options, form)
    if relation.mailing is not None or not _stopped(form, "visiting"):
        # Not ticked in the CRM that the mailing address differs: it is the visiting address.
        _address("Postadres", relation.mailing or relation.visiting, options, form)


def _stopped(form: _Form, name: str) -> bool:
    return any(problem.field.partition(".")[0] == name for problem in form.problems)


def _address(prefix: str, address: Address | None, options: Options, form: _Form) -> None:
    """Fill in one address, in parts; a line that cannot be split with certainty stops everything."""
    name, path = ADDRESSES.get(prefix, "visiting"), f"{prefix}." if prefix else ""
    values = _values(address, options)
    if values is None:
        line = address.line if address else None
        form.stop("address", f"{name}.street", prefix or "Adres", line=mask(line or ""))
        return
    if values.get("LandCode") == "":
        form.stop("country", f"{name}.country", prefix or "Adres", country=(address and address.country) or "")
        return
    for part in PARTS:
        form.put(f"{path}{part}", values.get(part))


def _values(address: Address | None, options: Options) -> dict[str, str | None] | None:
    """Return the parts by member: {} for no address, None where the line is not certain, "" for an unknown land."""
    if address is None or not (address.line or address.postal_code or address.city):
        return {}
    country = normal.text(address.country) or options.default_country
    parts = parted(address, country) if address.line else Parts("", "")
    if parts is None:
        return None
    return {
        "Straatnaam": parts.street or None,
        "Huisnummer": parts.number or None,
        "HuisnummerToevoeging": parts.addition or (EMPTY if parts.number else None),
        "Postcode": normal.text(address.postal_code),
        "Plaats": normal.text(address.city),
        "LandCode": land_code(country) or "",
    }


def parted(address: Address, country: str | None) -> Parts | None:
    """Return the parts of an address, split by the CRM or by us; None when that is not certain.

    Without a number of its own, `addition` is the CRM's second line: good only if it can be nothing else.
    """
    extra = normal.text(address.addition) or ""
    if address.house_number:
        own = split(f"X {address.house_number}")
        if own is None or not normal.text(address.street) or (own.addition and extra):
            return None
        return Parts(normal.text(address.street) or "", own.number, own.addition or extra)
    found = split(address.street or "", country)
    if found is None or not extra:
        return found
    return Parts(found.street, found.number, extra) if not found.addition and is_addition(f" {extra}") else None
