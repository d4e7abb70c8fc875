"""Every oddity that clients have met in Simplicate's answers still gives a sound relation."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simplicate.countries import country_code
from adapters.simplicate.parse import parse_relation
from adapters.simplicate.values import moment
from models.records import Address, Relation
from models.words import Role
from tests.adapters.simplicate.factories import custom, organisation, person

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RULES: dict[str, Any] = {
    "flag": "sync_snelstart",
    "roles": {
        "Klant": "customer",
        "Leverancier": "supplier",
        "Beide": "both",
        "Ook": ["customer", "supplier"],
    },
}
BOTH = frozenset(Role)
TICKED: tuple[Any, ...] = ("1", 1, True, "true", "True", 1.0, ["1"], {"value": "1"}, "ja")
NOT_TICKED: tuple[Any, ...] = (None, "0", 0, False, "false", "", [], {}, "nee", "2")


def parse(raw: Mapping[str, Any], **rules: Any) -> Relation:
    return parse_relation(str(raw["id"]), raw, {**RULES, **rules}, AMSTERDAM)


def test_an_organisation_is_read_whole() -> None:
    relation = parse(
        organisation(
            vat_number="NL002455799B11",
            email="info@korenaar.example",
            phone="015 123",
            url="korenaar.example",
            bank_account="NL91ABNA0417164300",
            bank_bic="ABNANL2A",
            relation_number=10001,
            debtor={"payment_term": {"id": "paymentterm:1", "days": "30"}},
            relation_manager={"id": "employee:1", "name": "Bo", "work_email": "bo@kantoor.example"},
            simplicate_url="https://kantoor.simplicate.example/crm/1",
        )
    )
    assert relation.type == "organisation"
    assert relation.name == "Bakkerij De Korenaar B.V."
    assert (relation.kvk, relation.number, relation.payment_term_days) == ("01234567", "10001", 30)
    assert (relation.vat, relation.iban, relation.bic) == ("NL002455799B11", "NL91ABNA0417164300", "ABNANL2A")
    assert relation.visiting == Address("Dorpsstraat 108", None, None, "2611ET", "Delft", "NL")
    assert (relation.mailing, relation.roles) == (None, frozenset({Role.CUSTOMER}))
    assert relation.manager_email == "bo@kantoor.example"
    assert relation.updated_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_person_is_read_whole() -> None:
    relation = parse(
        person(gender="Female", date_of_birth="1980-02-29 00:00:00", initials="A.", website_url="a.example")
    )
    assert (relation.type, relation.name) == ("person", "Anna van der Meer")
    assert (relation.first_name, relation.prefix, relation.last_name) == ("Anna", "van der", "Meer")
    assert (relation.gender, relation.date_of_birth) == ("female", date(1980, 2, 29))
    assert relation.visiting is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, True) for value in TICKED),
        *((value, False) for value in NOT_TICKED),
    ],
)
def test_a_checkbox_of_any_type(value: Any, expected: bool) -> None:
    relation = parse(organisation(custom_fields=[custom("sync_snelstart", value), custom("other", "1")]))
    assert relation.flags == {"sync_snelstart": expected, "other": True}


def test_a_checkbox_that_is_not_there_is_not_ticked() -> None:
    assert parse(organisation()).flags == {"sync_snelstart": False}
    assert parse(organisation(custom_fields=None)).flags == {"sync_snelstart": False}


def test_fields_that_are_no_checkbox_are_no_flags_unless_named() -> None:
    fields = [custom("size", "1", "integer"), custom("sync_snelstart", "1", "select")]
    assert parse(organisation(custom_fields=fields)).flags == {"sync_snelstart": True}
    keyed = {"0": custom("sync_snelstart", "1"), "1": custom("b")}
    assert parse(organisation(custom_fields=keyed)).flags == {"sync_snelstart": True, "b": False}


@pytest.mark.parametrize(
    ("relation_type", "roles"),
    [
        ({"label": "Klant"}, {Role.CUSTOMER}),
        ({"label": " klant "}, {Role.CUSTOMER}),
        ("Leverancier", {Role.SUPPLIER}),
        ([{"label": "Beide"}], BOTH),
        ({"label": "Ook"}, BOTH),
        ({"label": "Relationtype_own_company"}, set()),
        ({}, set()),
        (None, set()),
    ],
)
def test_roles_follow_the_relation_type(relation_type: Any, roles: set[Role]) -> None:
    assert parse(organisation(relation_type=relation_type)).roles == roles


def test_a_relation_type_may_be_named_by_its_id() -> None:
    assert parse(organisation(), roles={"relationtype:1a": "supplier"}).roles == {Role.SUPPLIER}


@pytest.mark.parametrize(("value", "active"), [(None, True), ("1", True), (True, True), ("0", False), (False, False)])
def test_only_a_record_said_to_be_inactive_is(value: Any, active: bool) -> None:
    assert parse(organisation(is_active=value)).active is active


@pytest.mark.parametrize(("different", "sent"), [("1", True), (True, True), ("0", False), (None, False)])
def test_the_postal_address_counts_only_where_it_differs(different: Any, sent: bool) -> None:
    postal = {"line_1": "Postbus 12", "postal_code": "2600 AA", "locality": "Delft", "country_code": "NL"}
    relation = parse(organisation(has_different_postal_address=different, postal_address=postal))
    assert (relation.mailing is not None) is sent


@pytest.mark.parametrize(
    "address",
    [
        {"line_1": "Laan 1", "locality": "Delft"},
        [{"line_1": "Laan 1", "locality": "Delft"}],
        {"0": {"line_1": "Laan 1", "locality": "Delft"}},
    ],
)
def test_a_persons_address_is_an_object_or_a_list(address: Any) -> None:
    assert parse(person(address=address)).visiting == Address("Laan 1", city="Delft")


def test_a_persons_postal_address_in_the_list() -> None:
    relation = parse(
        person(address=[{"type": "postal", "line_1": "Postbus 1"}, {"type": "default", "line_1": "Laan 1"}])
    )
    assert relation.visiting == Address("Laan 1")
    assert relation.mailing == Address("Postbus 1")


@pytest.mark.parametrize("address", [None, [], {}, "", {"country": "Nederland", "country_code": "NL"}, "Laan 1"])
def test_an_empty_address_is_none(address: Any) -> None:
    assert parse(organisation(visiting_address=address)).visiting is None


def test_a_second_line_is_kept() -> None:
    address = parse(organisation(visiting_address={"line_1": "Laan 1", "line_2": "unit B"})).visiting
    assert address is not None
    assert address.line == "Laan 1 unit B"


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("nl", None, "NL"),
        ("UK", None, "GB"),
        (None, "Country_The Netherlands", "NL"),
        (None, "The Netherlands", "NL"),
        (None, "België", "BE"),
        (None, "DEU", "DE"),
        (None, "country_germany", "DE"),
        (None, "Neverland", "Neverland"),
        (None, None, None),
    ],
)
def test_countries(code: str | None, name: str | None, expected: str | None) -> None:
    assert country_code(code, name) == expected


def test_personal_numbers_come_from_where_the_link_says() -> None:
    by_field = person(custom_fields=[custom("bsn", 111222333, "text")], social_security_number="123456782")
    assert parse(by_field).bsn is None
    assert parse(by_field, bsn_source="bsn").bsn == "111222333"
    assert parse(by_field, bsn_source="social_security_number").bsn == "123456782"
    assert "111222333" not in repr(parse(by_field, bsn_source="bsn"))
    assert parse(organisation(custom_fields=[custom("rsin", "111222333")]), rsin_source="rsin").rsin == "111222333"


def contacts() -> list[dict[str, Any]]:
    return [
        {"id": "contactperson:3", "person": {"full_name": "Cas"}, "created_at": "2020-01-01 00:00:00"},
        {
            "id": "contactperson:2",
            "name": "Bo",
            "work_email": "bo@x.example",
            "created_at": "2022-01-01 00:00:00",
        },
        {
            "id": "contactperson:1",
            "name": "An",
            "work_email": "an@x.example",
            "created_at": "2021-01-01 00:00:00",
            "work_function": "Inkoop",
        },
        {"id": "contactperson:4", "name": "Weg", "work_email": "w@x.example", "is_active": "0"},
        {"id": "contactperson:5"},
    ]


@pytest.mark.parametrize(("rule", "main"), [(None, "An"), ("inkoop", "An"), ("directeur", "An")])
def test_the_main_contact_follows_a_rule(rule: str | None, main: str) -> None:
    for order in (contacts(), contacts()[::-1]):
        found = parse(organisation(linked_persons_contacts=order), main_contact=rule).contacts
        assert [contact.name for contact in found if contact.main] == [main]
        assert [contact.name for contact in found] == ["An", "Bo", "Cas"]


def test_the_main_contact_of_a_function_comes_first() -> None:
    given = contacts()
    given[0]["work_function"] = "Administratie"
    found = parse(organisation(linked_persons_contacts=given), main_contact="administratie").contacts
    assert (found[0].name, found[0].main) == ("Cas", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-01-01 12:00:00", datetime(2026, 1, 1, 11, tzinfo=UTC)),
        # Shown twice when the clock goes back: the earlier reading.
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Never shown, as the clock skips it: the earlier reading.
        ("2026-03-29 02:30:00", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-07-01T12:00:00+00:00", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("", None),
        (None, None),
        ("soon", None),
    ],
)
def test_times_without_zone(text: str | None, expected: datetime | None) -> None:
    assert moment(text, AMSTERDAM) == expected


FIELDS = (
    "name relation_type custom_fields visiting_address postal_address address is_active debtor gender email "
    "has_different_postal_address linked_persons_contacts date_of_birth updated_at modified full_name "
    "relation_manager coc_code relation_number family_name"
)
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("1", "0", "2026-01-01")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("id", "label", "name", "value", "0", "line_1", "days")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.data())
def test_no_value_of_any_type_makes_parsing_fail(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from((organisation, person)))
    values = data.draw(st.dictionaries(st.sampled_from(FIELDS.split()), odd, max_size=6))
    relation = parse(make(**values))
    assert isinstance(relation.name, str)
    assert isinstance(relation.active, bool)
