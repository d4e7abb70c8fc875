"""A relation of the CRM becomes a relatie SnelStart can take, and says aloud what it had to leave out."""

from collections.abc import Mapping

import pytest
from hypothesis import given

from adapters.snelstart.codes import CAUSES
from adapters.snelstart.limits import ADDRESS_PARTS, FIELDS, LENGTHS, REQUIRED_PARTS, TERM_RANGE
from adapters.snelstart.payload import draft, main_contact, without
from models.causes import Catalogue, Language
from models.records import Address, Contact, Problem, Relation
from models.words import Role
from tests.adapters.snelstart.factories import options, relation, relations

CATALOGUE = Catalogue(CAUSES)


def drafted(**values: object) -> tuple[Mapping[str, object], list[Problem]]:
    """Draft a relation with some attributes changed."""
    made = draft(relation(**values), Role.CUSTOMER, options())
    return made.fields, list(made.problems)


def test_a_complete_relation_is_sent_whole() -> None:
    fields, problems = drafted()
    assert problems == []
    assert fields == {
        "naam": "Bakkerij De Korenaar B.V.",
        "vestigingsAdres.contactpersoon": "Bram Gist",
        "vestigingsAdres.straat": "Molenstraat 12 a",
        "vestigingsAdres.postcode": "1234 AB",
        "vestigingsAdres.plaats": "Utrecht",
        "vestigingsAdres.land": "NL",
        "correspondentieAdres.contactpersoon": "Bram Gist",
        "correspondentieAdres.straat": "Postbus 9",
        "correspondentieAdres.postcode": "3500AA",
        "correspondentieAdres.plaats": "Utrecht",
        "correspondentieAdres.land": "NL",
        "telefoon": "030 123 45 67",
        "mobieleTelefoon": "+31 6 12345678",
        "email": "info@korenaar.example",
        "btwNummer": "NL000099998B57",
        "kvkNummer": "12345678",
        "iban": "NL91ABNA0417164300",
        "bic": "ABNANL2A",
        "websiteUrl": "https://www.korenaar.example",
        "krediettermijn": 14,
    }


def test_a_name_too_long_stops_the_write_and_is_never_cut() -> None:
    fields, problems = drafted(name="x" * 51)
    assert "naam" not in fields
    assert [(one.cause, one.field, one.blocking) for one in problems] == [("snelstart.name_too_long", "name", True)]


def test_a_name_of_fifty_passes() -> None:
    assert drafted(name="x" * 50)[0]["naam"] == "x" * 50


def test_a_name_of_spaces_stops_the_write() -> None:
    assert [one.cause for one in drafted(name="  ")[1] if one.blocking] == ["snelstart.name_missing"]


@pytest.mark.parametrize(
    ("values", "field", "left_out", "cause"),
    [
        ({"phone": "0" * 26}, "phone", "telefoon", "too_long"),
        ({"mobile": "0" * 26}, "mobile", "mobieleTelefoon", "too_long"),
        ({"email": "geen adres"}, "email", "email", "not_valid"),
        ({"email": "a@" + "b" * 250 + ".nl"}, "email", "email", "too_long"),
        ({"website": "http://"}, "website", "websiteUrl", "not_valid"),
        ({"website": "w" * 99 + ".nl"}, "website", "websiteUrl", "too_long"),
        ({"vat": "B"}, "vat", "btwNummer", "not_valid"),
        ({"kvk": "1234567890123"}, "kvk", "kvkNummer", "too_long"),
        ({"iban": "N" * 51}, "iban", "iban", "too_long"),
        ({"bic": "N" * 16}, "bic", "bic", "too_long"),
        ({"payment_term_days": 1001}, "payment_term_days", "krediettermijn", "not_valid"),
        ({"payment_term_days": -366}, "payment_term_days", "krediettermijn", "not_valid"),
    ],
)
def test_one_bad_field_is_left_out_and_named(values: dict[str, object], field: str, left_out: str, cause: str) -> None:
    whole, _ = drafted()
    fields, problems = drafted(**values)
    assert [(one.cause, one.field, one.blocking) for one in problems] == [(f"snelstart.{cause}", field, False)]
    assert set(whole) - set(fields) == {left_out}


@pytest.mark.parametrize("part", ["street", "postal_code", "city"])
def test_an_incomplete_address_is_left_out_whole(part: str) -> None:
    parts = {"street": "Dam 1", "postal_code": "1012JS", "city": "Amsterdam"} | {part: None}
    fields, problems = drafted(visiting=Address(**parts))
    assert not [name for name in fields if name.startswith("vestigingsAdres")]
    assert [(one.cause, one.field, one.blocking) for one in problems] == [
        ("snelstart.address_incomplete", "visiting", False)
    ]


def test_a_street_too_long_takes_its_address_with_it() -> None:
    fields, problems = drafted(visiting=Address("s" * 51, None, None, "1012JS", "Amsterdam", "NL"))
    assert not [name for name in fields if name.startswith("vestigingsAdres")]
    assert [(one.cause, one.field) for one in problems] == [("snelstart.too_long", "visiting.street")]


def test_an_address_without_country_gets_the_default_one() -> None:
    fields, problems = drafted(visiting=Address("Dam", "1", None, "1012JS", "Amsterdam"))
    assert (fields["vestigingsAdres.land"], problems) == ("NL", [])


def test_a_country_alone_is_no_address() -> None:
    fields, problems = drafted(visiting=Address(country="NL"), contacts=())
    assert fields["vestigingsAdres.straat"] is None
    assert fields["vestigingsAdres.land"] is None
    assert problems == []


def test_a_contact_without_an_address_is_not_dropped_silently() -> None:
    fields, problems = drafted(visiting=None)
    assert "vestigingsAdres.contactpersoon" not in fields
    assert [(one.cause, one.field) for one in problems] == [("snelstart.contact_left_out", "contacts")]


def test_a_contact_without_an_address_may_be_sent_by_setting() -> None:
    made = draft(relation(visiting=None), Role.CUSTOMER, options(contact_needs_address=False))
    assert made.fields["vestigingsAdres.contactpersoon"] == "Bram Gist"
    assert made.problems == ()


@pytest.mark.parametrize(
    ("contacts", "chosen"),
    [
        ((), None),
        ((Contact("9", "Ans"),), "Ans"),
        ((Contact("10", "Bea"), Contact("9", "Ans")), "Ans"),
        ((Contact("9", "Ans"), Contact("10", "Bea", main=True)), "Bea"),
        ((Contact("11", "Cor", main=True), Contact("10", "Bea", main=True)), "Bea"),
        ((Contact("9", " ", main=True), Contact("10", "Bea")), "Bea"),
    ],
)
def test_the_main_contact_is_chosen_else_the_first_by_id(contacts: tuple[Contact, ...], chosen: str | None) -> None:
    found = main_contact(contacts)
    assert (found.name if found else None) == chosen


@pytest.mark.parametrize(
    ("role", "share", "carried"),
    [(Role.CUSTOMER, False, True), (Role.SUPPLIER, False, False), (Role.SUPPLIER, True, True)],
)
def test_the_crm_id_goes_where_it_can_be_read_back(role: Role, share: bool, carried: bool) -> None:
    made = draft(relation(), role, options(crm_id_field="CRM-id", roles_share_record=share))
    assert ("extraVeldenKlant" in made.fields) is carried


@given(relations)
def test_what_is_drafted_fits(one: Relation) -> None:
    made = draft(one, Role.CUSTOMER, options())
    assert set(made.fields) <= set(FIELDS)
    for name, value in made.fields.items():
        assert value is None or not isinstance(value, str) or 0 < len(value) <= LENGTHS.get(name, 2)
    term = made.fields.get("krediettermijn")
    assert term is None or TERM_RANGE[0] <= int(term) <= TERM_RANGE[1]


@given(relations)
def test_an_address_is_whole_or_empty_or_absent(one: Relation) -> None:
    fields = draft(one, Role.CUSTOMER, options()).fields
    for address in ("vestigingsAdres", "correspondentieAdres"):
        assert len({bool(fields.get(f"{address}.{part}")) for part in REQUIRED_PARTS}) == 1


@given(relations)
def test_every_problem_has_sentences_with_nothing_left_blank(one: Relation) -> None:
    languages: tuple[Language, ...] = ("nl", "en")
    for problem in draft(one, Role.CUSTOMER, options()).problems:
        cause = CATALOGUE.find(problem.cause)
        for language in languages:
            assert "…" not in cause.what(language, problem.params) + cause.do(language, problem.params)


@given(relations)
def test_a_field_missing_from_the_draft_is_named_by_a_problem(one: Relation) -> None:
    made = draft(one, Role.CUSTOMER, options())
    if set(FIELDS) - set(made.fields):
        assert made.problems


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("vat", {"btwNummer"}),
        ("visiting.postal_code", {f"vestigingsAdres.{part}" for part in ADDRESS_PARTS}),
        ("mailing", {f"correspondentieAdres.{part}" for part in ADDRESS_PARTS}),
        ("contacts", {"vestigingsAdres.contactpersoon", "correspondentieAdres.contactpersoon"}),
    ],
)
def test_a_refused_field_can_be_left_out_of_a_draft(field: str, gone: set[str]) -> None:
    made = draft(relation(), Role.CUSTOMER, options())
    smaller = without(made, field)
    assert smaller is not None
    assert set(made.fields) - set(smaller.fields) == gone


@pytest.mark.parametrize("field", ["name", "number", "roles", "", "something"])
def test_what_a_relatie_cannot_do_without_stays(field: str) -> None:
    assert without(draft(relation(), Role.CUSTOMER, options()), field) is None


def test_leaving_out_the_same_field_twice_ends() -> None:
    once = without(draft(relation(), Role.CUSTOMER, options()), "vat")
    assert once is not None
    assert without(once, "vat") is None
