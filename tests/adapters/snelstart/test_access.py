"""Keys, rights, tokens and the check a person runs."""

import base64

import pytest
import requests
from pydantic import ValidationError

from adapters.errors import Forbidden, Unauthorised, Unavailable
from adapters.outside import Outside
from adapters.snelstart import CREDENTIALS as NAMES
from adapters.snelstart import DEFAULT_LIMITS, DEFAULT_URLS, OPTIONS, SnelStart
from adapters.snelstart.auth import _grant
from adapters.snelstart.check import scopes_of
from models.words import Role
from tests.adapters.contract_target import go
from tests.adapters.snelstart.conftest import CREDENTIALS, Books, Open
from tests.adapters.snelstart.factories import relation

WRONG = base64.b64encode(b"een:andere").decode()


def test_a_refused_koppelsleutel_needs_consent_and_is_not_repeated(books: Books, open_books: Open) -> None:
    target = open_books(books.url, {**CREDENTIALS, "connection_key": WRONG})
    with pytest.raises(Unauthorised) as caught:
        target.identify()
    assert "clientkey" in caught.value.words
    assert WRONG not in str(caught.value) + caught.value.words


def test_a_koppelsleutel_quoted_in_a_refusal_is_not_passed_on() -> None:
    answer = requests.Response()
    answer.status_code = 400
    answer._content = f'{{"error": "clientkey {WRONG} is not valid"}}'.encode()
    with pytest.raises(Unauthorised) as caught:
        _grant(answer, WRONG)
    assert caught.value.words == "clientkey … is not valid"


def test_a_refused_subscription_key_needs_consent(books: Books, open_books: Open) -> None:
    with pytest.raises(Unauthorised, match="subscription key"):
        open_books(books.url, {**CREDENTIALS, "subscription_key": "other"}).identify()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_key_is_named(books: Books, open_books: Open, name: str) -> None:
    target = open_books(books.url, {key: value for key, value in CREDENTIALS.items() if key != name})
    with pytest.raises(Unauthorised, match=name):
        target.identify()


def test_a_missing_right_is_not_a_missing_consent(books: Books, open_books: Open) -> None:
    books.options(scopes="relaties:read settings:read")
    target = open_books(books.url)
    with pytest.raises(Forbidden):
        target.create(target.draft(relation(), Role.CUSTOMER, {}), Role.CUSTOMER, 10017, go)


def test_one_token_serves_all_instances(books: Books, open_books: Open, outside: Outside) -> None:
    first = open_books(books.url)
    token = first.auth.token()
    assert SnelStart(first.info, outside, first._http._lane).auth.token() == token


def test_a_token_address_that_is_away_is_an_outage(books: Books, open_books: Open) -> None:
    with pytest.raises(Unavailable):
        open_books(books.url, token_url="http://127.0.0.1:9/b2b/token").identify()


@pytest.mark.parametrize("fault", ["503", "html_200", "drop_before"])
def test_a_sick_token_address_is_an_outage(books: Books, open_books: Open, fault: str) -> None:
    books.fault(fault, path="/b2b/token")
    target = open_books(books.url)
    with pytest.raises(Unavailable):
        target.identify()


def test_the_check_names_the_administration(target: SnelStart) -> None:
    findings = target.check()
    assert target.identify() in findings[0].nl
    assert all(finding.nl != finding.en for finding in findings)


def test_the_check_names_missing_rights(books: Books, open_books: Open) -> None:
    books.options(scopes="relaties:read settings:read")
    wrong = [finding.en for finding in open_books(books.url).check() if not finding.ok]
    assert wrong == ["The key lacks rights: relaties:write"]


def test_the_check_says_that_keys_are_refused(books: Books, open_books: Open) -> None:
    (finding,) = open_books(books.url, {**CREDENTIALS, "connection_key": WRONG}).check()
    assert not finding.ok
    assert "refuses the keys" in finding.en


def test_scopes_are_read_from_a_claim_if_there_is_one() -> None:
    def token(claims: str) -> str:
        return f"x.{base64.urlsafe_b64encode(claims.encode()).decode().rstrip('=')}.y"

    assert scopes_of(token('{"scopes": ["a", "b"]}')) == frozenset("ab")
    assert scopes_of(token('{"scopes": "a b"}')) == frozenset("ab")
    assert scopes_of(token('{"sub": "x"}')) is None
    assert scopes_of(token("[]")) is None
    assert scopes_of("opaque") is None


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError, match="rol_share"):
        OPTIONS.model_validate({"rol_share": True})


@pytest.mark.parametrize(
    "wrong",
    [{"default_country": "nl"}, {"crm_id_field": ""}, {"token_seconds": 0}],
)
def test_a_wrong_option_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPTIONS.model_validate(wrong)


def test_the_defaults_are_the_real_system() -> None:
    assert DEFAULT_URLS["base_url"] == "https://b2bapi.snelstart.nl/v2"
    assert DEFAULT_LIMITS == {"minute": 500, "hour": 5000, "concurrent": 50}
    assert OPTIONS().token_url == "https://auth.snelstart.nl/b2b/token"


def test_no_key_ever_stands_in_a_url(books: Books, target: SnelStart) -> None:
    response: requests.Response = target.get("/companyInfo")
    assert "key" not in str(response.request.url)
