"""Begin anew: whatever happened to a stand-in, the next test finds it as if it had just been started."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.fixtures.sandboxes import StartSandbox

SYSTEMS = [("simplicate", "--per-minute", "60"), ("snelstart", "--tier", "test"), ("nextens", "--per-minute", "60")]
SHOWN = ("limits", "stats?arrivals=1&records=1", "latency", "faults", "outage", "state", "clock_offset", "options")
SPOILT = {
    "limits": {"windows": [], "concurrent": 1},
    "latency": {"ms": 1},
    "clock_offset": {"seconds": 60},
}
MORE = {
    "simplicate": ("hooks", {"targets": [{"url": "http://127.0.0.1:9", "secret": "s"}]}, {"error_shape": "plain"}),
    "nextens": ("tokens", {"refresh_tokens": []}, {"licensed": False}),
}


@pytest.mark.parametrize("arguments", SYSTEMS, ids=lambda given: given[0])
def test_nothing_of_the_test_before_is_left(arguments: tuple[str, ...], start_sandbox: StartSandbox) -> None:
    system, url = arguments[0], start_sandbox(*arguments).url

    def control(method: str, name: str, given: Any = None) -> Any:
        answer = requests.request(method, f"{url}/_control/{name}", json=given, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    begun = picture(control, system)
    address, given, options = MORE.get(system, ("faults", {"kind": "503"}, {"nulls": "absent"}))
    control("POST" if address == "faults" else "PUT", address, given)
    control("PUT", "options", options)
    for name in ("limits", "latency"):
        control("PUT", name, SPOILT[name])
    control("POST", "clock_offset", SPOILT["clock_offset"])
    control("POST", "outage", {"until_cleared": True})
    assert requests.get(f"{url}/v2/relaties", timeout=10).status_code == 503
    assert picture(control, system) != begun

    assert control("POST", "restart") == {"restarted": True}
    assert picture(control, system) == begun


def picture(control: Callable[..., Any], system: str) -> dict[str, Any]:
    """Return all that a stand-in tells of itself; ids are drawn anew for the few records there are at the start."""
    names = (*SHOWN, MORE[system][0]) if system in MORE else SHOWN
    shown = {name: control("GET", name) for name in names}
    shown["state"] = {kind: len(records) for kind, records in shown["state"].items()}
    return shown


def test_a_test_that_asks_twice_has_two_and_the_next_has_the_first(start_sandbox: StartSandbox) -> None:
    one, other = (start_sandbox("nextens", "--per-minute", "60") for _ in range(2))
    assert one.url != other.url
    requests.post(f"{one.url}/_control/faults", json={"kind": "503"}, timeout=10)
    assert requests.get(f"{other.url}/_control/faults", timeout=10).json() == []


def test_only_a_post_begins_anew(start_sandbox: StartSandbox) -> None:
    url = start_sandbox("nextens", "--per-minute", "60").url
    requests.post(f"{url}/_control/faults", json={"kind": "503"}, timeout=10)
    assert requests.get(f"{url}/_control/restart", timeout=10).status_code == 405
    assert len(requests.get(f"{url}/_control/faults", timeout=10).json()) == 1


def test_a_deed_that_was_to_land_late_does_not_land_in_the_next_test(start_sandbox: StartSandbox) -> None:
    url = start_sandbox("simplicate", "--per-minute", "60").url
    keys = {"Authentication-Key": "sandbox-key", "Authentication-Secret": "sandbox-secret"}
    late = {"kind": "late_deed", "method": "POST", "delay_ms": 200, "client": "drop"}
    requests.post(f"{url}/_control/faults", json=late, timeout=10)
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{url}/api/v2/crm/organization", json={"name": "x"}, headers=keys, timeout=10)
    requests.post(f"{url}/_control/restart", timeout=10)
    # A call that is served later than the deed would be: it waits longer.
    requests.put(f"{url}/_control/latency", json={"ms": 600}, timeout=10)
    requests.get(f"{url}/api/v2/crm/organization", headers=keys, timeout=10)
    assert requests.get(f"{url}/_control/state", timeout=10).json()["organization"] == []
