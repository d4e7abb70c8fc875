import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.common.clock import EPOCH
from sandbox.common.limits import Limits, Window
from sandbox.common.stats import fullest_window
from tests.sandbox.clients import SnelStart

# Whole numbers among the rest, so that calls meet the edge of a window exactly.
times = st.integers(0, 40).map(float) | st.floats(0, 100, allow_subnormal=False)
lengths = st.integers(1, 20).map(float) | st.floats(0.5, 20)
moments = st.lists(times, max_size=60).map(sorted)


def limit(client: SnelStart, *windows: dict[str, Any], concurrent: int | None = None) -> None:
    client.control("PUT", "limits", {"windows": list(windows), "concurrent": concurrent})
    client.control("POST", "reset", {"only": ["stats"]})


@given(moments, st.integers(1, 5), lengths)
def test_a_sliding_window_is_exact(stamps: list[float], count: int, seconds: float) -> None:
    limits = Limits([Window(seconds, count)])
    accepted: list[float] = []
    for now in stamps:
        room = sum(stamp > now - seconds for stamp in accepted) < count
        assert (limits.take(now) is None) == room
        accepted += [now] if room else []
    assert fullest_window(array("d", accepted), seconds) <= count


@given(moments, st.integers(1, 5), lengths)
def test_a_calendar_window_is_exact(stamps: list[float], count: int, seconds: float) -> None:
    limits = Limits([Window(seconds, count, "calendar")])
    accepted: list[float] = []
    for now in stamps:
        start = now - (now + EPOCH) % seconds
        room = sum(stamp >= start for stamp in accepted) < count
        assert (limits.take(now) is None) == room
        accepted += [now] if room else []


@given(moments, lengths)
def test_the_fullest_window_is_what_counting_finds(stamps: list[float], seconds: float) -> None:
    counted = max((sum(end - seconds < each <= end for each in stamps) for end in stamps), default=0)
    assert fullest_window(array("d", stamps), seconds) == counted


@given(moments, st.integers(1, 5))
def test_a_call_that_waits_as_told_gets_in(stamps: list[float], count: int) -> None:
    limits = Limits([Window(3, count), Window(10, count * 2)])
    later = 0.0
    for stamp in stamps:
        later = max(later, stamp)
        while refusal := limits.take(later):
            later += refusal.retry_after


def test_over_http_the_limit_holds_and_frees(snelstart: SnelStart) -> None:
    limit(snelstart, {"seconds": 0.6, "count": 5})
    statuses = [snelstart.call("GET", "/companyInfo").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    time.sleep(0.65)
    assert snelstart.call("GET", "/companyInfo").status_code == 200
    stats = snelstart.control("GET", "stats?arrivals=1")
    assert (stats["total"], stats["accepted"], stats["refused"]) == (8, 6, {"window_0.6s": 2})
    (window,) = stats["windows"]
    assert (window["max_arrivals"], window["max_accepted"]) == (7, 5)
    assert len(stats["arrivals"]) == 8
    assert abs(stats["arrivals"][-1] - time.time()) < 5


def test_a_calendar_window_frees_at_its_boundary(snelstart: SnelStart) -> None:
    limit(snelstart, {"seconds": 1, "count": 2, "mode": "calendar"})
    time.sleep(1 - time.time() % 1 + 0.8)
    late = [snelstart.call("GET", "/companyInfo").status_code for _ in range(2)]
    time.sleep(1 - time.time() % 1 + 0.01)
    early = [snelstart.call("GET", "/companyInfo").status_code for _ in range(3)]
    assert (late, early) == ([200, 200], [200, 200, 429])


@pytest.mark.parametrize(
    ("style", "status", "header", "words"),
    [
        ("429", 429, True, "Try again in"),
        ("429_no_retry_after", 429, False, "Rate limit"),
        ("quota_403", 403, True, "quota"),
    ],
)
def test_each_style_of_refusal(snelstart: SnelStart, style: str, status: int, header: bool, words: str) -> None:
    limit(snelstart, {"seconds": 30, "count": 0, "reply": style})
    answer = snelstart.call("GET", "/companyInfo")
    assert (answer.status_code, "Retry-After" in answer.headers) == (status, header)
    assert answer.json()["statusCode"] == status
    assert words in answer.json()["message"]


def test_concurrency_is_refused_at_once(snelstart: SnelStart) -> None:
    limit(snelstart, concurrent=3)
    snelstart.control("PUT", "latency", {"ms": 400})
    with ThreadPoolExecutor(6) as pool:
        began = time.monotonic()
        statuses = list(pool.map(lambda _: snelstart.call("GET", "/companyInfo").status_code, range(6)))
    assert sorted(statuses) == [200] * 3 + [429] * 3
    assert time.monotonic() - began < 2
    stats = snelstart.control("GET", "stats")
    assert stats["concurrent"] == {"now": 0, "max": 3}
    assert stats["refused"] == {"concurrent": 3}


def test_a_slot_is_free_when_the_answer_is_read(snelstart: SnelStart) -> None:
    limit(snelstart, concurrent=1)
    assert {snelstart.call("GET", "/companyInfo").status_code for _ in range(50)} == {200}


def test_latency_lies_between_its_bounds(snelstart: SnelStart) -> None:
    snelstart.control("PUT", "latency", {"min_ms": 20, "max_ms": 60, "seed": 1})
    for _ in range(5):
        began = time.monotonic()
        snelstart.call("GET", "/companyInfo")
        assert 0.02 <= time.monotonic() - began < 0.5


def test_wrong_control_calls_are_refused_with_a_reason(snelstart: SnelStart) -> None:
    for name, wrong in (
        ("limits", {"windows": [{"seconds": 0, "count": 1}]}),
        ("limits", {"windows": [{"seconds": 1, "count": 1, "mode": "odd"}]}),
        ("latency", {"min_ms": 5, "max_ms": 1}),
        ("options", {"strict_roles": "yes"}),
        ("options", {"nothing": True}),
    ):
        answer = snelstart.session.put(f"{snelstart.url}/_control/{name}", json=wrong, timeout=5)
        assert answer.status_code == 400
        assert answer.json()["error"]
