"""Every refusal of Nextens becomes one decision, in its own words without personal numbers."""

import json
from typing import Any

import pytest
import requests

from adapters.errors import AdapterError, AlreadyExists, Forbidden, Missing, Rejected
from adapters.nextens.codes import BY_CODE, CAUSES
from adapters.nextens.errors import classify
from models.causes import Catalogue, Language

BASE = "http://office.example/v2"
BSN = "111222333"


def answer(
    status: int, body: object, method: str = "POST", path: str = "/klant/persoon", sent: object = None
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    response.request = requests.Request(method, BASE + path, json=sent).prepare()
    return response


def faults(*rows: tuple[str, str, str]) -> dict[str, Any]:
    errors = [{"Veld": member, "Code": code, "Melding": words} for member, code, words in rows]
    return {"Message": "De gegevens zijn niet geldig.", "Errors": errors}


def conflict(code: str) -> dict[str, Any]:
    return {"Code": code, "Message": "Melding", "Errors": []}


ID = "/klant/persoon/5c0b"
SHAPES = [
    ("a wrong number", 400, faults(("Bsn", "ONGELDIG", "Onjuist")), "POST", "", Rejected, "nextens.ONGELDIG", "bsn"),
    ("another case", 400, faults(("bsn", "ONGELDIG", "x")), "POST", "", Rejected, "nextens.ONGELDIG", "bsn"),
    ("a part of an address", 400, faults(("Postadres.Huisnummer", "ONGELDIG", "x")), "PUT", ID, Rejected,
     "nextens.ONGELDIG", "mailing.house_number"),
    ("a missing name", 400, faults(("Achternaam", "VERPLICHT", "x")), "POST", "", Rejected, "nextens.VERPLICHT",
     "last_name"),
    ("an unknown code", 400, faults(("Bsn", "NIEUW", "x")), "POST", "", Rejected, "nextens.refused", "bsn"),
    ("an unknown member", 400, faults(("Vreemd", "ONGELDIG", "x")), "POST", "", Rejected, "nextens.ONGELDIG", ""),
    ("a message alone", 400, {"Message": "Nee"}, "POST", "", Rejected, "nextens.refused", ""),
    ("plain words", 400, "<html>", "POST", "", Rejected, "nextens.refused", ""),
    ("nothing", 422, "", "POST", "", Rejected, "nextens.refused", ""),
    ("a list", 400, [], "POST", "", Rejected, "nextens.refused", ""),
    ("exists", 409, conflict("BESTAAT_AL"), "POST", "", AlreadyExists, "nextens.BESTAAT_AL", ""),
    ("exists, unsaid", 409, "", "POST", "", AlreadyExists, "nextens.BESTAAT_AL", ""),
    ("exists, on update", 409, conflict("BESTAAT_AL"), "PUT", ID, AlreadyExists, "nextens.BESTAAT_AL", ""),
    ("nobody to create", 409, conflict("NIET_GEVONDEN"), "POST", "", Rejected, "nextens.refused", ""),
    ("a wrong address", 404, "", "POST", "", Rejected, "nextens.not_found", ""),
    ("a wrong look-up", 404, "", "PUT", "/klant/person/byBsn", Rejected, "nextens.not_found", ""),
    ("no list", 404, "", "GET", "/klant/persoon?pagina=1", Rejected, "nextens.not_found", ""),
]  # fmt: skip


@pytest.mark.parametrize("row", SHAPES, ids=[str(row[0]) for row in SHAPES])
def test_each_shape_is_one_decision(row: Any) -> None:
    _, status, body, method, path, kind, code, field = row
    error = classify(answer(status, body, method, path or "/klant/persoon"))
    assert type(error) is kind
    assert isinstance(error, Rejected)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize(("method", "path"), [("GET", ID), ("PUT", ID)])
@pytest.mark.parametrize("body", ["", conflict("NIET_GEVONDEN")])
def test_a_client_that_is_not_there_is_missing(status: int, method: str, path: str, body: object) -> None:
    assert isinstance(classify(answer(status, body, method, path)), Missing)


@pytest.mark.parametrize("path", ["person/byBsn", "bedrijf/byRsin", "persoon/byNaam"])
@pytest.mark.parametrize("body", ["", conflict("NIET_GEVONDEN")])
def test_a_look_up_that_finds_nobody_is_missing(path: str, body: object) -> None:
    assert isinstance(classify(answer(409, body, "PUT", f"/klant/{path}")), Missing)


def test_no_licence_is_a_missing_right() -> None:
    error = classify(answer(403, {"Message": "Dit kantoor heeft geen licentie."}))
    assert isinstance(error, Forbidden)
    assert error.words == "Dit kantoor heeft geen licentie."


@pytest.mark.parametrize("status", [200, 201, 204, 500, 503])
def test_other_answers_are_not_decided_here(status: int) -> None:
    assert classify(answer(status, "")) is None


def rejected(body: object, sent: object) -> Rejected:
    error = classify(answer(400, body, sent=sent))
    assert isinstance(error, Rejected)
    return error


def test_words_are_kept_word_for_word_but_for_numbers() -> None:
    words = f"Het BSN {BSN} voldoet niet aan de elfproef; ook 123456789 niet. Bel 12 34."
    error = rejected(faults(("Bsn", "ONGELDIG", words)), {"Bsn": "123456789"})
    assert error.words == "Het BSN *** voldoet niet aan de elfproef; ook *** niet. Bel 12 34."
    assert error.params["words"] == error.words


@pytest.mark.parametrize(
    ("sent", "quoted"),
    [
        ({"Bsn": "123456789"}, "123456789"),
        ({"BtwNummer": "NL123456789B01"}, "NL123456789B01"),
        ({"BtwNummer": "NL123456789B01"}, "123456789B01"),
        ({"Iban": "NL91ABNA0417164300"}, "nl91abna0417164300"),
        ({"Rsin": "1234.56.789"}, "123456789"),
    ],
)
def test_what_was_sent_is_masked_even_if_it_is_wrong(sent: object, quoted: str) -> None:
    error = rejected(faults(("X", "ONGELDIG", f"Waarde {quoted} mag niet.")), sent)
    assert error.words == "Waarde *** mag niet."


def test_no_number_stands_in_an_exceptions_text() -> None:
    error = rejected(faults((BSN, BSN, f"BSN {BSN}"), ("Rsin", "ONGELDIG", "Onjuist")), {"Bsn": BSN})
    assert BSN not in f"{error} {error!r} {error.args} {error.field}"


def test_all_complaints_are_kept_and_the_first_decides() -> None:
    error = rejected(faults(("Bsn", "ONGELDIG", "Een."), ("Achternaam", "VERPLICHT", "Twee.")), {})
    assert (error.field, error.words) == ("bsn", "Een.; Twee.")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_decision_has_sentences_without_gaps(language: Language) -> None:
    catalogue = Catalogue(CAUSES)
    for row in SHAPES:
        error: AdapterError | None = classify(answer(row[1], row[2], row[3], row[4] or "/klant/persoon"))
        assert isinstance(error, Rejected)
        assert error.code in {cause.code for cause in CAUSES}
        assert "…" not in catalogue.find(error.code).what(language, error.params)
    assert set(BY_CODE.values()) <= {cause.code for cause in CAUSES}
