"""The control address of the mail sink."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sandbox.common.control import PREFIX, body
from sandbox.common.exchange import Exchange
from sandbox.common.http import Reply, Request, reply
from sandbox.common.routing import Router
from sandbox.mail.faults import Rule
from sandbox.mail.sink import Sink


class MailControl:
    """Answer everything under `/_control/`, as an ASGI application."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        #: Where mail is received; known once the socket is open.
        self.smtp = ""
        self.router = Router()
        for line in (
            "GET mails", "DELETE mails", "GET faults", "POST faults", "DELETE faults",
            "GET stats", "GET addresses", "POST reset",
        ):  # fmt: skip
            method, name = line.split()
            self.router.add(method, f"{PREFIX}/{name}", getattr(self, f"{method.lower()}_{name}"))

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve one call."""
        if scope["type"] == "http":
            exchange = Exchange(scope, receive, send)
            await exchange.send(self.answer(await exchange.read()))

    def answer(self, request: Request) -> Reply:
        """Run one control call; what is wrong with it comes back as 400 with a sentence."""
        match = self.router.match(request.method, request.path)
        if match.handler is None:
            return reply({"error": f"no such control: {request.method} {request.path}"}, 404)
        try:
            return match.call(request)
        except (ValueError, KeyError, TypeError) as error:
            return reply({"error": f"{type(error).__name__}: {error}"}, 400)

    def get_mails(self, request: Request) -> Reply:
        """Show the mails in the order of arrival; `to=address` picks those to one recipient."""
        return reply(self.sink.inbox.found(request.params().get("to")))

    def delete_mails(self, request: Request) -> Reply:
        """Throw the mails away."""
        self.sink.inbox.mails.clear()
        return reply([])

    def get_faults(self, request: Request) -> Reply:
        """Show the rules with their hits."""
        return reply([rule.as_json() for rule in self.sink.rules])

    def post_faults(self, request: Request) -> Reply:
        """Add one rule or a list of them behind those in force."""
        given = body(request)
        self.sink.rules += [Rule(**spec) for spec in (given if isinstance(given, list) else [given])]
        return self.get_faults(request)

    def delete_faults(self, request: Request) -> Reply:
        """Drop every rule."""
        self.sink.rules.clear()
        return self.get_faults(request)

    def get_stats(self, request: Request) -> Reply:
        """Show how many connections came, mails were kept, and rules struck."""
        return reply({"connections": 0, "kept": 0, **self.sink.stats})

    def get_addresses(self, request: Request) -> Reply:
        """Show where to send mail."""
        return reply({"smtp": self.smtp})

    def post_reset(self, request: Request) -> Reply:
        """Begin again, without mails, rules and figures."""
        self.sink.inbox.mails.clear()
        self.sink.rules.clear()
        self.sink.stats.clear()
        return reply({"reset": ["mails", "faults", "stats"]})
