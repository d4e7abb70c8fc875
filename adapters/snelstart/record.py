"""Read a relatie as SnelStart answers it, and write one back without losing what the bookkeeper entered."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from adapters.base import Identity, TargetRecord
from adapters.errors import Rejected
from adapters.snelstart import normal
from adapters.snelstart.limits import ADDRESSES, CRM_ID, FIELDS, READ_ONLY, RELATIECODE_MAX
from adapters.snelstart.options import Options
from models.records import Fields, JsonScalar, Relation
from models.words import Role

CountryOf = Callable[[str], str]
"""Land id -> ISO 3166-1 alpha-2."""
LandOf = Callable[[str], str]
"""ISO 3166-1 alpha-2 -> land id. Raises KeyError."""

KINDS: Mapping[Role, str] = {Role.CUSTOMER: "Klant", Role.SUPPLIER: "Leverancier"}


def parse(raw: Mapping[str, Any], options: Options, country_of: CountryOf) -> TargetRecord:
    """Read one relatie; fields may be absent or null."""
    kinds = set(raw.get("relatiesoort") or ())
    code = whole(raw.get("relatiecode"))
    fields = _fields(raw, country_of)
    crm_id = _crm_id(raw, options)
    if options.crm_id_field:
        fields[CRM_ID] = crm_id
    return TargetRecord(
        id=str(raw.get("id") or ""),
        roles=frozenset(role for role, kind in KINDS.items() if kind in kinds),
        active=not raw.get("nonactief"),
        number=str(code) if code is not None else None,
        modified_on=moment(raw.get("modifiedOn")),
        fields=fields,
        identity=Identity(
            kvk=normal.kvk_key(raw.get("kvkNummer")),
            vat=normal.vat_key(raw.get("btwNummer")),
            number=str(code) if code is not None and code > 0 else None,
            crm_id=crm_id,
            name=normal.name_key(raw.get("naam")),
            postal_code=normal.postal_key(fields["vestigingsAdres.postcode"]),
        ),
        raw=raw,
        # Unknown supplier and customer are -1 and -2; every code below 1 is the system's own.
        system_row="Eigen" in kinds or (code is not None and code < 1),
    )


def identity(relation: Relation) -> Identity:
    """Normalise what identifies a relation; SnelStart has no field for RSIN or BSN, so neither takes part."""
    number = number_from(relation)
    return Identity(
        kvk=normal.kvk_key(relation.kvk),
        vat=normal.vat_key(relation.vat),
        number=str(number) if number is not None else None,
        crm_id=relation.id,
        name=normal.name_key(relation.name),
        postal_code=normal.postal_key(relation.visiting.postal_code) if relation.visiting else None,
    )


def number_from(relation: Relation) -> int | None:
    """Return the CRM's number if a relatiecode can hold it unchanged: digits, no leading zero, an int32."""
    digits = (relation.number or "").strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 10 or digits.startswith("0"):
        return None
    return int(digits) if int(digits) <= RELATIECODE_MAX else None


def new_body(fields: Fields, role: Role, number: int, options: Options, land_of: LandOf) -> dict[str, Any]:
    """Build the body of a POST: no id (REL-0063), and nothing that is empty."""
    kinds = list(KINDS.values()) if options.roles_share_record else [KINDS[role]]
    filled = {name: value for name, value in fields.items() if value is not None}
    return overlay({"relatiesoort": kinds, "relatiecode": number}, filled, land_of)


def merged(raw: Mapping[str, Any], changes: Fields, land_of: LandOf, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Build the body of a PUT, which replaces everything: the record as read, with changes laid over it."""
    kept = {name: value for name, value in raw.items() if name not in READ_ONLY and name not in leave_out}
    return overlay(kept, changes, land_of)


def overlay(base: Mapping[str, Any], changes: Fields, land_of: LandOf) -> dict[str, Any]:
    """Lay flat changes over a nested record, leaving `base` as it was."""
    body = deepcopy(dict(base))
    for name, value in changes.items():
        outer, _, part = name.partition(".")
        if not part:
            body[outer] = value
            continue
        inner = body[outer] = dict(body.get(outer) or {})
        inner[part] = _land(outer, value, land_of) if part == "land" else value
    body.pop(CRM_ID, None)
    return body


def _land(address: str, code: JsonScalar, land_of: LandOf) -> dict[str, str] | None:
    try:
        return {"id": land_of(str(code))} if code else None
    except KeyError:
        params = {"country": str(code)}
        raise Rejected("snelstart.country_unknown", ADDRESSES[address], params=params) from None


def _fields(raw: Mapping[str, Any], country_of: CountryOf) -> dict[str, JsonScalar]:
    found: dict[str, JsonScalar] = {}
    for name in FIELDS:
        outer, _, part = name.partition(".")
        value = (raw.get(outer) or {}).get(part) if outer in ADDRESSES else raw.get(outer)
        found[name] = _country(value, country_of) if part == "land" else value
    return found


def _country(land: object, country_of: CountryOf) -> str | None:
    return country_of(str(land["id"])) if isinstance(land, Mapping) and land.get("id") else None


def _crm_id(raw: Mapping[str, Any], options: Options) -> str | None:
    if options.crm_id_field is None:
        return None
    extra = {item.get("naam"): item.get("waarde") for item in raw.get("extraVeldenKlant") or ()}
    return normal.text(extra.get(options.crm_id_field))


def whole(value: object) -> int | None:
    """Read a whole number, tolerating a digit string."""
    try:
        return int(str(value))
    except ValueError:
        return None


def moment(value: object) -> datetime | None:
    """Read a zone-less time; a zone that comes along after all is dropped, since the clock is SnelStart's."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
