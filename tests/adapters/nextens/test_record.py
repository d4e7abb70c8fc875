"""A client is read however Nextens writes its gaps, and written back without what Nextens keeps itself."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.nextens import normal
from adapters.nextens.members import EMPTY, MEMBERS
from adapters.nextens.record import full_id, identity, merged, new_body, parse, split_id
from tests.adapters.nextens.factories import company, options, person

RAW: dict[str, Any] = {
    "Id": "5c0b", "GewijzigdOp": "2026-03-04T05:06:07.120Z", "Opmerkingen": "Belt graag", "Voorletters": "M.",
    "Voornaam": " Mila ", "Tussenvoegsels": "VAN  der", "Achternaam": "Meer", "Bsn": "11122233",
    "Geboortedatum": "1980-02-03T00:00:00.000Z", "Huisnummer": 12, "Iets": {"Nieuws": [1]},
}  # fmt: skip


def test_a_put_leaves_nothing_out_but_what_nextens_keeps() -> None:
    body = merged(RAW, {"Achternaam": "Zee", "HuisnummerToevoeging": EMPTY}, options())
    assert {name for name in RAW if name not in body} == {"Id", "GewijzigdOp", "Opmerkingen"}
    assert (body["Achternaam"], body["HuisnummerToevoeging"], body["Iets"]) == ("Zee", None, {"Nieuws": [1]})
    assert RAW["Achternaam"] == "Meer"


def test_a_part_of_an_address_is_laid_over_the_rest_also_where_there_was_none() -> None:
    raw = {"Naam": "Spaander", "Bezoekadres": None, "Postadres": {"Plaats": "Delft"}}
    body = merged(raw, {"Bezoekadres.Plaats": "Goes", "Postadres.Huisnummer": "1"}, options())
    assert body["Bezoekadres"] == {"Plaats": "Goes"}
    assert body["Postadres"] == {"Plaats": "Delft", "Huisnummer": "1"}
    assert raw["Postadres"] == {"Plaats": "Delft"}


def test_a_new_body_holds_nothing_empty() -> None:
    body = new_body({"Achternaam": "Meer", "Voornaam": None, "HuisnummerToevoeging": EMPTY}, options())
    assert body == {"Achternaam": "Meer", "Geslacht": "Onbekend"}


def test_a_sub_number_goes_with_an_rsin_only() -> None:
    assert "Volgnummer" not in new_body({"Naam": "Spaander"}, options(sub_number=2))
    assert new_body({"Naam": "Spaander", "Rsin": "111222333"}, options(sub_number=2))["Volgnummer"] == 2
    assert merged({"Naam": "S", "Volgnummer": 3}, {"Rsin": "111222333"}, options())["Volgnummer"] == 3


@pytest.mark.parametrize("kind", ["persoon", "bedrijf"])
def test_a_record_has_every_field_whatever_is_absent(kind: Any) -> None:
    empty = parse(kind, {"Id": "1", "Bezoekadres": "?", "Postadres": None, "GewijzigdOp": "0000"}, options())
    assert empty.fields == dict.fromkeys(MEMBERS[kind])
    assert (empty.id, empty.roles, empty.active, empty.number) == (f"{kind}:1", frozenset(), True, None)
    assert empty.modified_on is None
    assert empty.identity.exact_name is None


def test_a_record_identifies_as_the_relation_does() -> None:
    theirs = parse("persoon", RAW, options()).identity
    ours = identity(person(first_name="mila", prefix="van der", last_name="MEER", bsn="011122233"))
    assert replace(ours, name=None) == replace(theirs, name=None)
    assert (ours.name, ours.postal_code, ours.number) == ("mila van der MEER", None, None)


def test_a_company_identifies_by_rsin_and_name_with_the_rest_as_evidence() -> None:
    ours = identity(company(name="Spaander  B.V.", rsin="111222333", kvk="0123 4567", vat="0000.99998.B57"))
    assert (ours.rsin, ours.exact_name, ours.kvk, ours.vat) == (
        "111222333", "spaander b.v.", "01234567", "NL000099998B57",
    )  # fmt: skip
    assert (ours.bsn, ours.birth_date, ours.type) == (None, None, "organisation")


def test_no_number_shows_in_an_identity() -> None:
    assert "111222333" not in repr(identity(company(rsin="111222333")))
    assert "111222333" not in repr(identity(person(bsn="111222333")))


def test_an_id_tells_persons_from_companies() -> None:
    assert split_id(full_id("persoon", "5c0b")) == ("persoon", "5c0b")
    assert [split_id(wrong) for wrong in ("5c0b", "persoon:", "klant:1")] == [None] * 3


@pytest.mark.parametrize(
    ("member", "one", "other"),
    [
        ("Bsn", "11122233", "011122233"), ("BtwNummer", "000099998B57", "NL 0000.99998.B57"),
        ("Iban", "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"), ("Telefoonnummer", "0031 30-123", "+31 30 123"),
        ("Bezoekadres.Postcode", "1234ab", "1234 AB"), ("Huisnummer", 12, "12"), ("Plaats", " Den  Haag", "Den Haag"),
        ("Geboortedatum", "1980-02-03", "1980-02-03T00:00:00.000Z"), ("EmailAdres", "A@b.example", "a@B.example"),
        ("HuisnummerToevoeging", EMPTY, None), ("Geslacht", None, "Onbekend"), ("LandCode", "nld", "NLD"),
    ],
)  # fmt: skip
def test_what_means_the_same_is_the_same(member: str, one: Any, other: Any) -> None:
    assert normal.same(member, one, other)
    assert normal.same(member, other, one)


@pytest.mark.parametrize(
    ("member", "one", "other"),
    [("Achternaam", "de Boer", "De Boer"), ("Huisnummer", "12", "13"), ("Bsn", "111222333", None),
     ("Geslacht", "Man", "Onbekend"), ("Geboortedatum", "1980-02-03", "1980-02-04"), ("Plaats", "Delft", EMPTY)],
)  # fmt: skip
def test_what_differs_differs(member: str, one: Any, other: Any) -> None:
    assert not normal.same(member, one, other)
