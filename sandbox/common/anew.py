"""A stand-in that can begin anew without a new process, so that whoever tests with it need not start one per test."""

from collections.abc import Callable
from http import HTTPStatus

from sandbox.common.control import PREFIX
from sandbox.common.exchange import Exchange
from sandbox.common.http import reply
from sandbox.common.standin import Receive, Scope, Send, StandIn

PATH = f"{PREFIX}/restart"


class Anew:
    """Serve a stand-in; `POST /_control/restart` puts one in its place that nothing has happened to.

    A new one is built as at the start of the process, not the old one cleaned: what it holds besides records,
    such as tokens, options, limits and hook targets, cannot be forgotten that way. A call that is under way ends
    at the old one, which nobody can ask any more.
    """

    def __init__(self, begin: Callable[[], StandIn]) -> None:
        self._begin = begin
        self._now = begin()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._now(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        if (await exchange.read()).method != "POST":
            await exchange.send(reply({"error": "restart takes a POST"}, HTTPStatus.METHOD_NOT_ALLOWED))
            return
        self._now.end()
        self._now = self._begin()
        await exchange.send(reply({"restarted": True}))
