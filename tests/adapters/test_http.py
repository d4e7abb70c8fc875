"""Every way a call can end becomes the right decision, and every permit comes back."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from adapters.base import ConnectionInfo
from adapters.errors import AdapterError, OutcomeUnknown, Rejected, Throttled, Unauthorised, Unavailable
from adapters.http import HttpClient, call_unbudgeted
from adapters.outside import Outside
from models.tables import Connection
from models.words import ConnectionState, Lane
from tests.adapters.support import add_connection, make_engine, make_outside
from tests.adapters.vendor import Answer, Exchange, Vendor, answer, hang_up

DEADLINE = 0.6


class Keys:
    """Credentials that can be renewed."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def headers(self, refresh: bool) -> Mapping[str, str]:
        self.asked.append(refresh)
        return {"Authorization": f"Bearer {len(self.asked)}"}


class Setting:
    """One client on one scripted vendor."""

    def __init__(self, outside: Outside, vendor: Vendor, info: ConnectionInfo) -> None:
        self.outside, self.vendor, self.info, self.keys = outside, vendor, info, Keys()
        self.client = HttpClient(info, outside, Lane.LIVE, auth=self.keys, classify=classify)

    def fails(self, method: str, expected: type[AdapterError], **named: Any) -> AdapterError:
        """Make a call that must end in this decision, and check that no permit was lost."""
        with pytest.raises(expected) as caught:
            self.client.request(method, "relaties", **named)
        assert type(caught.value) is expected
        assert self.client.budget.snapshot().in_flight == 0
        return caught.value

    def row(self) -> Connection:
        with self.outside.sessions() as session:
            return session.get_one(Connection, self.info.id)


def classify(response: requests.Response) -> AdapterError | None:
    """Refuse as an adapter would."""
    return Rejected("number_taken") if response.status_code == 400 else None


Start = Callable[..., Setting]


@pytest.fixture
def outside(database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(database_url)
    bundle = make_outside(engine, redis_url, deadline_seconds=DEADLINE)
    yield bundle
    bundle.redis.close()
    engine.dispose()


@pytest.fixture
def start(outside: Outside) -> Iterator[Start]:
    """Start a vendor with scripted answers: `start(answer(500), answer())`."""
    vendors: list[Vendor] = []

    def begin(*answers: Answer) -> Setting:
        vendor = Vendor(list(answers))
        vendors.append(vendor)
        return Setting(outside, vendor, add_connection(outside, vendor.url, minute=100, concurrent=5))

    yield begin
    for vendor in vendors:
        vendor.stop()


def trickle(*pieces: bytes, pause: float = 0.1) -> Answer:
    """Answer a piece at a time, then a space for ever."""

    def send(exchange: Exchange) -> None:
        for piece in pieces:
            exchange.send(piece)
        for _ in range(100):
            exchange.send(b" ")
            time.sleep(pause)

    return send


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_good_answer_is_returned(start: Start) -> None:
    setting = start(answer(body=b'[{"id": 1}]'))
    response = setting.client.request("GET", "/relaties", params={"$top": 5})
    assert response.json() == [{"id": 1}]
    assert setting.vendor.seen[0].line == "GET /v2/relaties?%24top=5 HTTP/1.1"
    assert setting.client.calls == 1
    assert setting.client.budget.snapshot().windows[0].used == 1


@pytest.mark.parametrize("pieces", [
    (b"HTTP/1.1 200 OK\r\nX-Slow: ",),
    (HEAD + b"Content-Length: 5000\r\n\r\n{",),
    (HEAD + b"\r\n{}",),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n500\r\n",),
])  # fmt: skip
def test_a_trickled_answer_is_cut_at_the_deadline(start: Start, pieces: tuple[bytes, ...]) -> None:
    setting = start(trickle(*pieces))
    begin = time.monotonic()
    setting.fails("POST", OutcomeUnknown, json={})
    assert DEADLINE - 0.05 < time.monotonic() - begin < DEADLINE + 0.5
    setting.fails("GET", Unavailable)
    assert time.monotonic() - begin < 2 * DEADLINE + 1


def test_a_silent_server_is_cut_at_the_deadline(start: Start) -> None:
    setting = start(lambda exchange: time.sleep(3))
    begin = time.monotonic()
    setting.fails("PUT", OutcomeUnknown, json={})
    assert time.monotonic() - begin < DEADLINE + 0.5


def test_a_write_that_lost_its_answer_is_unknown_and_never_repeated(start: Start) -> None:
    setting = start(hang_up)
    setting.fails("POST", OutcomeUnknown, json={})
    assert len(setting.vendor.seen) == 1


def test_a_read_that_lost_its_answer_is_tried_again(start: Start) -> None:
    setting = start(hang_up, answer(502, b"<html>"), answer())
    assert setting.client.request("GET", "relaties").status_code == 200
    assert setting.client.calls == 3
    assert setting.client.budget.snapshot().windows[0].used == 3


def test_a_read_is_tried_three_times_at_most(start: Start) -> None:
    setting = start(answer(503, b""))
    setting.fails("GET", Unavailable)
    assert len(setting.vendor.seen) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_connection_did_certainly_nothing(start: Start, method: str) -> None:
    setting = start(answer())
    setting.vendor.stop()
    setting.fails(method, Unavailable, json=None)
    assert setting.client.calls == 0
    assert setting.client.budget.snapshot().windows[0].used == 0


@pytest.mark.parametrize(("status", "body"), [
    (500, b"{}"), (502, b"<html>"), (503, b"{}"), (302, b""), (408, b""),
    (200, b"<html></html>"), (201, b'{"id": '),
])  # fmt: skip
def test_a_write_without_a_trustworthy_answer_is_unknown(start: Start, status: int, body: bytes) -> None:
    setting = start(answer(status, body, Retry_After="1"))
    setting.fails("POST", OutcomeUnknown, json={})
    assert len(setting.vendor.seen) == 1


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (200, b"<html></html>"), (302, b"")])
def test_a_read_without_a_trustworthy_answer_is_unavailable(start: Start, status: int, body: bytes) -> None:
    start(answer(status, body)).fails("GET", Unavailable)


def test_a_redirect_is_not_followed(start: Start) -> None:
    elsewhere = Vendor([answer()])
    setting = start(answer(307, b"", Location=elsewhere.url))
    setting.fails("GET", Unavailable)
    setting.fails("POST", OutcomeUnknown, json={})
    assert not elsewhere.seen
    elsewhere.stop()


def test_a_link_to_another_host_is_not_followed(start: Start) -> None:
    with pytest.raises(Unavailable):
        start(answer()).client.request("GET", "http://127.0.0.2:9/v2/relaties")


def test_no_proxy_is_taken_from_the_environment(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert start(answer()).client.request("GET", "relaties").status_code == 200


@pytest.mark.parametrize(("given", "least", "most"), [
    ("7", 6, 8), ("0", 0.9, 1.2), ("86400", 55, 67), ("x", 0.9, 1.2),
])  # fmt: skip
def test_a_refusal_for_a_limit_makes_everybody_wait(start: Start, given: str, least: float, most: float) -> None:
    setting = start(answer(429, Retry_After=given), answer())
    error = setting.fails("POST", Throttled, json={})
    assert isinstance(error, Throttled)
    assert least < (error.retry_at - datetime.now(UTC)).total_seconds() < most
    assert setting.row().throttled_until == error.retry_at
    if most > 2:
        setting.fails("GET", Throttled)
        assert len(setting.vendor.seen) == 1


def test_a_refusal_without_a_pause_waits_longer_each_time(start: Start) -> None:
    setting = start(answer(429))
    first, second = setting.fails("POST", Throttled), setting.fails("POST", Throttled)
    assert isinstance(first, Throttled)
    assert isinstance(second, Throttled)
    time.sleep(max(0.0, (first.retry_at - datetime.now(UTC)).total_seconds()))
    third = setting.fails("POST", Throttled)
    assert isinstance(third, Throttled)
    assert (third.retry_at - datetime.now(UTC)).total_seconds() > 1.5


def test_a_quota_answered_as_403_is_a_limit_and_a_missing_right_is_not(start: Start) -> None:
    setting = start(answer(403, b'{"message": "Scope missing"}'))
    assert setting.client.request("GET", "relaties").status_code == 403
    start(answer(403, b'{"message": "Out of call volume quota."}')).fails("POST", Throttled)
    start(answer(403, Retry_After="3")).fails("POST", Throttled)


def test_the_vendors_own_count_can_only_tighten(start: Start) -> None:
    setting = start(answer(X_RateLimit_Remaining="50", X_RateLimit_Reset="30"),
                    answer(X_RateLimit_Remaining="0", X_RateLimit_Reset="30"))  # fmt: skip
    setting.client.request("GET", "relaties")
    setting.client.request("GET", "relaties")
    setting.fails("GET", Throttled)


def test_refused_credentials_are_renewed_once_and_the_call_repeated(start: Start) -> None:
    setting = start(answer(401), answer(201))
    gates: list[int] = []

    def gate() -> None:
        gates.append(len(setting.vendor.seen))

    response = setting.client.request("POST", "relaties", json={}, gate=gate)
    assert response.status_code == 201
    assert setting.keys.asked == [False, True]
    assert setting.vendor.seen[1].headers["authorization"] == "Bearer 2"
    assert gates == [0], "asked once, before anything was sent"


def test_credentials_refused_twice_need_a_person(start: Start) -> None:
    setting = start(answer(401))
    setting.fails("GET", Unauthorised)
    assert len(setting.vendor.seen) == 2


def test_a_closed_gate_sends_nothing_and_charges_nothing(start: Start) -> None:
    setting = start(answer())

    def gate() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        setting.client.request("POST", "relaties", json={}, gate=gate)
    assert not setting.vendor.seen
    assert setting.client.calls == 0
    assert setting.client.budget.snapshot().windows[0].used == 0


def test_the_adapters_own_reading_of_an_answer_is_raised(start: Start) -> None:
    start(answer(400, b'[{"errorCode": "REL-0007"}]')).fails("POST", Rejected)


def test_a_warm_connection_is_reused_and_a_write_gets_none_that_may_be_closed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = start(answer())
    for _ in range(3):
        setting.client.request("GET", "relaties")
    setting.client.request("POST", "relaties", json={})
    assert setting.vendor.connections == 1
    monkeypatch.setattr("adapters.transport.FRESH_SECONDS", 0.0)
    setting.client.request("POST", "relaties", json={})
    assert setting.vendor.connections == 2


def test_a_body_without_end_is_refused(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.transport.MAX_BODY_BYTES", 10_000)
    start(answer(body=b"[" + b"1," * 20_000 + b"1]")).fails("POST", OutcomeUnknown)


def test_three_failures_in_a_row_park_the_connection(start: Start) -> None:
    setting = start(answer(500), answer(500), answer(), answer(500))
    for _ in range(2):
        setting.fails("PUT", OutcomeUnknown, json={})
    setting.client.request("PUT", "relaties", json={})
    for _ in range(2):
        setting.fails("PUT", OutcomeUnknown, json={})
    assert setting.row().state == ConnectionState.ACTIVE
    setting.fails("PUT", OutcomeUnknown, json={})
    assert setting.row().state == ConnectionState.PARKED
    assert setting.row().next_probe_at is not None


def test_nothing_of_a_request_shows_in_an_error(start: Start) -> None:
    setting = start(hang_up)
    for method in ("GET", "POST"):
        with pytest.raises(AdapterError) as caught:
            setting.client.request(method, "relaties/secret-id", params={"$filter": "secret"}, json={"x": "secret"})
        chain = f"{caught.value!r} {caught.value.__cause__!r} {setting.row().state_reason}"
        assert "secret" not in chain
        assert caught.value.__suppress_context__


def test_threads_share_one_pool_and_all_calls_count(start: Start) -> None:
    setting = start(answer())
    outcomes: list[int] = []

    def work() -> None:
        client = HttpClient(setting.info, setting.outside, Lane.LIVE, auth=Keys(), classify=classify)
        outcomes.append(client.request("GET", "relaties").status_code)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [200] * 12
    state = setting.client.budget.snapshot()
    assert (state.in_flight, state.windows[0].used) == (0, 12)


def test_a_token_call_is_not_budgeted_and_says_what_went_wrong(start: Start) -> None:
    setting = start(answer(400), answer(503), answer(429))
    assert call_unbudgeted(setting.info, "POST", setting.vendor.url, data={"a": "b"}).status_code == 400
    for expected in (Unavailable, Throttled):
        with pytest.raises(expected):
            call_unbudgeted(setting.info, "POST", setting.vendor.url)
    assert setting.client.budget.snapshot().windows[0].used == 0


def test_a_deadline_also_covers_a_server_that_never_accepts(outside: Outside) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        info = add_connection(outside, url, minute=100)
        client = HttpClient(info, outside, Lane.LIVE, auth=Keys(), classify=classify)
        begin = time.monotonic()
        with pytest.raises(Unavailable):
            client.request("POST", "x", json={})
        assert time.monotonic() - begin < DEADLINE + 0.5
        for filler in fillers:
            filler.close()
