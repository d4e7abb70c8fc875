"""Tokens, rights, and the check a person runs."""

import pytest
from pydantic import ValidationError

from adapters import tokens
from adapters.errors import Forbidden, Unauthorised, Unavailable
from adapters.nextens import CREDENTIALS as REQUIRED
from adapters.nextens import DEFAULT_LIMITS, DEFAULT_URLS, OPTIONAL_CREDENTIALS, OPTIONS, Nextens
from adapters.nextens.auth import _grant
from adapters.nextens.lands import ALPHA3, land_code
from adapters.outside import Outside
from models.words import Lane
from sync.identifiers import clean_country
from tests.adapters.nextens.conftest import CREDENTIALS, Office, Open
from tests.adapters.nextens.test_errors import answer

UNGIVEN = {name: CREDENTIALS[name] for name in REQUIRED}


def shown(target: Nextens) -> str:
    return " ".join(finding.en for finding in target.check())


@pytest.mark.parametrize("rotation", ["at_once", "after_use", "none"])
def test_an_expired_token_is_renewed_with_the_newest_refresh_token(
    office: Office, target: Nextens, rotation: str
) -> None:
    office.options(rotation=rotation)
    for _ in range(3):
        target.identify()
        office.fault("revoke_token", "PUT")
        target.identify()
    target.identify()


def test_what_was_rotated_outlives_the_process(office: Office, open_office: Open, outside: Outside) -> None:
    target = open_office(office.url)
    target.identify()
    tokens._caches.clear()
    again = Nextens(target.info, outside, Lane.LIVE)
    again.tokens.current(lambda _: pytest.fail("the stored access token is still good"), refresh=False)
    again.identify()


def test_a_spent_or_withdrawn_token_needs_consent(office: Office, open_office: Open) -> None:
    target = open_office(office.url, {**CREDENTIALS, "refresh_token": "spent"})
    with pytest.raises(Unauthorised) as caught:
        target.identify()
    assert caught.value.words == "invalid_grant"


def test_an_office_that_withdraws_its_token_midway_is_noticed(office: Office, target: Nextens) -> None:
    target.identify()
    office.control("PUT", "tokens", {"refresh_tokens": ["another"]})
    with pytest.raises(Unauthorised):
        target.identify()
    target.tokens.paste("another")
    assert target.identify()


def test_a_wrong_client_secret_needs_consent_and_is_not_quoted(office: Office, open_office: Open) -> None:
    target = open_office(office.url, {**CREDENTIALS, "client_secret": "wrong-secret"})
    with pytest.raises(Unauthorised) as caught:
        target.identify()
    assert caught.value.words == "invalid_client"


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "refresh_token"])
def test_a_connection_without_a_credential_says_which(office: Office, open_office: Open, missing: str) -> None:
    target = open_office(office.url, {name: value for name, value in CREDENTIALS.items() if name != missing})
    with pytest.raises(Unauthorised, match="boekbrug connect" if missing == "refresh_token" else missing):
        target.identify()


def test_a_pasted_token_serves_without_one_in_the_file(office: Office, open_office: Open) -> None:
    target = open_office(office.url, UNGIVEN)
    target.tokens.paste("sandbox-refresh")
    assert target.identify() == "Nextens (127.0.0.1)"


def test_an_office_without_licence_lacks_a_right(office: Office, target: Nextens) -> None:
    office.options(licensed=False)
    with pytest.raises(Forbidden):
        target.identify()
    assert "lacks a right: Dit kantoor heeft geen licentie" in shown(target)


def test_the_check_says_what_can_be_seen(office: Office, target: Nextens, open_office: Open) -> None:
    words = shown(target)
    assert "The token works" in words
    assert "Clock difference with Nextens: " in words
    assert "Lists are off" in words
    office.options(lists=True)
    office.control("PUT", "tokens", {"refresh_tokens": ["sandbox-refresh"]})
    office.control("POST", "seed", {"persoon": [{"Achternaam": f"N{one}"} for one in range(200)]})
    assert "200 or more persons and 0 companies" in shown(open_office(office.url, list=True))


def test_the_check_says_that_a_list_is_not_there(office: Office, open_office: Open) -> None:
    findings = open_office(office.url, list=True).check()
    assert [finding.ok for finding in findings if "refuses" in finding.en] == [False]


def test_a_token_address_that_answers_nonsense_is_unavailable() -> None:
    for response in (answer(200, {}), answer(200, []), answer(302, ""), answer(200, {"access_token": 1})):
        with pytest.raises(Unavailable):
            _grant(response, ())


def test_a_grant_is_read_tolerantly_and_secrets_stay_out_of_words() -> None:
    grant = _grant(answer(200, {"access_token": "a", "expires_in": "x", "refresh_token": None}), ())
    assert (grant.access_token, grant.expires_in, grant.refresh_token) == ("a", 1800, None)
    with pytest.raises(Unauthorised) as caught:
        _grant(answer(400, {"error": "no s3cret please"}), ("s3cret",))
    assert caught.value.words == "no … please"


def test_options_refuse_what_they_do_not_know() -> None:
    assert OPTIONS.of({}).sub_number == 1
    for wrong in ({"lists": True}, {"sub_number": 0}, {"sub_number": 100}, {"default_country": "NLD"}):
        with pytest.raises(ValidationError):
            OPTIONS.of(wrong)
    assert set(DEFAULT_LIMITS) == {"minute", "concurrent"}
    assert all(url.startswith("https://") for url in DEFAULT_URLS.values())
    assert OPTIONAL_CREDENTIALS == ("refresh_token",)


def test_every_country_that_the_check_lets_through_has_a_code() -> None:
    assert all(clean_country(code) == code for code in ALPHA3)
    assert len(set(ALPHA3.values())) == len(ALPHA3) == 250
    assert (land_code("nl"), land_code("BE"), land_code("XX")) == ("NLD", "BEL", None)
