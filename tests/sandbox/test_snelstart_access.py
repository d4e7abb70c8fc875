import base64
import json
import time

import requests

from tests.sandbox.clients import SUBSCRIPTION, SnelStart


def test_both_grants_give_a_token_shaped_like_a_jwt(snelstart: SnelStart) -> None:
    password = {"grant_type": "password", "username": "sandbox", "password": "administratie"}
    for answer in (snelstart.login(), snelstart.login(**password)):
        given = answer.json()
        assert (given["token_type"], given["expires_in"]) == ("bearer", 3599)
        claims = json.loads(base64.urlsafe_b64decode(given["access_token"].split(".")[1] + "=="))
        assert "relaties:write" in claims["scopes"]


def test_a_bad_koppelsleutel_is_400_with_error(snelstart: SnelStart) -> None:
    answer = snelstart.login(grant_type="clientkey", clientkey="bm9wZTpub3Bl")
    assert answer.status_code == 400
    assert "clientkey" in answer.json()["error"]


def test_a_token_request_must_be_a_form(snelstart: SnelStart) -> None:
    body = {"grant_type": "clientkey"}
    assert requests.post(f"{snelstart.url}/b2b/token", json=body, timeout=5).status_code == 400


def test_subscription_key_is_judged_before_the_bearer(snelstart: SnelStart) -> None:
    snelstart.headers = {}
    missing = snelstart.call("GET", "/relaties")
    invalid = snelstart.call("GET", "/relaties", headers={"Ocp-Apim-Subscription-Key": "other"})
    bearer = snelstart.call("GET", "/relaties", headers=SUBSCRIPTION)
    assert [each.status_code for each in (missing, invalid, bearer)] == [401, 401, 401]
    assert "missing" in missing.json()["message"]
    assert "invalid" in invalid.json()["message"]
    assert "statusCode" not in bearer.json()


def test_subscription_key_may_come_in_the_query(snelstart: SnelStart) -> None:
    bearer = snelstart.headers["Authorization"]
    snelstart.headers = {"Authorization": bearer}
    snelstart.get("/companyInfo", **{"subscription-key": "sandbox-subscription-key"})


def test_a_missing_scope_is_403(snelstart: SnelStart) -> None:
    snelstart.control("PUT", "options", {"scopes": "relaties:read boekhouden:read"})
    snelstart.login()
    assert snelstart.call("GET", "/relaties").status_code == 200
    assert snelstart.call("GET", "/grootboeken").status_code == 200
    assert snelstart.call("POST", "/relaties", {}).status_code == 403
    assert snelstart.call("GET", "/kostenplaatsen").status_code == 403


def test_a_token_ends_after_its_life(snelstart: SnelStart) -> None:
    snelstart.control("PUT", "options", {"token_seconds": 1})
    snelstart.login()
    assert snelstart.call("GET", "/companyInfo").status_code == 200
    time.sleep(1.05)
    assert snelstart.call("GET", "/companyInfo").status_code == 401


def test_token_calls_are_outside_the_limits(snelstart: SnelStart) -> None:
    snelstart.control("PUT", "limits", {"windows": [{"seconds": 60, "count": 1}]})
    assert [snelstart.login().status_code for _ in range(3)] == [200, 200, 200]
    assert snelstart.control("GET", "stats")["total"] == 0
