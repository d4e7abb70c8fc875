"""Break a running world at random moments: kill workers, empty and restart Redis, spoil calls and tokens."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.measure import say
from benchmarks.world import World

WRITES: dict[str, float] = {
    "timeout_before": 0.01, "timeout_after": 0.02, "drop_before": 0.02, "drop_after": 0.02,
    "502_before": 0.02, "502_after": 0.02, "429": 0.005, "429_no_retry_after": 0.002,
}  # fmt: skip
"""Share of the writes that each fault spoils; first match wins, so a few per cent each."""
READS: dict[str, float] = {
    "timeout_before": 0.005, "drop_before": 0.02, "502_before": 0.02, "429": 0.003,
    "429_no_retry_after": 0.001,
}  # fmt: skip
LATE_SHARE = 0.02
MORE = 3
"""Writes of failures to a CRM are few, so more of them are spoilt."""
REVOCATIONS = 20


def faults(seed: int, late_ms: float) -> list[dict[str, Any]]:
    """List the faults of the books: on creates, on replacements, on reads and on tokens."""
    rules: list[dict[str, Any]] = []
    for method in ("POST", "PUT"):
        late = {"kind": "late_deed", "delay_ms": late_ms, "probability": LATE_SHARE}
        rules += [
            {"method": method, "path": "/v2/relaties", **late, "client": "drop"},
            {"method": method, "path": "/v2/relaties", **late, "client": "hang"},
            *({"method": method, "path": "/v2/relaties", "kind": kind, "probability": share}
              for kind, share in WRITES.items()),
        ]  # fmt: skip
    rules += [{"method": "GET", "path": "/v2", "kind": k, "probability": share} for k, share in READS.items()]
    rules += [{"path": "/b2b/token", "kind": "502_before", "probability": 0.05}]
    return [{**rule, "seed": seed + place} for place, rule in enumerate(rules)]


def crm_faults(seed: int, *, told: bool = False) -> list[dict[str, Any]]:
    """List the faults of a CRM: on reads, and on writes where its users are told of failures."""
    rules = [{"method": "GET", "path": "/api", "kind": k, "probability": share} for k, share in READS.items()]
    if told:
        places = (("POST", "/api/v2/timeline"), ("DELETE", "/api/v2/timeline"), ("PUT", "/api/v2/crm"))
        rules += [
            {"method": method, "path": path, "kind": kind, "probability": MORE * share}
            for method, path in places
            for kind, share in WRITES.items()
        ]
    return [{**rule, "seed": seed + place} for place, rule in enumerate(rules)]


def tax_faults(seed: int, late_ms: float) -> list[dict[str, Any]]:
    """List the faults of Nextens; its look-ups are PUTs, and spoilt like replacements."""
    rules: list[dict[str, Any]] = []
    for method in ("POST", "PUT"):
        one = {"method": method, "path": "/v2/klant"}
        rules.append({**one, "kind": "late_deed", "delay_ms": late_ms, "probability": LATE_SHARE, "client": "drop"})
        rules += [{**one, "kind": kind, "probability": share} for kind, share in WRITES.items()]
    rules += [{"method": "GET", "path": "/v2", "kind": k, "probability": share} for k, share in READS.items()]
    rules += [{"path": "/connect/token", "kind": kind, "probability": 0.05} for kind in ("502_before", "drop_after")]
    return [{**rule, "seed": seed + place} for place, rule in enumerate(rules)]


def mail_faults(seed: int) -> list[dict[str, Any]]:
    """List the faults of a mail server; none of them refuses a mail for good."""
    kinds: list[dict[str, Any]] = [{"kind": kind} for kind in ("451", "drop_before", "drop_after")]
    kinds.append({"kind": "hang_after", "delay_ms": 1500})
    return [{**kind, "probability": 0.1, "seed": seed + place} for place, kind in enumerate(kinds)]


class Havoc:
    """Do all damage in time, from the thread that started the servers: they die with it."""

    def __init__(self, world: World, dice: random.Random, sides: Sequence[str] = ("books",)) -> None:
        """Take the world to break, and the targets whose tokens are revoked, in turn."""
        self._world, self._dice, self._sides = world, dice, sides
        self.done: Counter[str] = Counter()
        self._errands: list[Callable[[], None]] = []

    def plan(self, seconds: float, *, kills: int, wipes: int, restarts: int, revocations: int) -> list[Any]:
        """Lay all damage out over a span: Redis at even moments, the rest at random ones."""
        redis = [self._wipe, self._restart] * max(wipes, restarts)
        redis = [one for place, one in enumerate(redis) if place // 2 < (restarts if place % 2 else wipes)]
        moments: list[tuple[float, Callable[[], None]]] = [
            (seconds * (place + 1) / (len(redis) + 1), one) for place, one in enumerate(redis)
        ]
        moments += [(self._dice.uniform(0, seconds), self._kill) for _ in range(kills)]
        moments += [(seconds * (place + self._dice.uniform(0.25, 0.75)) / revocations, self._revoke)
                    for place in range(revocations)]  # fmt: skip
        return sorted(moments, key=lambda one: one[0])

    def run(self, moments: list[tuple[float, Callable[[], None]]]) -> None:
        """Carry the plan out; a kill that finds nobody alive waits for the next worker."""
        began = time.monotonic()
        for moment, act in moments:
            time.sleep(max(0.0, began + moment - time.monotonic()))
            act()

    def _kill(self) -> None:
        """Kill a random worker process without warning; one of them leads the dispatching."""
        alive = self._world.wait(lambda: self._world.supervisor.pids("worker"), 30, "no worker comes up", 0.02)
        os.kill(self._dice.choice(alive), signal.SIGKILL)
        self.done["kills"] += 1

    def _wipe(self) -> None:
        say("Redis is emptied")
        self._world.servers.redis.flush()
        self.done["wipes"] += 1

    def _restart(self) -> None:
        """Restart Redis, the second time after a crash of its own."""
        say("Redis is restarted")
        if self.done["restarts"] % 2:
            self._world.servers.redis.kill()
            self._world.servers.redis.start()
        else:
            self._world.servers.restart_redis()
        self.done["restarts"] += 1

    def _revoke(self) -> None:
        """Let the next call find every token worthless.

        Never two in quick succession: a fresh token that is refused stops the connection until a person comes.
        """
        side = self._sides[self.done["revocations"] % len(self._sides)]
        rules = self._world.control(side, "GET", "faults")
        if not any(rule["kind"] == "revoke_token" and not rule["hits"] for rule in rules):
            self._world.control(side, "POST", "faults", {"kind": "revoke_token", "path": "/v2", "count": 1})
            self.done["revocations"] += 1
