"""Make one call to an outside system: authorised, in budget, within a deadline, its failure a decision."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import requests
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from adapters import answers, metrics
from adapters.base import ConnectionInfo, Gate
from adapters.breaker import Breaker
from adapters.budget import Budget, Permit, Window
from adapters.deadline import Deadline
from adapters.errors import AdapterError, OutcomeUnknown, Throttled, Unauthorised, Unavailable
from adapters.outside import Outside
from adapters.transport import SAFE, TransportError, send
from models.words import Lane

GATEWAY = frozenset({502, 503, 504})
TOKEN_SECONDS = 15.0
"""Deadline of a token call; it comes on top of the call that needs the token."""


class Auth(Protocol):
    """Know how a connection proves who we are."""

    def headers(self, refresh: bool) -> Mapping[str, str]:
        """Return the headers; `refresh` after they were refused once. Raises Unauthorised."""


Classify = Callable[[requests.Response], AdapterError | None]


class _Fleeting(Unavailable):
    """A failure of a safe call that may be gone at the next try."""


@dataclass
class _Call:
    """Hold one request, over its tries."""

    method: str
    url: str
    params: Any
    json: Any
    gate: Gate | None
    ends: float
    safe: bool
    """Whether repeating it changes nothing."""
    passed: bool = field(default=False)

    def pass_gate(self) -> None:
        """Ask the gate, once for all tries."""
        if self.gate is not None and not self.passed:
            self.gate()
        self.passed = True


class HttpClient:
    """Call one connection in one lane. Cheap to make; the pool of connections is shared behind it."""

    def __init__(
        self,
        info: ConnectionInfo,
        outside: Outside,
        lane: Lane,
        *,
        auth: Auth,
        classify: Classify,
        windows: Sequence[Window] | None = None,
    ) -> None:
        """Take `windows` only where the vendor counts otherwise than the connection's limits say."""
        self.calls = 0
        """Calls of which at least a byte was sent; token calls are not among them."""
        self.budget = Budget.of(info, outside, windows)
        self.breaker = Breaker(info.id, outside)
        self._info = info
        self._lane = lane
        self._auth = auth
        self._classify = classify
        self._seconds = outside.settings.deadline_seconds
        self._most_tries = outside.tries
        self._longest_pause = answers.MOST_PAUSE if set(info.limits) & {"hour", "day"} else 60.0

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        json: Any = None,
        gate: Gate | None = None,
        looks: bool = False,
    ) -> requests.Response:
        """Make the call and return its answer. Raises AdapterError: every class says what to do next.

        `looks` for a call that only looks something up although its method says otherwise.
        """
        ends = time.monotonic() + self._seconds
        safe = looks or method.upper() in SAFE
        call = _Call(method.upper(), self._url(path), params, json, gate, ends, safe)
        try:
            response = self._tries(call) if call.safe else self._authorised(call)
        except AdapterError as error:
            self._count(call, type(error).__name__.strip("_").lower())
            if isinstance(error, _Fleeting):
                raise self._failed(Unavailable(str(error))) from None
            raise
        self._count(call, "ok")
        return response

    def _url(self, path: str) -> str:
        """Join a path to the base; a link the vendor sent may not lead our secrets elsewhere."""
        base = self._info.base_url.rstrip("/") + "/"
        if "://" not in path:
            return base + path.lstrip("/")
        if not path.startswith(base):
            raise Unavailable("the system links to another host")
        return path

    def _tries(self, call: _Call) -> requests.Response:
        """Repeat a safe call a few times, all within the one deadline."""
        tries = Retrying(
            stop=stop_after_attempt(self._most_tries) | stop_after_delay(self._seconds),
            wait=wait_random_exponential(multiplier=0.1, max=1),
            retry=retry_if_exception_type(_Fleeting),
            reraise=True,
        )
        return tries(self._authorised, call)

    def _authorised(self, call: _Call) -> requests.Response:
        """Send; a 401 means not executed, so refresh once and repeat once, a write too."""
        response = self._once(call, refresh=False)
        if response.status_code == 401:
            response = self._once(call, refresh=True)
        if response.status_code == 401:
            raise self._refused(Unauthorised())
        return self._judged(call, response)

    def _once(self, call: _Call, refresh: bool) -> requests.Response:
        """Take a permit, pass the gate, send; the permit goes back whatever happens."""
        headers = self._headers(refresh)
        permit, deadline, good = self._permit(), None, False
        try:
            call.pass_gate()
            deadline = Deadline(self._time_left(call, permit), fresh=not call.safe)
            with metrics.SECONDS.labels(self._info.name, call.method).time():
                response = send(
                    self._info.id, call.method, call.url, deadline,
                    headers=headers, params=call.params, json=call.json, guarded=self._info.guarded,
                )  # fmt: skip
            good = response.ok
            return response
        except TransportError as error:
            raise self._broken(call, error) from None
        finally:
            if deadline is not None and deadline.sent:
                self.calls += 1
                permit.release(good)
            else:
                permit.cancel()

    def _headers(self, refresh: bool) -> Mapping[str, str]:
        """Prove who we are; a token address that is away or refuses counts like the system itself."""
        try:
            return self._auth.headers(refresh)
        except Unauthorised as error:
            raise self._refused(error) from None
        except Unavailable as error:
            raise self._failed(error) from None

    def _refused(self, error: Unauthorised) -> Unauthorised:
        """Stop the connection until a person renewed its credentials."""
        self.breaker.needs_consent(str(error))
        return error

    def _permit(self) -> Permit:
        """Ask the budget. Raises Throttled with the moment to come back."""
        try:
            return self.budget.acquire(self._lane, self._seconds)
        except Throttled as error:
            metrics.REFUSALS.labels(self._info.name, self._lane, error.reason).inc()
            raise

    def _time_left(self, call: _Call, permit: Permit) -> float:
        """Bound a safe call by all its tries together, a write by its permit. Raises Throttled at its end."""
        left = min(permit.left(), call.ends - time.monotonic()) if call.safe else permit.left()
        if left <= 0:
            raise _Fleeting(f"{self._info.name}: no answer in time") if call.safe else _late()
        return left

    def _broken(self, call: _Call, error: TransportError) -> AdapterError:
        """Decide about a call without an answer: it did certainly nothing only if nothing was sent."""
        if call.safe:
            return _Fleeting(f"{self._info.name}: {error}")
        if error.sent:
            return self._failed(OutcomeUnknown(f"{self._info.name}: {error}"))
        return self._failed(Unavailable(f"{self._info.name}: {error}"))

    def _judged(self, call: _Call, response: requests.Response) -> requests.Response:
        """Return a good answer, raise what any other one means."""
        if answers.refused_for_limit(response):
            raise self._throttled(response)
        if answers.uncertain(response):
            raise self._untrusted(call, response)
        self.breaker.success()
        if (pause := answers.spent(response)) is not None:
            self.budget.tighten(self._clamped(pause))
        if (error := self._classify(response)) is not None:
            raise error
        return response

    def _untrusted(self, call: _Call, response: requests.Response) -> AdapterError:
        """Decide about an answer that says nothing certain: a gateway's error, a redirect, a page of HTML."""
        words = f"{self._info.name}: answered {response.status_code}"
        if not call.safe:
            return self._failed(OutcomeUnknown(words))
        if response.status_code in GATEWAY:
            return _Fleeting(words)
        error = self._classify(response) if response.status_code >= 500 else None
        return error or self._failed(Unavailable(words))

    def _throttled(self, response: requests.Response) -> Throttled:
        """Tighten everybody's budget by what the answer says; nothing was executed."""
        stated = answers.retry_after(response)
        pause = None if stated is None else self._clamped(stated)
        at = self.budget.tighten(pause, response.elapsed.total_seconds())
        self.breaker.throttle_until(at)
        return Throttled(at, f"answered {response.status_code}")

    def _clamped(self, seconds: float) -> float:
        return min(max(seconds, answers.LEAST_PAUSE), self._longest_pause)

    def _failed(self, error: AdapterError) -> AdapterError:
        """Tell the breaker."""
        self.breaker.failure(str(error))
        return error

    def _count(self, call: _Call, outcome: str) -> None:
        metrics.CALLS.labels(self._info.name, call.method, outcome).inc()


def _late() -> Throttled:
    return Throttled(datetime.now(UTC) + timedelta(seconds=1), "the gate took the whole deadline")


def call_unbudgeted(
    info: ConnectionInfo,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: Any = None,
    json: Any = None,
    seconds: float = TOKEN_SECONDS,
) -> requests.Response:
    """Call a token address, which the vendor counts apart; 4xx is returned. Raises Unavailable, Throttled."""
    deadline = Deadline(seconds, fresh=True)
    try:
        given = {"headers": headers or {}, "data": data, "json": json, "guarded": info.guarded}
        response = send(info.id, method, url, deadline, **given)
    except TransportError as error:
        raise Unavailable(f"{info.name}: token: {error}") from None
    if answers.refused_for_limit(response):
        pause = min(max(answers.retry_after(response) or 5.0, answers.LEAST_PAUSE), 60.0)
        raise Throttled(datetime.fromtimestamp(time.time() + pause, UTC), "token address")
    if answers.uncertain(response):
        raise Unavailable(f"{info.name}: token: answered {response.status_code}")
    return response
