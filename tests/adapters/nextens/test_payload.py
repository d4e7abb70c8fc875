"""What a CRM holds becomes what Nextens takes, whole; what is wrong stops all of it and says why."""

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Draft
from adapters.nextens.codes import CAUSES
from adapters.nextens.members import ADDRESSES, EMPTY, MEMBERS, PARTS, canonical
from adapters.nextens.payload import draft as translate
from models.causes import Catalogue
from models.records import Address, JsonScalar, Relation
from tests.adapters.nextens.factories import company, options, person

CATALOGUE = Catalogue(CAUSES)


def draft(relation: Relation, **values: object) -> Draft:
    return translate(relation, options(**values))


def wrong(relation: Relation) -> list[tuple[str, str]]:
    return [(problem.cause, problem.field) for problem in draft(relation).problems if problem.blocking]


def test_a_person_is_translated_whole() -> None:
    made = draft(person(bsn="111222333", last_name="Meer", email="mila@meer.example"))
    assert made.problems == ()
    assert made.fields == {
        "Voornaam": "Mila", "Tussenvoegsels": "van der", "Achternaam": "Meer", "Geslacht": "Vrouw",
        "Geboortedatum": "1980-02-03T00:00:00.000Z", "Bsn": "111222333", "EmailAdres": "mila@meer.example",
        "TelefoonnummerMobiel": "06 12345678", "Straatnaam": "Kade", "Huisnummer": "12",
        "HuisnummerToevoeging": "A-2", "Postcode": "1011 AB", "Plaats": "Amsterdam", "LandCode": "NLD",
    }  # fmt: skip


def test_a_company_is_translated_whole() -> None:
    made = draft(company(rsin="123456782", name=" Spaander  B.V. ", email="post@spaander.example"))
    assert made.problems == ()
    own = {name: value for name, value in made.fields.items() if "." not in name}
    assert own == {
        "Naam": "Spaander B.V.", "Rsin": "123456782", "KvkNummer": "00000017", "BtwNummer": "NL000099998B57",
        "Iban": "NL91ABNA0417164300", "Telefoonnummer": "030 765 43 21", "EmailAdres": "post@spaander.example",
    }  # fmt: skip
    assert [made.fields[f"Bezoekadres.{part}"] for part in PARTS] == [
        "Zaagpad", "3", "bis", "3512 AB", "Utrecht", "NLD",
    ]  # fmt: skip
    assert [made.fields[f"Postadres.{part}"] for part in PARTS] == [
        "Postbus", "12", EMPTY, "3500 AA", "Utrecht", "NLD",
    ]  # fmt: skip


def test_without_another_mailing_address_the_visiting_one_is_it() -> None:
    fields = draft(company(mailing=None)).fields
    visiting, mailing = ([fields[f"{name}.{part}"] for part in PARTS] for name in ADDRESSES)
    assert mailing == visiting
    assert visiting[0] == "Zaagpad"


def test_every_field_of_a_draft_is_one_we_may_own() -> None:
    assert set(draft(person()).fields) == set(MEMBERS["persoon"])
    assert set(draft(company()).fields) == set(MEMBERS["bedrijf"])


@pytest.mark.parametrize(("gender", "word"), [("male", "Man"), ("female", "Vrouw"), (None, None)])
def test_an_unknown_gender_is_an_empty_field(gender: Literal["male", "female"] | None, word: str | None) -> None:
    assert draft(replace(person(), gender=gender)).fields["Geslacht"] == word


def test_what_the_crm_has_no_word_for_stays_as_it_is() -> None:
    """The mobile number is Nextens' own as long as the CRM holds none: not even as an empty field."""
    assert "TelefoonnummerMobiel" not in draft(person(mobile=None)).fields
    assert not {"Voorletters", "Opmerkingen"} & set(draft(person()).fields)


def test_contact_persons_are_ignored() -> None:
    assert draft(company()) == draft(company(contacts=()))


@pytest.mark.parametrize(
    ("relation", "problem"),
    [
        (person(last_name=None), ("nextens.required", "last_name")),
        (person(last_name="x" * 101), ("nextens.too_long", "last_name")),
        (person(prefix="x" * 21), ("nextens.too_long", "prefix")),
        (company(name=" "), ("nextens.required", "name")),
        (company(name="x" * 201), ("nextens.too_long", "name")),
        (company(phone="0" * 21), ("nextens.too_long", "phone")),
        (person(visiting=Address("Dorpsstraat", city="Delft")), ("nextens.address", "visiting.street")),
        (company(mailing=Address("Plein 1944", city="Delft")), ("nextens.address", "mailing.street")),
        (company(mailing=None, visiting=Address("Plein 1944")), ("nextens.address", "visiting.street")),
        (person(visiting=Address("Kade 1", country="XX")), ("nextens.country", "visiting.country")),
        (person(visiting=Address("Kade 1 2e verdieping")), ("nextens.too_long", "visiting.addition")),
    ],
)
def test_what_is_wrong_stops_all_of_it_once(relation: Relation, problem: tuple[str, str]) -> None:
    assert wrong(relation) == [problem]
    (found,) = draft(relation).problems
    for words in (
        CATALOGUE.find(found.cause).what("nl", found.params),
        CATALOGUE.find(found.cause).what("en", found.params),
    ):
        assert "…" not in words


def test_an_address_that_cannot_be_split_is_quoted_without_personal_numbers() -> None:
    (problem,) = draft(person(visiting=Address("BSN 111222333"))).problems
    assert problem.params["line"] == "BSN ***"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (Address("Kade", "12", "bis"), ("Kade", "12", "bis")),
        (Address("Kade", "12a", None), ("Kade", "12", "a")),
        (Address("Kade 12", None, "unit 4"), ("Kade", "12", "unit 4")),
        (Address("Kade 12", None, "2 hoog"), ("Kade", "12", "2 hoog")),
        (Address("12 High Street", country="GB"), ("High Street", "12", EMPTY)),
        (Address(None, postal_code="1011 AB", city="Delft"), (None, None, None)),
    ],
)
def test_a_crm_may_have_split_the_address_or_use_a_second_line(
    address: Address, parts: tuple[str | None, str | None, str | None]
) -> None:
    made = draft(person(visiting=address))
    assert made.problems == ()
    assert tuple(made.fields[name] for name in ("Straatnaam", "Huisnummer", "HuisnummerToevoeging")) == parts


@pytest.mark.parametrize(
    "address",
    [
        Address("Kade 12", None, "t.a.v. de directie"), Address("Kade 12 a", None, "unit 4"),
        Address("Kade", None, "12 3"), Address(None, "12"), Address("Kade", "twaalf"), Address("Kade", "12a", "b"),
    ],
)  # fmt: skip
def test_a_second_line_that_could_be_anything_stops_it(address: Address) -> None:
    assert wrong(person(visiting=address)) == [("nextens.address", "visiting.street")]


def test_no_address_is_no_problem_and_a_country_alone_is_none() -> None:
    for address in (None, Address(country="NL")):
        fields = draft(person(visiting=address)).fields
        assert [fields[part] for part in PARTS] == [None] * 6


def test_an_address_without_a_country_gets_the_connections() -> None:
    assert draft(person(visiting=Address("Kade 1")), default_country="BE").fields["LandCode"] == "BEL"
    assert draft(person(visiting=Address("Kade 1", country="de"))).fields["LandCode"] == "DEU"


def test_every_field_has_a_canonical_name() -> None:
    assert all(canonical(name) for members in MEMBERS.values() for name in members)
    assert (canonical("Postadres.Plaats"), canonical("Plaats"), canonical("Vreemd")) == (
        "mailing.city",
        "visiting.city",
        "",
    )


@given(
    st.builds(
        replace,
        st.sampled_from([person(), company()]),
        first_name=st.none() | st.text(max_size=60),
        last_name=st.none() | st.text(max_size=120),
        name=st.text(max_size=220),
        date_of_birth=st.none() | st.dates(date(1880, 1, 1)),
        email=st.none() | st.text(max_size=120),
        visiting=st.none()
        | st.builds(Address, st.none() | st.text(max_size=40), city=st.none() | st.text(max_size=60)),
    )
)
def test_whatever_a_crm_holds_is_whole_or_stopped(relation: Relation) -> None:
    made = draft(relation)
    assert all(problem.blocking for problem in made.problems)
    values: list[JsonScalar] = list(made.fields.values())
    assert all(
        value is None or (isinstance(value, str) and value.strip() == value != "") for value in values if value != EMPTY
    )
    if not made.problems:
        kind = "persoon" if relation.type == "person" else "bedrijf"
        assert set(made.fields) == set(MEMBERS["persoon" if kind == "persoon" else "bedrijf"])
