"""Signed web hooks: sent after a save, apart from it, and logged."""

import hashlib
import hmac
import json
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import requests

#: 3: the vendor sends again on 429, up to this many attempts.
ATTEMPTS = 3
THREADS = 8
TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Target:
    """Hold where to send, the signing secret and the chosen events; no events means all."""

    url: str
    secret: str
    events: tuple[str, ...] = ()


class Hooks:
    """Send events to targets from background threads; there are none until the control address sets them."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.targets: list[Target] = []
        self.log: deque[dict[str, Any]] = deque(maxlen=100_000)
        self._queue: SimpleQueue[tuple[Target, bytes, dict[str, Any]] | None] = SimpleQueue()
        self._started = False

    def configure(self, given: dict[str, Any]) -> None:
        """Replace the targets."""
        self.targets = [Target(each["url"], each["secret"], tuple(each.get("events", ()))) for each in given["targets"]]
        self.domain = given.get("domain", self.domain)

    def as_json(self) -> dict[str, Any]:
        """Return the targets, with their secrets: this is a stand-in."""
        targets = [{"url": each.url, "secret": each.secret, "events": list(each.events)} for each in self.targets]
        return {"domain": self.domain, "targets": targets}

    def emit(self, event: str, key: str, stamp: str) -> None:
        """Queue one event for every target that chose it."""
        for target in self.targets:
            if target.events and event not in target.events:
                continue
            body = json.dumps({"event": event, "data": {"id": key}, "timestamp": stamp}).encode()
            entry = {
                "event": event,
                "id": key,
                "url": target.url,
                "queued_at": time.time(),
                "attempts": [],
                "ok": None,
            }
            self.log.append(entry)
            self._start()
            self._queue.put((target, body, entry))

    def end(self) -> None:
        """Send nothing more: what is queued is thrown away, and the threads end after the call they are in."""
        self.targets = []
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        for _ in range(THREADS):
            self._queue.put(None)

    def _start(self) -> None:
        """Start the threads with the first event; they end with the process."""
        if not self._started:
            self._started = True
            for _ in range(THREADS):
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        with requests.Session() as session:
            while queued := self._queue.get():
                target, body, entry = queued
                entry["ok"] = self._deliver(session, target, body, entry["attempts"])

    def _deliver(self, session: requests.Session, target: Target, body: bytes, attempts: list[dict[str, Any]]) -> bool:
        """Send until it is not answered by 429, waiting as asked; say whether it was accepted."""
        for _ in range(ATTEMPTS):
            try:
                answer = session.post(target.url, data=body, headers=self._headers(target, body), timeout=TIMEOUT)
            except requests.RequestException as error:
                attempts.append({"at": time.time(), "error": type(error).__name__})
                return False
            attempts.append({"at": time.time(), "status": answer.status_code})
            if answer.status_code != 429:
                return answer.ok
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        return False

    def _headers(self, target: Target, body: bytes) -> dict[str, str]:
        digest = hmac.new(target.secret.encode(), body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Webhook-Signature": f"sha256={digest}",
            "X-Simplicate-Domain": self.domain,
        }
