"""Hooks: what is the CRM's is stored once and woken, what is not is refused and counted."""

import json
import re
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.tables import ChangeEvent, Connection, SyncJob
from tests.fixtures.waiting import eventually
from tests.web.conftest import Office
from tests.web.office import SECRETS, TOKEN, furnish, job_of, post, signature, told
from web.doors import REMEMBER_SECONDS


def refusals(office: Office, reason: str) -> float:
    """Return how many hooks were refused for a reason."""
    text = requests.get(f"{office.url}/metrics", timeout=10).text
    found = re.search(rf'^boekbrug_hook_refusals_total{{reason="{reason}"}} (\S+)$', text, re.MULTILINE)
    assert found, text
    return float(found[1])


def stored(office: Office) -> tuple[int, int]:
    """Count events and jobs."""
    with office.runtime.sessions() as session:
        events = session.scalar(select(func.count()).select_from(ChangeEvent)) or 0
        return events, session.scalar(select(func.count()).select_from(SyncJob)) or 0


def test_a_signed_hook_becomes_an_event_a_job_and_a_wake_up(office: Office) -> None:
    office.runtime.redis.delete("live")
    answer = post(office.url, told("1"))

    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    job = job_of(office.runtime, "1")
    assert job is not None
    assert (job.state, job.lane, job.wanted, job.done) == ("due", "live", 1, 0)
    assert str(job.correlation_id) == answer.json()["correlation_id"]
    eventually(lambda: office.runtime.redis.llen("live") == 1)
    (waiting,) = office.runtime.redis.lrange("live", 0, -1)
    message = json.loads(waiting)
    assert message["headers"]["task"] == "boekbrug.run_job"
    assert message["headers"]["argsrepr"] == f"({job.id},)"


def test_each_of_several_secrets_is_good_while_one_replaces_the_other(office: Office) -> None:
    for number, secret in enumerate(SECRETS):
        body = told(f"rotating{number}")
        assert post(office.url, body, **signature(body, secret)).status_code == 202


def test_two_hooks_for_one_record_are_one_job_that_is_wanted_twice(office: Office) -> None:
    first, second = post(office.url, told("twice")), post(office.url, told("twice"))
    job = job_of(office.runtime, "twice")
    assert job is not None
    assert job.wanted == 2
    assert str(job.correlation_id) == second.json()["correlation_id"] != first.json()["correlation_id"]


def test_an_event_that_concerns_nothing_of_ours_is_accepted_and_not_stored(office: Office) -> None:
    before = stored(office)
    body = json.dumps({"event": "sale.updated", "data": {"id": "sale:1"}}).encode()
    answer = post(office.url, body)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 0)
    assert stored(office) == before


BODY = told("refused")
REFUSED = {
    "unsigned": (BODY, TOKEN, {"X-Other": "1"}, 401, "signature"),
    "wrong secret": (BODY, TOKEN, signature(BODY, "guessed"), 401, "signature"),
    "altered": (told("altered"), TOKEN, signature(BODY), 401, "signature"),
    "odd signature": (BODY, TOKEN, {"X-Webhook-Signature": "sha256=é"}, 401, "signature"),
    "unknown token": (BODY, "guessed", signature(BODY), 404, "unknown_token"),
    "empty token": (BODY, "", signature(BODY), 404, "unknown_token"),
    "not JSON": (b"{", TOKEN, signature(b"{"), 400, "not_json"),
    "bad shape": (b"[1]", TOKEN, signature(b"[1]"), 400, "not_json"),
    "endless nesting": (b"[" * 9000, TOKEN, signature(b"[" * 9000), 400, "not_json"),
    "NUL in the id": (told("a\0b"), TOKEN, signature(told("a\0b")), 400, "not_json"),
    "half a character": (told("\ud800"), TOKEN, signature(told("\ud800")), 400, "not_json"),
    "endless id": (told("9" * 300), TOKEN, signature(told("9" * 300)), 400, "not_json"),
    "too large": (b"x" * 10_001, TOKEN, signature(b"x" * 10_001), 413, "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_crms_is_refused_counted_and_not_processed(office: Office, name: str) -> None:
    body, token, headers, status, reason = REFUSED[name]
    before, counted = stored(office), refusals(office, reason)
    answer = post(office.url, body, token, **headers)
    assert answer.status_code == status, answer.text
    assert stored(office) == before
    assert refusals(office, reason) == counted + 1


def test_a_body_without_end_is_cut_off_before_it_is_read(office: Office) -> None:
    parts = urlsplit(office.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as sender:
        sender.sendall(f"POST /hooks/{TOKEN} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        for _ in range(11):
            sender.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert sender.recv(1000).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_is_a_hook(office: Office, method: str) -> None:
    answer = requests.request(method, f"{office.url}/hooks/{TOKEN}", timeout=10)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_disabled_connection_hears_nothing(office: Office) -> None:
    furnish(office.runtime, "-off", enabled=False)
    assert post(office.url, told("off"), f"{TOKEN}-off").status_code == 404
    assert job_of(office.runtime, "off") is None


def test_a_withdrawn_secret_stops_working_within_moments(office: Office) -> None:
    crm, _ = furnish(office.runtime, "-withdrawn")
    assert post(office.url, told("withdrawn1"), f"{TOKEN}-withdrawn").status_code == 202
    with office.runtime.sessions.begin() as session:
        session.get_one(Connection, crm).hook_secrets = None
    time.sleep(REMEMBER_SECONDS + 0.1)
    assert post(office.url, told("withdrawn2"), f"{TOKEN}-withdrawn").status_code == 401


def test_no_token_and_no_body_stands_in_the_log(office: Office) -> None:
    post(office.url, b"geheim-lichaam")
    log = office.log.read_text()
    assert '"hook.refused"' in log
    assert TOKEN not in log
    assert "geheim-lichaam" not in log


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["event", "data", "id", "type"]) | st.text(max_size=5), inner)
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
        st.text(max_size=40).map(told),
    )
)
def test_no_signed_body_whatever_breaks_the_door(office: Office, body: bytes) -> None:
    assert post(office.url, body).status_code in (202, 400)
