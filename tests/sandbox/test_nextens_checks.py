import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.clients import Nextens

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(
    ("kind", "name", "given", "kept"),
    [
        ("persoon", "Achternaam", "  Bos ", "Bos"),
        ("persoon", "Postcode", "1234ab", "1234 AB"),
        ("persoon", "Bsn", "9999.90.019", "999990019"),
        ("persoon", "Bsn", 999990019, "999990019"),
        ("persoon", "Huisnummer", 12, "12"),
        ("persoon", "LandCode", "nld", "NLD"),
        ("persoon", "Geboortedatum", "1980-05-06", "1980-05-06T00:00:00.000Z"),
        ("persoon", "Geboortedatum", "1980-05-06T00:00:00Z", "1980-05-06T00:00:00.000Z"),
        ("persoon", "Voornaam", "   ", None),
        ("bedrijf", "Iban", "nl23 demo 9572 4608 49", "NL23DEMO9572460849"),
        ("bedrijf", "Iban", "BE68 5390 0754 7034", "BE68539007547034"),
        ("bedrijf", "BtwNummer", "nl 8244.67.000.b01", "NL824467000B01"),
        ("bedrijf", "Volgnummer", "3", 3),
        ("bedrijf", "Volgnummer", None, 1),
    ],
)
def test_values_are_normalised(nextens: Nextens, kind: str, name: str, given: Any, kept: Any) -> None:
    key = nextens.create(kind, **{name: given})
    assert nextens.stored(kind, key)[name] == kept


@pytest.mark.parametrize(
    ("kind", "name", "given", "words"),
    [
        ("persoon", "Achternaam", " ", "verplicht"),
        ("persoon", "Bsn", "123456789", "BSN 123456789"),
        ("persoon", "Bsn", "24", "elfproef"),
        ("persoon", "Bsn", "99999001²", "elfproef"),
        ("persoon", "Geslacht", "Male", "Man, Vrouw of Onbekend"),
        ("persoon", "Geboortedatum", TOMORROW, "verleden"),
        ("persoon", "Geboortedatum", "1980-02-30", "verleden"),
        ("persoon", "Geboortedatum", "06-05-1980", "verleden"),
        ("persoon", "Geboortedatum", "1980-05-06T00:00:00+02:00", "verleden"),
        ("persoon", "Huisnummer", "12A", "'12A' is geen getal"),
        ("persoon", "Huisnummer", "-1", "geen getal"),
        ("persoon", "Huisnummer", "123456", "langer zijn dan 5"),
        ("persoon", "HuisnummerToevoeging", "x" * 11, "langer zijn dan 10"),
        ("persoon", "Postcode", "0123 AB", "geen Nederlandse"),
        ("persoon", "Postcode", "1234 SS", "geen Nederlandse"),
        ("persoon", "LandCode", "NL", "'NL' is niet bekend"),
        ("persoon", "EmailAdres", "eva@", "niet geldig"),
        ("persoon", "TelefoonnummerMobiel", "zes", "niet geldig"),
        ("persoon", "Voornaam", ["Eva"], "tekst of een getal"),
        ("persoon", "Voornaam", True, "tekst of een getal"),
        ("bedrijf", "Naam", "x" * 201, "langer zijn dan 200"),
        ("bedrijf", "Rsin", "123456789", "RSIN 123456789"),
        ("bedrijf", "KvkNummer", "1234567", "8 cijfers"),
        ("bedrijf", "BtwNummer", "NL824467000B00", "niet geldig"),
        ("bedrijf", "BtwNummer", "NL123456789B01", "niet geldig"),
        ("bedrijf", "Iban", "NL24DEMO9572460849", "niet geldig"),
        ("bedrijf", "Volgnummer", 0, "tussen 1 en 99"),
        ("bedrijf", "Bezoekadres", "Kade 12", "object"),
    ],
)
def test_wrong_values_are_refused_in_dutch(nextens: Nextens, kind: str, name: str, given: Any, words: str) -> None:
    faults = nextens.refuse(kind, **{name: given})
    assert list(faults) == [name]
    assert words in faults[name]
    assert nextens.control("GET", "state")[kind] == []


def test_a_refusal_names_every_field_with_its_code(nextens: Nextens) -> None:
    body = {"Bezoekadres": {"Postcode": "x", "Huisnummer": "a"}, "Postadres": {"LandCode": "??"}}
    answer = nextens.call("POST", "/bedrijf", body)
    assert answer.status_code == 400
    assert answer.json()["Message"] == "De gegevens zijn niet geldig."
    assert {(fault["Veld"], fault["Code"]) for fault in answer.json()["Errors"]} == {
        ("Bezoekadres.Huisnummer", "ONGELDIG"),
        ("Bezoekadres.Postcode", "ONGELDIG"),
        ("Postadres.LandCode", "ONGELDIG"),
        ("Naam", "VERPLICHT"),
    }


def test_a_foreign_postcode_is_not_judged(nextens: Nextens) -> None:
    key = nextens.create("persoon", Postcode="B-1000", LandCode="BEL")
    assert nextens.stored("persoon", key)["Postcode"] == "B-1000"


def test_a_put_is_checked_like_a_create(nextens: Nextens) -> None:
    key = nextens.create("persoon", Voornaam="Eva")
    before = nextens.stored("persoon", key)
    for wrong in ({}, {"Achternaam": "Bos", "Bsn": "123456789"}):
        assert nextens.call("PUT", f"/persoon/{key}", wrong).status_code == 400
    assert nextens.stored("persoon", key) == before


def test_messages_repeat_the_refused_value_unless_told_not_to(nextens: Nextens) -> None:
    nextens.create("persoon", Bsn="999990019")
    twice = {"Achternaam": "Ander", "Bsn": "999990019"}
    assert "999990019" in nextens.call("POST", "/persoon", twice).text
    nextens.control("PUT", "options", {"quote_values": False})
    assert nextens.refuse("persoon", Bsn="123456789") == {"Bsn": "Het BSN voldoet niet aan de elfproef."}
    answer = nextens.call("POST", "/persoon", twice).json()
    assert answer["Message"] == "Er is al een persoon met BSN."


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(nextens: Nextens, body: bytes) -> None:
    for method, path in (("POST", "/persoon"), ("PUT", "/person/byBsn"), ("PUT", "/bedrijf/byNaam")):
        answer = nextens.call(method, path, data=body)
        assert (answer.status_code, answer.json()["Errors"]) == (400, [])
        json.loads(answer.text)
