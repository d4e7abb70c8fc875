"""A hook as it arrives over HTTP is verified and read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import pytest

from adapters.simplicate import HOOKS
from tests.adapters.simplicate.world import SimplicateWorld

Delivery = tuple[bytes, dict[str, str]]


@pytest.fixture
def deliveries(world: SimplicateWorld) -> Iterator[Queue[Delivery]]:
    """Receive what the stand-in sends."""
    received: Queue[Delivery] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever)
    thread.start()
    target = {"url": f"http://127.0.0.1:{server.server_port}/hooks", "secret": "geheim"}
    world.control("PUT", "hooks", {"targets": [target]})
    yield received
    world.control("PUT", "hooks", {"targets": []})
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_saved_relation_arrives_signed(world: SimplicateWorld, deliveries: Queue[Delivery]) -> None:
    made = [world.add("Een"), world.add("Twee"), world.add("Mens")]
    world.delete(made[0])
    told = []
    for _ in range(4):
        body, headers = deliveries.get(timeout=5)
        now = datetime.now(UTC)
        assert HOOKS.verify(body, headers, ["oud", "geheim"], now)
        assert not HOOKS.verify(body + b" ", headers, ["geheim"], now)
        told += [(notice.record_id, notice.deleted) for notice in HOOKS.notices(body, headers, now)]
    assert sorted(told) == sorted([*((one, False) for one in made), (made[0], True)])
