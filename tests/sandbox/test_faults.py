import time
from typing import Any

import pytest
import requests

from tests.sandbox.clients import SnelStart

BODY = {"relatiesoort": ["Klant"], "naam": "Fout"}


def fault(sandbox: SnelStart, kind: str, **more: Any) -> None:
    rule = {"kind": kind, "method": "POST", "path": "/v2/relaties", "count": 1, **more}
    sandbox.control("POST", "faults", rule)


def landed(client: SnelStart) -> int:
    return client.find("Naam eq 'Fout'").count("Fout")


@pytest.mark.parametrize(
    ("kind", "error", "deeds"),
    [
        ("timeout_before", requests.ReadTimeout, 0),
        ("timeout_after", requests.ReadTimeout, 1),
        ("drop_before", requests.ConnectionError, 0),
        ("drop_after", requests.ConnectionError, 1),
    ],
)
def test_a_call_without_an_answer(snelstart: SnelStart, kind: str, error: type[Exception], deeds: int) -> None:
    fault(snelstart, kind)
    with pytest.raises(error):
        snelstart.call("POST", "/relaties", BODY, timeout=0.3)
    assert landed(snelstart) == deeds
    assert snelstart.control("GET", "faults")[0]["hits"] == 1
    assert snelstart.call("POST", "/relaties", BODY).status_code == 201


@pytest.mark.parametrize(
    ("kind", "status", "deeds", "words"),
    [
        ("502_before", 502, 0, "Bad Gateway"),
        ("502_after", 502, 1, "Bad Gateway"),
        ("503", 503, 0, "Unavailable"),
        ("429", 429, 0, "Try again in 7 seconds"),
        ("429_no_retry_after", 429, 0, "Rate limit"),
        ("quota_403", 403, 0, "00:00:07"),
        ("html_200", 200, 0, "<!DOCTYPE html>"),
        ("html_502", 502, 0, "<!DOCTYPE html>"),
        ("empty_body", 201, 1, ""),
        ("revoke_token", 401, 0, "denied"),
    ],
)
def test_a_call_with_a_bad_answer(snelstart: SnelStart, kind: str, status: int, deeds: int, words: str) -> None:
    fault(snelstart, kind, retry_after=7)
    answer = snelstart.call("POST", "/relaties", BODY)
    assert answer.status_code == status
    assert words in answer.text
    assert (answer.headers.get("Retry-After") == "7") == (kind in ("429", "quota_403"))
    assert bool(answer.text) == (kind != "empty_body")
    snelstart.login()
    assert landed(snelstart) == deeds


@pytest.mark.parametrize(("client", "error"), [("hang", requests.ReadTimeout), ("drop", requests.ConnectionError)])
def test_a_late_deed_lands_after_the_client_has_gone(snelstart: SnelStart, client: str, error: type[Exception]) -> None:
    fault(snelstart, "late_deed", delay_ms=400, client=client)
    with pytest.raises(error):
        snelstart.call("POST", "/relaties", BODY, timeout=0.2)
    assert landed(snelstart) == 0
    time.sleep(0.55)
    assert landed(snelstart) == 1


def test_a_slow_body_comes_whole(snelstart: SnelStart) -> None:
    fault(snelstart, "slow_body", delay_ms=300)
    began = time.monotonic()
    answer = snelstart.call("POST", "/relaties", BODY)
    assert time.monotonic() - began >= 0.3
    assert answer.json()["naam"] == "Fout"


def test_a_slow_body_outlives_a_read_timeout_per_piece(snelstart: SnelStart) -> None:
    fault(snelstart, "slow_body", delay_ms=600)
    assert snelstart.call("POST", "/relaties", BODY, timeout=0.3).status_code == 201


def test_rules_match_by_method_path_and_skip(snelstart: SnelStart) -> None:
    fault(snelstart, "503", skip=1)
    assert snelstart.call("GET", "/relaties").status_code == 200
    assert snelstart.call("POST", "/kostenplaatsen", {"nummer": 1, "omschrijving": "x"}).status_code == 201
    assert [snelstart.call("POST", "/relaties", BODY).status_code for _ in range(3)] == [201, 503, 201]


def test_a_seeded_probability_repeats(snelstart: SnelStart) -> None:
    runs = []
    for _ in range(2):
        snelstart.control("DELETE", "faults")
        rule = {"kind": "503", "method": "GET", "probability": 0.5, "seed": 7}
        snelstart.control("POST", "faults", [rule])
        runs.append([snelstart.call("GET", "/companyInfo").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_the_token_address_can_fail_too(snelstart: SnelStart) -> None:
    fault(snelstart, "503", path="/b2b/token")
    assert [snelstart.login().status_code for _ in range(2)] == [503, 200]


def test_unknown_faults_are_refused(snelstart: SnelStart) -> None:
    url = f"{snelstart.url}/_control/faults"
    assert requests.post(url, json={"kind": "odd"}, timeout=5).status_code == 400
    assert requests.post(url, json={"kind": "503", "odd": 1}, timeout=5).status_code == 400


@pytest.mark.parametrize("kind", ["refuse_503", "drop", "hang"])
def test_an_outage_stops_everything_until_cleared(snelstart: SnelStart, kind: str) -> None:
    snelstart.control("POST", "outage", {"until_cleared": True, "kind": kind})
    if kind == "refuse_503":
        assert snelstart.call("GET", "/companyInfo").status_code == 503
        assert snelstart.login().status_code == 503
    else:
        wanted = requests.ConnectionError if kind == "drop" else requests.ReadTimeout
        with pytest.raises(wanted):
            snelstart.call("GET", "/companyInfo", timeout=0.2)
    assert snelstart.control("DELETE", "outage") == {"kind": None}
    assert snelstart.call("GET", "/companyInfo").status_code == 200
    assert snelstart.control("GET", "stats")["refused"]["outage"] >= 1


def test_an_outage_ends_by_itself(snelstart: SnelStart) -> None:
    snelstart.control("POST", "outage", {"seconds": 0.3})
    assert snelstart.call("GET", "/companyInfo").status_code == 503
    time.sleep(0.35)
    assert snelstart.call("GET", "/companyInfo").status_code == 200


def test_writes_are_counted_per_record_whatever_the_client_saw(snelstart: SnelStart) -> None:
    fault(snelstart, "drop_after")
    with pytest.raises(requests.ConnectionError):
        snelstart.call("POST", "/relaties", BODY)
    snelstart.create()
    stats = snelstart.control("GET", "stats?records=1")
    assert stats["writes"] == {"POST relaties": 2}
    assert list(stats["writes_per_record"].values()) == [1, 1]
