"""The pipeline of a stand-in: stamp, limits, latency, faults, deed, answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from sandbox.common.clock import Clock
from sandbox.common.control import PREFIX, Control
from sandbox.common.exchange import Exchange
from sandbox.common.faults import KINDS, Faults, Rule
from sandbox.common.http import Reply, Request, text
from sandbox.common.latency import Latency
from sandbox.common.limits import Limits, Refusal
from sandbox.common.options import Options
from sandbox.common.routing import Match
from sandbox.common.stats import Stats

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
PAGE = "<!DOCTYPE html><html><head><title>Onderhoud</title></head><body><h1>Even geduld</h1></body></html>"
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Product(Protocol):
    """What a vendor's stand-in offers to the pipeline and to the control address."""

    stats: Stats
    clock: Clock

    @property
    def options(self) -> Options:
        """Return the switches."""

    def counts(self, path: str) -> bool:
        """Say whether the call limits hold for this path."""

    def match(self, method: str, path: str) -> Match:
        """Find the route of a call."""

    def answer(self, match: Match, request: Request) -> Reply:
        """Carry out one call."""

    def throttled(self, refusal: Refusal) -> Reply:
        """Word a refused call as the vendor does."""

    def revoke(self) -> None:
        """Make every token worthless."""

    def state(self) -> dict[str, Any]:
        """Return all records."""

    def seed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Load records; return how many of each kind."""

    def edit(self, given: dict[str, Any]) -> dict[str, Any]:
        """Change a record as a user would; return it."""

    def reset(self) -> None:
        """Return to the records of the start."""

    def options_changed(self) -> None:
        """Forget what was derived from options."""


class StandIn:
    """Serve one product as an ASGI application."""

    def __init__(self, product: Product, limits: Limits) -> None:
        self.product = product
        self.limits = limits
        self.stats = product.stats
        self.faults = Faults()
        self.latency = Latency()
        self.control = Control(self)
        self.background: set[asyncio.Task[None]] = set()
        #: What else goes on by itself is stopped by these.
        self.endings: list[Callable[[], None]] = []
        self._hung: asyncio.Event | None = None

    @staticmethod
    def now() -> float:
        """Return the monotonic stamp that all counting uses."""
        return time.monotonic()

    def wake_hung(self) -> None:
        """Let go of the calls that an outage left hanging; their connections are dropped."""
        if self._hung:
            self._hung.set()
            self._hung = None

    def end(self) -> None:
        """Stop what goes on by itself: deeds that are still to land, hanging calls, and what a product adds."""
        self.wake_hung()
        for task in self.background:
            task.cancel()
        for end in self.endings:
            end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            return
        arrived, exchange = self.now(), Exchange(scope, receive, send)
        if exchange.path.startswith(PREFIX):
            await exchange.send(self.control.answer(await exchange.read()))
            return
        match = self.product.match(exchange.method, exchange.path)
        if self.product.counts(exchange.path):
            await self._limited(exchange, match, arrived)
        else:
            self.stats.uncounted[match.route] += 1
            if not await self._outage(exchange, arrived):
                await self._serve(exchange, match, lambda: None)

    async def _limited(self, exchange: Exchange, match: Match, arrived: float) -> None:
        """Count the call, and serve it if neither an outage nor a limit stands in the way."""
        self.stats.arrive(match.route, arrived)
        if await self._outage(exchange, arrived):
            return
        if refusal := self.limits.take(arrived):
            self.stats.refused[refusal.reason] += 1
            await self._finish(exchange, self.product.throttled(refusal))
            return
        self.stats.accept(arrived, self.limits.running)
        slot = Slot(self.limits)
        try:
            await self._serve(exchange, match, slot.free)
        finally:
            slot.free()

    async def _outage(self, exchange: Exchange, now: float) -> bool:
        """Turn the call away if the vendor is out; say whether it was."""
        kind = self.faults.out(now)
        if kind is None:
            return False
        self.stats.refused["outage"] += 1
        if kind == "refuse_503":
            await self._finish(exchange, text("Service Unavailable", 503))
        elif kind == "drop":
            await exchange.drop()
        else:
            self._hung = self._hung or asyncio.Event()
            await exchange.hang(None, self._hung)
        return True

    async def _serve(self, exchange: Exchange, match: Match, free: Callable[[], None]) -> None:
        """Read, wait, act, wait, answer; the slot is free before the client can read the answer."""
        request = await exchange.read()
        half = self.latency.half()
        if half:
            await asyncio.sleep(half)
        rule = self.faults.pick(request.method, request.path)
        if rule is not None:
            await self._spoil(exchange, match, request, rule)
            return
        answer = self.product.answer(match, request)
        if half:
            await asyncio.sleep(half)
        free()
        await self._finish(exchange, answer)

    async def _spoil(self, exchange: Exchange, match: Match, request: Request, rule: Rule) -> None:
        """Play a fault: do the deed now, late or not at all, then end the call as its kind says."""
        kind = KINDS[rule.kind]
        if rule.kind == "revoke_token":
            self.product.revoke()
        answer = self.product.answer(match, request) if kind.deed == "now" else None
        ending = rule.client if kind.deed == "late" else kind.ending
        seconds = (rule.delay_ms or 0) / 1000
        if ending == "drop":
            await exchange.drop()
        elif ending == "hang":
            await exchange.hang(seconds or None if kind.deed != "late" else None)
        elif ending == "slow":
            await exchange.send_slowly(answer or Reply(200), seconds or 5.0)
        else:
            await asyncio.sleep(seconds)
            await self._finish(exchange, self._ending(ending, rule, answer))
        if kind.deed == "late":
            self._later(seconds or 1.0, match, request)

    def _ending(self, ending: str, rule: Rule, answer: Reply | None) -> Reply:
        """Word the answer of a fault."""
        if answer is not None and ending in ("own", "empty"):
            return answer if ending == "own" else Reply(answer.status)
        if ending in ("429", "429_no_retry_after", "quota_403"):
            return self.product.throttled(Refusal("fault", ending, rule.retry_after))  # type: ignore[arg-type]
        if ending.startswith("html_"):
            return text(PAGE, int(ending.removeprefix("html_")), "text/html")
        return text({"502": "Bad Gateway", "503": "Service Unavailable"}[ending], int(ending))

    def _later(self, seconds: float, match: Match, request: Request) -> None:
        """Let the deed land some time after the client has gone."""

        async def land() -> None:
            await asyncio.sleep(seconds)
            self.product.answer(match, request)

        task = asyncio.ensure_future(land())
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def _finish(self, exchange: Exchange, answer: Reply) -> None:
        self.stats.statuses[answer.status] += 1
        await exchange.send(answer)


class Slot:
    """Hold one concurrency slot and give it back once, however the call ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits: Limits | None = limits

    def free(self) -> None:
        """Give the slot back; further calls do nothing."""
        if self._limits:
            self._limits.release()
            self._limits = None
