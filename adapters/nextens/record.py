"""Read a client as Nextens answers it, and write one back without losing what the office entered. Pure."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from adapters.base import Identity, TargetRecord
from adapters.nextens import normal
from adapters.nextens.members import EMPTY, KINDS, MEMBERS, READ_ONLY, Kind
from adapters.nextens.options import Options
from models.records import Fields, JsonScalar, Relation

Raw = Mapping[str, Any]

UNKNOWN_GENDER = "Onbekend"


def full_id(kind: Kind, own_id: object) -> str:
    """Say in an id which of the two kinds it belongs to."""
    return f"{kind}:{own_id}"


def split_id(target_id: str) -> tuple[Kind, str] | None:
    """Return kind and Nextens' own id; None for an id of another form."""
    kind, _, own = target_id.partition(":")
    return (kind, own) if kind in KINDS and own else None


def kind_of(fields: Fields) -> Kind:
    """Tell a company from a person by its members."""
    return "bedrijf" if "Naam" in fields else "persoon"


def parse(kind: Kind, raw: Raw, options: Options) -> TargetRecord:
    """Read one client; members may be absent or null."""
    return TargetRecord(
        id=full_id(kind, raw.get("Id") or ""),
        roles=frozenset(),
        active=True,
        number=None,
        modified_on=_moment(raw.get("GewijzigdOp")),
        fields={name: _at(raw, name) for name in MEMBERS[kind]},
        identity=_person(raw) if kind == "persoon" else _company(raw, options),
        raw=raw,
    )


def _person(raw: Raw) -> Identity:
    parts = [raw.get(part) for part in ("Voornaam", "Tussenvoegsels", "Achternaam")]
    return Identity(
        bsn=normal.nine(raw.get("Bsn")),
        name=normal.whole(*parts),
        exact_name=normal.name(*parts),
        birth_date=normal.day(raw.get("Geboortedatum")),
        type="person",
    )


def _company(raw: Raw, options: Options) -> Identity:
    return Identity(
        kvk=normal.kvk(raw.get("KvkNummer")),
        vat=normal.vat(raw.get("BtwNummer")),
        rsin=_rsin(raw, options),
        name=normal.whole(raw.get("Naam")),
        exact_name=normal.name(raw.get("Naam")),
        type="organisation",
    )


def _rsin(raw: Raw, options: Options) -> str | None:
    """Return the RSIN; another sub number is another company, whose name must not make it ours."""
    number, sub = normal.nine(raw.get("Rsin")), raw.get("Volgnummer") or 1
    return number if number is None or str(sub) == str(options.sub_number) else f"{number}/{sub}"


def identity(relation: Relation) -> Identity:
    """Normalise what identifies a relation, as `parse` does with a client."""
    if relation.type == "person":
        born = relation.date_of_birth
        return Identity(
            bsn=normal.nine(relation.bsn),
            name=normal.whole(relation.first_name, relation.prefix, relation.last_name),
            exact_name=normal.name(relation.first_name, relation.prefix, relation.last_name),
            birth_date=born.isoformat() if born else None,
            type="person",
        )
    return Identity(
        kvk=normal.kvk(relation.kvk),
        vat=normal.vat(relation.vat),
        rsin=normal.nine(relation.rsin),
        name=normal.whole(relation.name),
        exact_name=normal.name(relation.name),
        type="organisation",
    )


def new_body(fields: Fields, options: Options) -> dict[str, Any]:
    """Build the body of a POST: nothing that is empty."""
    return _complete(
        overlay({}, {name: value for name, value in fields.items() if value not in (None, EMPTY)}), options
    )


def merged(raw: Raw, changes: Fields, options: Options) -> dict[str, Any]:
    """Build the body of a PUT, which empties what is left out: the client as read, with changes laid over it."""
    return _complete(overlay({name: value for name, value in raw.items() if name not in READ_ONLY}, changes), options)


def overlay(base: Raw, changes: Fields) -> dict[str, Any]:
    """Lay flat changes over a nested record, leaving `base` as it was."""
    body = deepcopy(dict(base))
    for name, given in changes.items():
        outer, _, part = name.partition(".")
        value = None if given == EMPTY else given
        body[outer] = {**(body.get(outer) or {}), part: value} if part else value
    return body


def _complete(body: dict[str, Any], options: Options) -> dict[str, Any]:
    """Add what goes with other members: a sub number with an RSIN, and a word for no gender."""
    if body.get("Rsin") and not body.get("Volgnummer"):
        body["Volgnummer"] = options.sub_number
    if "Achternaam" in body and not body.get("Geslacht"):
        body["Geslacht"] = UNKNOWN_GENDER
    return body


def _at(raw: Raw, name: str) -> JsonScalar:
    outer, _, part = name.partition(".")
    inner = raw.get(outer)
    value = (inner.get(part) if isinstance(inner, Mapping) else None) if part else inner
    return value if isinstance(value, str | int | float) else None


def _moment(value: object) -> datetime | None:
    """Read a moment of Nextens' clock, without its zone: it is compared with itself only."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
