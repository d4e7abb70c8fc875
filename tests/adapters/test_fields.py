"""The documented mapping cannot lie: each canonical field is changed, and exactly what the table says moves."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters import registry
from adapters.base import Draft
from adapters.fields import TargetField, value_at
from adapters.nextens import options as nextens_options
from adapters.nextens import payload as nextens
from adapters.simplicate.fields import BSN_SOURCE, FLAG, RSIN_SOURCE
from adapters.simplicate.parse import parse_relation
from adapters.snelstart import options as snelstart_options
from adapters.snelstart import payload as snelstart
from models.records import Address, Contact, Relation
from models.words import Role
from tests.adapters.nextens import factories as clients
from tests.adapters.snelstart import factories as relaties

Drawing = Callable[[Relation], Draft]

OTHER: Mapping[str, Any] = {
    "id": "relation:99",
    "type": None,
    "name": "Een andere naam",
    "roles": frozenset({Role.SUPPLIER}),
    "flags": {"other": True},
    "active": False,
    "number": "99",
    "first_name": "Anders",
    "prefix": "de",
    "last_name": "Ander",
    "initials": "X.",
    "gender": "male",
    "date_of_birth": date(1970, 1, 2),
    "phone": "099 9999999",
    "mobile": "0699999999",
    "email": "ander@anders.example",
    "website": "anders.example",
    "kvk": "87654321",
    "vat": "BE0123456749",
    "rsin": clients.eleven_proof(4711),
    "bsn": clients.eleven_proof(4712),
    "iban": "BE68539007547034",
    "bic": "KREDBEBB",
    "payment_term_days": 99,
    "contacts": (Contact("c9", "Iemand Anders", main=True),),
    "manager_email": "ander@kantoor.example",
    "url": "https://kantoor.example/99",
    "updated_at": None,
}
PARTS = {
    "street": "Anderestraat 99 b",
    "house_number": "98",
    "addition": "c",
    "postal_code": "9999 ZZ",
    "city": "Elders",
    "country": "BE",
}


def variations(relation: Relation) -> Iterable[tuple[str, Relation]]:
    """Yield the relation with one canonical field changed at a time, with that field's path."""
    for slot in dataclasses.fields(Relation):
        if slot.name in ("visiting", "mailing"):
            address = getattr(relation, slot.name)
            numbered = PARTS | ({} if address is None or address.addition else {"house_number": "98 b"})
            for part, value in numbered.items() if address else ():
                changed = dataclasses.replace(address, **{part: value})
                yield f"{slot.name}.{part}", dataclasses.replace(relation, **{slot.name: changed})
        elif slot.name != "type":
            yield slot.name, dataclasses.replace(relation, **{slot.name: OTHER[slot.name]})


def moved(draft: Drawing, relation: Relation) -> set[tuple[str, str]]:
    before = draft(relation).fields
    assert before
    found = set()
    for path, changed in variations(relation):
        after = draft(changed).fields
        found |= {(path, name) for name in {*before, *after} if before.get(name) != after.get(name)}
    return found


def claimed(rows: Iterable[TargetField]) -> set[tuple[str, str]]:
    return {(path, row.name) for row in rows for path in row.reads}


def on_snelstart(relation: Relation) -> Draft:
    chosen = snelstart_options.Options.of({"crm_id_field": "crm", "contact_needs_address": False})
    return snelstart.draft(relation, Role.CUSTOMER, chosen)


def on_nextens(relation: Relation) -> Draft:
    return nextens.draft(relation, nextens_options.Options.of({}))


DRAWN: Mapping[str, tuple[Drawing, Sequence[Callable[..., Relation]]]] = {
    "snelstart": (on_snelstart, [relaties.relation]),
    "nextens": (on_nextens, [clients.company, clients.person]),
}
SPLIT = Address("Kade", "12", "a", "1011 AB", "Amsterdam", "NL")
BARE = Address("Kade", "12", None, "1011 AB", "Amsterdam", "NL")
LINE = Address("Kade 12", None, None, "1011 AB", "Amsterdam", "NL")


def test_what_the_table_of_snelstart_says_moves_and_nothing_else() -> None:
    rows = registry.target_fields("snelstart")
    seen = moved(on_snelstart, relaties.relation()) | moved(on_snelstart, relaties.relation(mailing=SPLIT))
    assert seen == claimed(rows)
    assert {row.name for row in rows} == set(on_snelstart(relaties.relation()).fields)


@pytest.mark.parametrize("shape", ["organisation", "person"])
def test_what_the_table_of_nextens_says_moves_and_nothing_else(shape: str) -> None:
    rows = [row for row in registry.target_fields("nextens") if shape in row.shapes]
    make = clients.person if shape == "person" else clients.company
    pairs = [pair for one in (SPLIT, BARE, LINE) for pair in ((one, one), (None, one), (one, None))]
    variants = [make(visiting=visiting, mailing=mailing) for visiting, mailing in pairs]
    seen = set[tuple[str, str]]().union(*(moved(on_nextens, one) for one in variants))
    assert seen == claimed(rows)
    assert {row.name for row in rows} == set(on_nextens(make(visiting=SPLIT, mailing=SPLIT)).fields)


@pytest.mark.parametrize("system", ["snelstart", "nextens"])
def test_lengths_are_those_that_refuse(system: str) -> None:
    """One character more is a problem and is not sent; the length itself is."""
    draft, makers = DRAWN[system]
    tried = 0
    for make in makers:
        for row in registry.target_fields(system):
            path = row.reads[0]
            if row.length is None or "." in path or path not in ("name", "first_name", "prefix", "last_name", "bic"):
                continue
            if make().type not in row.shapes:
                continue
            fits, too_long = ("A" * length for length in (row.length, row.length + 1))
            assert draft(make(**{path: fits})).fields[row.name] == fits
            refused = draft(make(**{path: too_long}))
            assert row.name not in refused.fields
            assert [problem.field for problem in refused.problems] == [path]
            tried += 1
    assert tried >= 2


@pytest.mark.parametrize("system", ["snelstart", "nextens"])
def test_what_is_required_stops_everything_and_nothing_else_does(system: str) -> None:
    draft, makers = DRAWN[system]
    for make in makers:
        for row in registry.target_fields(system):
            if make().type in row.shapes and len(row.reads) == 1 and "." not in row.reads[0] and not row.option:
                empty = {"contacts": ()}.get(row.reads[0], "" if row.reads[0] == "name" else None)
                stopped = any(problem.blocking for problem in draft(make(**{row.reads[0]: empty})).problems)
                assert stopped == row.required, row.name


def address(street: str, addition: str, **more: Any) -> dict[str, Any]:
    return {
        "line_1": street,
        "line_2": addition,
        "postal_code": addition,
        "locality": addition,
        "country_code": "NL",
        **more,
    }


def organisation(**changes: Any) -> dict[str, Any]:
    return {
        "id": "organization:1",
        "name": "Bakkerij",
        "relation_type": {"label": "Klant"},
        "custom_fields": [
            {"name": "sync", "render_type": "checkbox", "value": "1"},
            {"name": "rsin_field", "value": "1"},
        ],
        "visiting_address": address("Kade 1", "a"),
        "postal_address": address("Kade 2", "b"),
        "has_different_postal_address": True,
        "linked_persons_contacts": [{"id": "1", "full_name": "Ina", "is_active": True}],
        "debtor": {"payment_term": {"days": 14}},
        "relation_manager": {"work_email": "a@b.example"},
        **changes,
    }  # fmt: skip


def person(**changes: Any) -> dict[str, Any]:
    return {
        "id": "person:1",
        "full_name": "Anna van der Meer",
        "relation_type": {"label": "Klant"},
        "custom_fields": [
            {"name": "sync", "render_type": "checkbox", "value": "1"},
            {"name": "bsn_field", "value": "1"},
        ],
        "address": [
            address("Kade 1", "a", type="visit"),
            address("Kade 2", "b", type="postal"),
        ],
        "relation_manager": {"work_email": "a@b.example"},
        **changes,
    }  # fmt: skip


NAMED = {BSN_SOURCE: "bsn_field", RSIN_SOURCE: "rsin_field", FLAG: "sync"}
RULES = {
    "flag": "sync", "roles": {"Klant": "customer", "Leverancier": "supplier"},
    "bsn_source": "bsn_field", "rsin_source": "rsin_field",
}  # fmt: skip
ANOTHER: Mapping[str, Any] = {
    "relation_type": {"label": "Leverancier"},
    "is_active": False,
    "gender": "female",
    "date_of_birth": "1970-01-02",
    "updated_at": "2026-03-02 10:00:00",
    "linked_persons_contacts": [{"id": "2", "full_name": "Bea", "is_active": True}],
    "has_different_postal_address": False,
    "days": 30,
    "country_code": "BE",
    "country": "Belgium",
}


def with_change(raw: dict[str, Any], place: str, which: str) -> dict[str, Any]:
    """Return the record with another value at one place of the table."""
    if place in NAMED:
        name = NAMED[place]
        others = [one for one in raw["custom_fields"] if one["name"] != name]
        return {**raw, "custom_fields": [*others, {"name": name, "render_type": "checkbox", "value": "0"}]}
    head, _, rest = place.partition(".")
    if not rest:
        raw = {key: value for key, value in raw.items() if (head, key) != ("country", "country_code")}
        return {**raw, head: ANOTHER.get(head, "anders")}
    inner = raw.get(head)
    if isinstance(inner, list):
        rows = [dict(one) for one in inner]
        at = 1 if which == "mailing" else 0
        rows[at] = with_change(rows[at], rest, which)
        return {**raw, head: rows}
    return {**raw, head: with_change(dict(inner or {}), rest, which)}


def canonical_values(relation: Relation) -> dict[str, Any]:
    paths = [
        slot.name for slot in dataclasses.fields(Relation) if slot.name not in ("visiting", "mailing", "id", "type")
    ]
    paths += [f"{which}.{part}" for which in ("visiting", "mailing") for part in PARTS]
    return {path: value_at(relation, path) for path in paths}


@pytest.mark.parametrize("shape", ["organisation", "person"])
def test_what_the_table_of_simplicate_says_is_read_there(shape: str) -> None:
    """Each place of the table is changed: the field it names moves, and no field that does not name it."""
    raw = organisation() if shape == "organisation" else person()
    rows = registry.source_fields("simplicate")

    def read(record: dict[str, Any]) -> dict[str, Any]:
        return canonical_values(parse_relation(record["id"], record, RULES, ZoneInfo("Europe/Amsterdam")))

    before = read(raw)
    places = {place for row in rows for place in row.places(shape)}  # type: ignore[arg-type]
    named = {row.canonical: set(row.places(shape)) for row in rows}  # type: ignore[arg-type]
    moves: dict[str, set[str]] = {}
    for place in sorted(places):
        for which in ("visiting", "mailing") if place.startswith("address.") else ("visiting",):
            start = {key: value for key, value in raw.items() if key != "full_name"} if place in _NAME_PARTS else raw
            after = read(with_change(start, place, which))
            base = read(start)
            for path in (path for path in before if base[path] != after[path]):
                moves.setdefault(path, set()).add(place)
    assert moves == {path: set(where) for path, where in named.items() if where}
    unread = {path for path in before if not named.get(path)}
    assert all(before[path] is None for path in unread), unread


_NAME_PARTS = {"first_name", "family_name_prefix", "family_name"}


def test_every_canonical_field_is_known_to_the_source_or_cannot_be_filled() -> None:
    named = {row.canonical for row in registry.source_fields("simplicate")}
    assert set(canonical_values(relaties.relation())) - named == {"visiting.house_number", "mailing.house_number"}
