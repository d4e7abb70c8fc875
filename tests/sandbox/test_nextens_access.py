import subprocess
import sys
import time

import pytest
import requests

from tests.sandbox.clients import ROOT, Nextens, Started

BSN = "999990019"


def test_a_refresh_token_gives_an_access_token_and_a_new_refresh_token(nextens: Nextens) -> None:
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    given = nextens.token("uit-nextens").json()
    assert given.keys() == {"access_token", "expires_in", "token_type", "refresh_token"}
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 1800)
    again = nextens.token("uit-nextens")
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert nextens.token(given["refresh_token"]).status_code == 200


def test_an_old_refresh_token_may_live_until_the_next_is_used(nextens: Nextens) -> None:
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    nextens.control("PUT", "options", {"rotation": "after_use"})
    first = nextens.login("uit-nextens")
    second = nextens.login("uit-nextens")
    assert first != second
    nextens.login(second)
    assert nextens.token("uit-nextens").status_code == 400
    assert nextens.token(first).status_code == 200


def test_rotation_can_be_off(nextens: Nextens) -> None:
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    nextens.control("PUT", "options", {"rotation": "none"})
    assert [nextens.login("uit-nextens") for _ in range(3)] == ["uit-nextens"] * 3


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": "other"}, 400, "invalid_grant"),
    ],
)
def test_wrong_forms_are_refused(nextens: Nextens, form: dict[str, str], status: int, error: str) -> None:
    answer = nextens.token(**{"refresh": form.pop("refresh_token")} if "refresh_token" in form else {}, **form)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_token_request_must_be_a_form(nextens: Nextens) -> None:
    answer = requests.post(f"{nextens.url}/connect/token", json={"grant_type": "refresh_token"}, timeout=5)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_without_a_live_access_token_nobody_comes_in(nextens: Nextens) -> None:
    nextens.control("PUT", "options", {"token_seconds": 1})
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    nextens.login("uit-nextens")
    key = nextens.create("persoon")
    time.sleep(1.05)
    answer = nextens.call("GET", f"/persoon/{key}")
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]
    nextens.headers = {}
    assert nextens.call("GET", f"/persoon/{key}").status_code == 401


def test_the_office_can_withdraw_its_token(nextens: Nextens) -> None:
    refresh = nextens.control("GET", "tokens")["refresh_tokens"][0]
    assert nextens.control("PUT", "tokens", {"refresh_tokens": []}) == {"refresh_tokens": []}
    assert nextens.call("GET", "/persoon/none").status_code == 401
    assert nextens.token(refresh).json() == {"error": "invalid_grant"}


def test_every_access_token_can_be_worthless_at_once(nextens: Nextens) -> None:
    refresh = nextens.control("GET", "tokens")["refresh_tokens"][0]
    nextens.control("POST", "faults", {"kind": "revoke_token", "path": "/v2/klant", "count": 1})
    assert [nextens.call("POST", "/persoon", {"Achternaam": "Bos"}).status_code for _ in range(2)] == [401, 401]
    nextens.login(refresh)
    assert nextens.control("GET", "state")["persoon"] == []


def test_a_lost_token_answer_costs_the_connection_when_rotation_is_strict(nextens: Nextens) -> None:
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    nextens.control("POST", "faults", {"kind": "drop_after", "path": "/connect/token", "count": 1})
    with pytest.raises(requests.ConnectionError):
        nextens.token("uit-nextens")
    assert nextens.token("uit-nextens").json() == {"error": "invalid_grant"}


def test_an_office_without_a_licence_is_403(nextens: Nextens) -> None:
    nextens.control("PUT", "options", {"licensed": False})
    answer = nextens.call("GET", "/persoon/none")
    assert answer.status_code == 403
    assert "licentie" in answer.json()["Message"]


def test_token_calls_are_outside_the_limits_and_the_rest_is_not(nextens: Nextens) -> None:
    nextens.control("PUT", "limits", {"windows": [{"seconds": 60, "count": 1}], "concurrent": 2})
    nextens.control("PUT", "tokens", {"refresh_tokens": ["uit-nextens"]})
    nextens.login(nextens.login("uit-nextens"))
    statuses = [nextens.call("GET", "/persoon/none") for _ in range(2)]
    assert [answer.status_code for answer in statuses] == [409, 429]
    assert 1 <= int(statuses[1].headers["Retry-After"]) <= 60
    assert "Te veel" in statuses[1].json()["Message"]


@pytest.mark.parametrize(
    ("kind", "status", "written"),
    [("503", 503, 0), ("502_after", 502, 1), ("html_200", 200, 0), ("429", 429, 0), ("empty_body", 201, 1)],
)
def test_faults_strike_as_they_do_elsewhere(nextens: Nextens, kind: str, status: int, written: int) -> None:
    nextens.control("POST", "faults", {"kind": kind, "method": "POST", "path": "/v2/klant/persoon", "count": 1})
    assert nextens.call("POST", "/persoon", {"Achternaam": "Bos"}).status_code == status
    assert len(nextens.control("GET", "state")["persoon"]) == written
    assert nextens.call("POST", "/persoon", {"Achternaam": "Bos"}).status_code == 201


def test_options_take_only_words_that_exist(nextens: Nextens) -> None:
    for wrong in ({"rotation": "sometimes"}, {"nulls": "no"}, {"lists": 1}):
        assert nextens.session.put(f"{nextens.url}/_control/options", json=wrong, timeout=5).status_code == 400


def test_the_default_limit_is_60_a_minute() -> None:
    started = Started("sandbox.nextens")
    try:
        limits = Nextens(started.url).control("GET", "limits")
    finally:
        assert started.stop() == 0
    assert limits["windows"] == [{"seconds": 60, "count": 60, "mode": "sliding", "reply": "429"}]


def test_its_own_output_never_holds_a_bsn() -> None:
    command = [sys.executable, "-m", "sandbox.nextens", "--port", "0", "--per-minute", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    assert process.stdout is not None
    client = Nextens(process.stdout.readline().split()[-1])
    try:
        client.login()
        for body in ({"Bsn": BSN}, {"Achternaam": "Bos", "Bsn": BSN}, {"Achternaam": "Bos", "Bsn": {BSN: 1}}):
            client.call("POST", "/persoon", body)
            client.call("PUT", "/person/byBsn", body)
        client.call("GET", f"/persoon/{BSN}")
        client.call("GET", "/persoon", params={"bsn": BSN})
        stats = client.control("GET", "stats?records=1")
    finally:
        client.session.close()
        process.terminate()
        said = process.communicate(timeout=10)[0]
    assert BSN not in said + str(stats)
    assert stats["warnings"] == {"BSN or RSIN in the URL": 2}
