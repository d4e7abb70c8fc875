"""Every refusal SnelStart is known to give becomes one decision, in words a person can act on."""

import json
import re
from typing import Any

import pytest
import requests

from adapters.errors import AdapterError, AlreadyExists, Forbidden, Missing, OutcomeUnknown, Rejected
from adapters.snelstart.codes import CAUSES, OPTIONAL, ROWS, row_of
from adapters.snelstart.errors import classify
from models.causes import Catalogue, Language

BASE = "http://books.example/v2"
GUID = "8e0a4b4e-7b0e-4d5c-9b6f-0d9a2f6d1c11"


def answer(
    status: int, body: object, method: str = "POST", path: str = "/relaties", sent: object = None
) -> requests.Response:
    """Make an answer to a request; a str body is sent as it stands."""
    response = requests.Response()
    response.status_code = status
    response._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    response.request = requests.Request(method, BASE + path, json=sent).prepare()
    return response


def coded(*codes: str, message: str = "Melding") -> list[dict[str, Any]]:
    """Make the array of a business rule."""
    return [{"errorCode": code, "message": message, "details": None} for code in codes]


SHAPES = [
    ("one business rule", 400, coded("REL-0088"), Rejected, "snelstart.REL-0088", "vat"),
    ("an unknown business rule", 400, coded("REL-0999"), Rejected, "snelstart.REL-0999", ""),
    ("a taken number", 400, coded("REL-0008"), AlreadyExists, "snelstart.REL-0008", "number"),
    (
        "a taken number last",
        400,
        coded("REL-0088", "REL-0008"),
        AlreadyExists,
        "snelstart.REL-0008",
        "number",
    ),
    ("a required field last", 400, coded("REL-0088", "REL-0007"), Rejected, "snelstart.REL-0007", "name"),
    ("a single object", 400, coded("REL-0011")[0], Rejected, "snelstart.REL-0011", "iban"),
    (
        "binding",
        400,
        {"message": "The request is invalid.", "modelState": {"model.KvkNummer": ["too long"]}},
        Rejected,
        "snelstart.model",
        "kvk",
    ),
    (
        "binding in capitals",
        400,
        {"Message": "Invalid", "ModelState": {"relatie.VestigingsAdres.Land": ["?"]}},
        Rejected,
        "snelstart.model",
        "visiting",
    ),
    ("a filter", 400, {"Message": "Could not find a property named 'naam'"}, Rejected, "snelstart.odata", ""),
    ("the gateway", 400, {"statusCode": 400, "message": "Bad"}, Rejected, "snelstart.gateway", ""),
    ("nothing", 400, "", Rejected, "snelstart.empty", ""),
    ("an empty array", 400, [], Rejected, "snelstart.empty", ""),
    ("no JSON", 400, "<html>", Rejected, "snelstart.http", ""),
    ("an array of something", 400, ["x"], Rejected, "snelstart.http", ""),
    ("a conflict", 409, {"Message": "Conflict"}, Rejected, "snelstart.odata", ""),
    ("a wrong address", 404, {"statusCode": 404, "message": "no"}, Rejected, "snelstart.not_found", ""),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "field"), [row[1:] for row in SHAPES],
                         ids=[str(row[0]) for row in SHAPES])  # fmt: skip
def test_each_shape_is_one_decision(status: int, body: object, kind: type[Rejected], code: str, field: str) -> None:
    error = classify(answer(status, body))
    assert type(error) is kind
    assert isinstance(error, Rejected)
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("body", [coded("REL-0005"), {"Message": "Niet gevonden"}, "", {}])
def test_a_record_that_is_gone_is_missing_in_every_shape(body: object) -> None:
    assert type(classify(answer(404, body, "GET", f"/relaties/{GUID}"))) is Missing
    assert type(classify(answer(400, coded("REL-0005"), "PUT", f"/relaties/{GUID}"))) is Missing


@pytest.mark.parametrize("body", ["", {"statusCode": 403, "message": "no"}, coded("REL-0088")])
def test_a_missing_right_is_for_an_administrator(body: object) -> None:
    assert type(classify(answer(403, body))) is Forbidden


def test_an_unknown_error_leaves_a_write_in_doubt_but_not_a_read() -> None:
    assert type(classify(answer(400, coded("ALG-0102")))) is OutcomeUnknown
    assert type(classify(answer(400, coded("ALG-0102"), "GET"))) is Rejected


@pytest.mark.parametrize("status", [200, 201, 500, 503])
def test_good_answers_and_outages_are_left_to_others(status: int) -> None:
    assert classify(answer(status, coded("REL-0088"))) is None


def test_several_optional_fields_are_all_named() -> None:
    error = classify(answer(400, coded("REL-0088", "REL-0011")))
    assert isinstance(error, Rejected)
    assert error.params["fields"] == "iban vat"


def test_an_optional_field_beside_something_worse_is_not_offered_as_the_remedy() -> None:
    error = classify(answer(400, coded("REL-0088", "REL-0064")))
    assert isinstance(error, Rejected)
    assert (error.field, "fields" in error.params) == ("roles", False)


def test_the_words_are_kept_but_what_identifies_is_masked() -> None:
    sent = {"btwNummer": "NL000099998B57", "iban": "NL91ABNA0417164300", "email": "bram@korenaar.example"}
    words = "NL000099998B57 van bram@korenaar.example met 111222333 is geen geldig btw-nummer"
    error = classify(answer(400, coded("REL-0088", message=words), sent=sent))
    assert isinstance(error, Rejected)
    assert "is geen geldig btw-nummer" in error.words
    for secret in ("000099998", "bram@korenaar", "111222333"):
        assert secret not in error.words + str(error.params) + str(error) + repr(error)


def test_every_code_of_the_facts_has_a_row() -> None:
    published = [f"ALG-{number:04d}" for number in range(100, 107)]
    numbers = [*range(1, 19), *range(20, 29), *range(29, 104)]
    published += [f"REL-{number:04d}" for number in numbers]
    published += [f"REF-{number:04d}" for number in range(1, 17)]
    assert [code for code in published if row_of(code) is None] == []


def test_no_code_stands_in_two_rows() -> None:
    codes = [code for row in ROWS for code in row.codes]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.codes[0])
def test_every_row_speaks_two_languages_and_names_a_known_field(row: Any) -> None:
    assert row.field in OPTIONAL | {"", "name", "number", "roles"}
    for dutch, english in ((row.what_nl, row.what_en), (row.do_nl, row.do_en)):
        assert dutch.endswith((".", "{words}"))
        assert english.endswith((".", "{words}"))
        assert dutch != english


def test_the_sentences_of_a_refusal_leave_nothing_blank() -> None:
    languages: tuple[Language, ...] = ("nl", "en")
    catalogue = Catalogue(CAUSES)
    for row in ROWS:
        if not re.fullmatch(r"[A-Z]{3}-\d{4}|model|odata|gateway|empty|http", row.codes[0]):
            continue
        body = coded(row.codes[0]) if "-" in row.codes[0] else {"Message": "x"}
        error: AdapterError | None = classify(answer(400, body))
        if isinstance(error, Rejected):
            cause = catalogue.find(error.code)
            said = [cause.what(one, error.params) + cause.do(one, error.params) for one in languages]
            assert not [one for one in said if "…" in one]
