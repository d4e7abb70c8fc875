"""A relatie is read tolerantly and written back without losing what the bookkeeper entered."""

from copy import deepcopy
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Rejected
from adapters.snelstart.limits import FIELDS, READ_ONLY
from adapters.snelstart.normal import same
from adapters.snelstart.payload import draft
from adapters.snelstart.record import identity, merged, new_body, number_from, parse
from models.records import JsonScalar, Relation
from models.words import Role
from tests.adapters.snelstart.factories import country_of, land_of, options, raw, relation, relations

values = st.none() | st.text(max_size=20)
changes = st.dictionaries(st.sampled_from(FIELDS), values).map(
    lambda drawn: {name: value and "BE" if name.endswith(".land") else value for name, value in drawn.items()}
)
unknown = st.dictionaries(st.text(min_size=1, max_size=12).map(lambda name: f"x{name}"), st.integers() | st.text())


def flat(body: dict[str, object]) -> dict[str, object]:
    """Spread a record over dotted names."""
    found: dict[str, object] = {}
    for name, value in body.items():
        inner = value if isinstance(value, dict) else None
        found |= {f"{name}.{part}": deeper for part, deeper in inner.items()} if inner else {name: value}
    return found


@given(changes, unknown)
def test_a_put_changes_what_it_was_asked_and_nothing_else(
    asked: dict[str, JsonScalar], extra: dict[str, object]
) -> None:
    before = raw(**extra)
    kept = deepcopy(before)
    body = merged(before, asked, land_of)
    assert before == kept
    old, new = flat(before), flat(body)
    for name in set(old) | set(new):
        if name not in asked and name.partition(".")[0] not in READ_ONLY:
            touched = any(change.startswith(f"{name}.") for change in asked)
            assert touched or old.get(name) == new.get(name), name
    assert not READ_ONLY & set(body)


@given(changes)
def test_what_a_put_sent_is_what_is_read_back(asked: dict[str, JsonScalar]) -> None:
    answered = parse(merged(raw(), asked, land_of), options(), country_of)
    assert all((answered.fields[name] or None) == (value or None) for name, value in asked.items())


@given(relations, st.sampled_from(list(Role)))
def test_a_created_relation_reads_back_the_same(one: Relation, role: Role) -> None:
    made = draft(one, role, options())
    if any(problem.blocking for problem in made.problems):
        return
    answered = parse(new_body(made.fields, role, 7, options(), land_of) | {"id": "1"}, options(), country_of)
    assert answered.roles == {role}
    assert answered.number == "7"
    for name, value in made.fields.items():
        assert same(name, value, answered.fields[name]), name


@given(relations)
def test_source_and_target_normalise_alike(one: Relation) -> None:
    made = draft(one, Role.CUSTOMER, options())
    ours, number = identity(one), number_from(one)
    body = new_body(made.fields, Role.CUSTOMER, number or 7, options(), land_of)
    theirs = parse(body, options(), country_of).identity
    if "kvkNummer" in made.fields:
        assert ours.kvk == theirs.kvk
    if "btwNummer" in made.fields:
        assert ours.vat == theirs.vat
    if "naam" in made.fields:
        assert ours.name == theirs.name
    if made.fields.get("vestigingsAdres.postcode"):
        assert ours.postal_code == theirs.postal_code
    assert number is None or ours.number == theirs.number


@pytest.mark.parametrize("value", ["NL000099998B57", "000099998B57", "nl 0000.99.998.b57", "NL-000099998-B57"])
def test_a_dutch_vat_number_is_one_whatever_its_spelling(value: str) -> None:
    assert identity(relation(vat=value)).vat == "000099998B57"
    assert parse(raw(btwNummer=value), options(), country_of).identity.vat == "000099998B57"
    assert same("btwNummer", value, "000099998B57")


def test_a_foreign_vat_number_keeps_its_country() -> None:
    assert identity(relation(vat="be 0123.456.749")).vat == "BE0123456749"


@pytest.mark.parametrize(
    ("name", "one", "other", "alike"),
    [
        ("kvkNummer", "1234 5678", "12345678", True),
        ("iban", "NL91 ABNA 0417 1643 00", "nl91abna0417164300", True),
        ("vestigingsAdres.postcode", "1234 ab", "1234AB", True),
        ("vestigingsAdres.land", "nl", "NL", True),
        ("telefoon", "030-123 45 67", "0301234567", True),
        ("telefoon", "0031301234567", "+31 30 1234567", True),
        ("telefoon", "0301234567", "0301234568", False),
        ("email", "Info@x.example;b@x.example", "info@x.example, b@x.example", True),
        ("websiteUrl", "https://X.example/", "x.example", True),
        ("naam", "De  Korenaar ", "De Korenaar", True),
        ("naam", "de korenaar", "De Korenaar", False),
        ("krediettermijn", 14, 14, True),
        ("krediettermijn", 14, 30, False),
        ("krediettermijn", 0, None, False),
        ("email", "", None, True),
    ],
)
def test_what_means_the_same_to_snelstart(name: str, one: JsonScalar, other: JsonScalar, alike: bool) -> None:
    assert same(name, one, other) is alike
    assert same(name, other, one) is alike


@pytest.mark.parametrize(
    ("number", "code"),
    [("10017", 10017), ("1", 1), (" 12 ", 12), ("2147483647", 2147483647), ("2147483648", None), ("0", None),
     ("007", None), ("R-12", None), ("-1", None), ("", None), (None, None), ("١٢", None), ("9" * 40, None)],
)  # fmt: skip
def test_only_a_number_that_a_relatiecode_can_hold_is_used(number: str | None, code: int | None) -> None:
    assert number_from(relation(number=number)) == code


@pytest.mark.parametrize(
    ("changed", "system"),
    [
        ({}, False),
        ({"relatiesoort": ["Eigen"]}, True),
        ({"relatiecode": -1}, True),
        ({"relatiecode": -2}, True),
        ({"relatiecode": None}, False),
    ],
)
def test_system_rows_are_told(changed: dict[str, object], system: bool) -> None:
    assert parse(raw(**changed), options(), country_of).system_row is system


def test_a_relatie_with_next_to_nothing_in_it_is_read() -> None:
    bare = parse({"id": "1", "relatiesoort": None, "vestigingsAdres": None}, options(), country_of)
    assert (bare.roles, bare.number, bare.modified_on, bare.active) == (frozenset(), None, None, True)
    assert set(bare.fields) == set(FIELDS)
    assert set(bare.fields.values()) == {None}


def test_the_vendors_time_stays_naive() -> None:
    moment = datetime.fromisoformat("2026-03-04T05:06:07.120")
    assert parse(raw(), options(), country_of).modified_on == moment


def test_both_kinds_are_sent_when_the_roles_share_a_record() -> None:
    body = new_body({"naam": "x"}, Role.SUPPLIER, 7, options(roles_share_record=True), land_of)
    assert body["relatiesoort"] == ["Klant", "Leverancier"]
    assert new_body({"naam": "x"}, Role.SUPPLIER, 7, options(), land_of)["relatiesoort"] == ["Leverancier"]


def test_the_crm_id_is_read_from_the_configured_extra_field() -> None:
    extra = [{"naam": "Regio", "waarde": "Midden"}, {"naam": "CRM-id", "waarde": " relation:17 "}]
    found = parse(raw(extraVeldenKlant=extra), options(crm_id_field="CRM-id"), country_of)
    assert found.identity.crm_id == "relation:17"
    assert parse(raw(extraVeldenKlant=extra), options(), country_of).identity.crm_id is None


def test_a_country_snelstart_does_not_know_is_named_before_anything_is_sent() -> None:
    with pytest.raises(Rejected) as caught:
        merged(raw(), {"correspondentieAdres.land": "AQ"}, land_of)
    assert (caught.value.code, caught.value.field) == ("snelstart.country_unknown", "mailing")


def test_the_bookkeepers_documents_are_sent_back_unless_a_setting_says_otherwise() -> None:
    assert merged(raw(), {}, land_of)["documents"] == raw()["documents"]
    assert "documents" not in merged(raw(), {}, land_of, ("documents",))
