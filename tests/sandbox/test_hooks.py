import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.fixtures.waiting import eventually
from tests.sandbox.clients import Simplicate

SECRET = "geheim"


class Receiver(ThreadingHTTPServer):
    """Collects hooks, and answers with the statuses it was given before 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/token"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Retry-After", "0.05")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def receiver(simplicate: Simplicate) -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    target = {"url": server.url, "secret": SECRET, "events": ["organization.created", "organization.updated"]}
    simplicate.control("PUT", "hooks", {"targets": [target]})
    simplicate.control("DELETE", "hooks/log")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_save_is_told_signed_over_the_raw_body(simplicate: Simplicate, receiver: Receiver) -> None:
    key = simplicate.create("organization", name="x")
    eventually(lambda: len(receiver.got) == 1)
    headers, body = receiver.got[0]
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Webhook-Signature"] == f"sha256={signature}"
    assert headers["X-Simplicate-Domain"] == "sandbox.simplicate.nl"
    told = json.loads(body)
    assert (told["event"], told["data"]) == ("organization.created", {"id": key})
    (entry,) = simplicate.control("GET", "hooks/log")
    assert entry["attempts"][0]["status"] == 200


def test_only_chosen_events_and_real_changes_are_told(simplicate: Simplicate, receiver: Receiver) -> None:
    simplicate.create("person", family_name="x")
    key = simplicate.create("organization", name="x")
    simplicate.call("PUT", f"/crm/organization/{key}", {"name": "x"})
    simplicate.call("PUT", f"/crm/organization/{key}", {"name": "y"})
    simplicate.call("DELETE", f"/crm/organization/{key}")
    eventually(lambda: len(receiver.got) == 2)
    time.sleep(0.1)
    assert sorted(json.loads(body)["event"] for _, body in receiver.got) == [
        "organization.created",
        "organization.updated",
    ]


def test_a_users_edit_stamps_and_tells_unless_it_is_quiet(simplicate: Simplicate, receiver: Receiver) -> None:
    edit = {"resource": "organization", "changes": {"name": "x", "custom_fields": {"sync_snelstart": True}}}
    made = simplicate.control("POST", "edit", edit)
    eventually(lambda: len(receiver.got) == 1)
    quiet = {"resource": "organization", "id": made["id"], "changes": {"name": "y"}, "hooks": False}
    assert simplicate.control("POST", "edit", quiet)["name"] == "y"
    time.sleep(0.1)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(("statuses", "calls", "ok"), [([429, 429], 3, True), ([429] * 5, 3, False), ([500], 1, False)])
def test_429_is_tried_three_times_and_no_more(
    simplicate: Simplicate, receiver: Receiver, statuses: list[int], calls: int, ok: bool
) -> None:
    receiver.statuses = statuses
    simplicate.create("organization", name="x")
    eventually(lambda: simplicate.control("GET", "hooks/log")[0]["ok"] is not None)
    (entry,) = simplicate.control("GET", "hooks/log")
    assert (len(receiver.got), entry["ok"]) == (calls, ok)


def test_a_dead_receiver_harms_nobody(simplicate: Simplicate) -> None:
    simplicate.control("DELETE", "hooks/log")
    simplicate.control("PUT", "hooks", {"targets": [{"url": "http://127.0.0.1:9/", "secret": "x"}]})
    simplicate.create("organization", name="x")
    eventually(lambda: bool(simplicate.control("GET", "hooks/log")[0]["attempts"]))
    assert simplicate.control("GET", "hooks/log")[0]["attempts"][0]["error"] == "ConnectionError"
