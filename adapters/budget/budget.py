"""Ask for a call: one question to Redis answers for all windows, lanes and the calls in flight."""

import random
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import redis

from adapters.base import ConnectionInfo
from adapters.budget.blocks import Blocks, Drawn, Hand
from adapters.budget.script import Clock, Script
from adapters.budget.state import BudgetState, WindowState
from adapters.budget.windows import Window, windows_for
from adapters.errors import Throttled
from adapters.outside import Outside
from models.database import Sessions
from models.words import Lane

PATIENCE_SECONDS = 1.0
"""What is waited out in place; longer waits park the job, so that the thread is free."""
LEASE_MARGIN_SECONDS = 1.0
"""A lease outlives its call by this much, so that a call cut at its deadline was still covered."""
SHARED_SECONDS = 0.02
"""What one statement or two of somebody else's take; then the answer is there for all."""
SPENT = "allowance spent"
"""Reason of a refusal that holds for a whole lane, minutes long: an hour or day is used up."""
REASONS = {
    1: "budget starts anew", 2: "vendor asked to wait", 3: "window full", 4: "calls in flight",
    5: "bulk is spaced", 6: "live goes first", 7: SPENT,
}  # fmt: skip


class Permit:
    """Be the right to make one call; give it back with the answer, or call it off when nothing was sent."""

    def __init__(self, script: Script, key: str, lease_ms: int, blocks: Sequence[int], ends: float) -> None:
        """Remember what the budget charged."""
        self._script = script
        self._key = key
        self._lease_ms = lease_ms
        self._blocks = blocks
        self._ends = ends
        self._open = True

    def left(self) -> float:
        """Return the seconds in which the call has to end."""
        return self._ends - time.monotonic()

    def release(self, good: bool = True) -> None:
        """Tell that the answer has come, or never will; from now on the window's length is counted.

        `good` when the vendor did what was asked: enough of those shorten the pause after its next refusal.
        """
        self._close("release", self._lease_ms, int(good))

    def cancel(self) -> None:
        """Give the charge back: the call was never sent."""
        self._close("cancel", *self._blocks)

    def _close(self, operation: str, *arguments: int) -> None:
        """Say it once; when Redis cannot hear it, the lease ends by itself."""
        if not self._open:
            return
        self._open = False
        try:
            self._script.run(operation, self._key, *arguments)
        except redis.RedisError:
            return


class Budget:
    """Share one connection's allowance with every thread and process that uses it."""

    def __init__(
        self,
        client: redis.Redis,
        sessions: Sessions,
        connection_id: int,
        windows: Sequence[Window],
        *,
        concurrent: int | None = None,
        lease_seconds: float = 30,
        clock: Clock | None = None,
    ) -> None:
        """Take the longest deadline as `lease_seconds`; a clock is for tests."""
        self._windows = list(windows)
        self._concurrent = concurrent
        self._script = Script(client, connection_id, windows, concurrent, clock)
        self._blocks = Blocks(sessions, connection_id, lease_seconds + LEASE_MARGIN_SECONDS, clock)
        short = [window.seconds for window in windows if not window.durable]
        self._hold_ms = round(1000 * max([lease_seconds, *short]))

    @classmethod
    def of(cls, info: ConnectionInfo, outside: Outside, windows: Sequence[Window] | None = None) -> "Budget":
        """Open the budget of a configured connection."""
        return cls(
            outside.redis,
            outside.sessions,
            info.id,
            windows_for(info) if windows is None else windows,
            concurrent=info.limits.get("concurrent"),
            lease_seconds=outside.settings.deadline_seconds,
        )

    def acquire(self, lane: Lane, deadline_seconds: float, patience: float = PATIENCE_SECONDS) -> Permit:
        """Take a permit for a call that ends within the deadline, waiting a little. Raises Throttled."""
        until = time.monotonic() + patience
        while True:
            outcome = self._ask(lane, deadline_seconds)
            if isinstance(outcome, Permit):
                return outcome
            wait, reason = outcome
            if not wait:
                continue
            # Nobody may wake before the moment told, and not all at the same one.
            pause = wait + _between(0.001, 0.004)
            if time.monotonic() + pause > until:
                raise Throttled(_from_now(wait), reason)
            time.sleep(pause)

    def _ask(self, lane: Lane, deadline_seconds: float) -> Permit | tuple[float, str]:
        """Return a permit, or how many seconds to wait and why."""
        key = f"{lane.value}-{secrets.token_urlsafe(9)}"
        lease_ms = round(1000 * (deadline_seconds + LEASE_MARGIN_SECONDS))
        ends = time.monotonic() + deadline_seconds
        try:
            code, *rest = self._script.run("acquire", key, lease_ms)
            if code == 1:
                return Permit(self._script, key, lease_ms, rest, ends)
            if code == 0:
                return rest[0] / 1000, REASONS[rest[1]]
            return (self._start(), REASONS[1]) if code < 0 else (self._refill(rest[0]), REASONS[7])
        except redis.RedisError:
            # Without the shared count nobody may call: allowing here would multiply the rate.
            return PATIENCE_SECONDS * _between(1, 2), "Redis is away"

    def begin(self) -> None:
        """Start the count if Redis has none, so that the wait after a loss runs before anybody needs a call."""
        self._start()

    def _start(self) -> float:
        """Agree on the moment from which calls are granted: now if none was ever made, else a window on."""
        waits: list[float] = []

        def begin(first: bool) -> None:
            waits.append(self._script.run("open", 0 if first else self._hold_ms)[0] / 1000)

        return waits[0] if self._blocks.start(begin) else SHARED_SECONDS

    def _refill(self, index: int) -> float:
        """Draw from PostgreSQL for one durable window; a little later if somebody else is doing so."""

        def hand() -> Hand:
            number, left = self._script.run("hand", index)
            return Hand(number, left)

        def deposit(drawn: Drawn) -> None:
            look = max(1, round(1000 * drawn.look_seconds))
            self._script.run("deposit", index, drawn.number, drawn.calls, drawn.remaining, drawn.freed, look)

        drawn = self._blocks.draw(self._windows[index], hand, deposit)
        return 0 if drawn else SHARED_SECONDS

    def tighten(self, seconds: float | None, age_seconds: float = 0.0) -> datetime:
        """Grant nothing for some seconds because an answer said so; None doubles from 1 s to 60 s.

        It can only make the budget tighter, ends by itself, and returns the moment of that end. `age_seconds`
        since the call was sent: refusals of calls that were under way together count as one.
        """
        jitter = _between(1.0, 1.1)
        pause = -1.0 if seconds is None else 1000 * seconds * jitter
        try:
            return _from_now(self._script.run("tighten", pause, jitter, round(1000 * age_seconds))[0] / 1000)
        except redis.RedisError:
            return _from_now(seconds or PATIENCE_SECONDS)

    def snapshot(self) -> BudgetState:
        """Look without charging. Raises redis.RedisError."""
        wait, in_flight, *rest = self._script.run("look")
        windows = tuple(
            WindowState(window.name, window.calls, window.calls - rest[2 * i], rest[2 * i], rest[2 * i + 1])
            for i, window in enumerate(self._windows)
        )
        return BudgetState(windows, in_flight, self._concurrent, wait / 1000)


def _between(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - spreads wake-ups, guards nothing


def _from_now(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
