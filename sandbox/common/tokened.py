"""What products behind an access token share: the token's own road, the order of admission, switches and tallies."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request, reply
from sandbox.common.options import Options
from sandbox.common.routing import Match, Router
from sandbox.common.stats import Stats


@dataclass
class Refused(Exception):
    """Carry the answer to a call that breaks a rule."""

    answer: Reply


class Tokened(ABC):
    """Let calls in that carry a good token; the call for a token is admitted by what it brings."""

    #: Where tokens are given out.
    token_path: ClassVar[str]
    router: Router

    def __init__(self, clock: Clock, switches: Options, start: dict[str, Any] | None) -> None:
        self.clock = clock
        self.tallies = Stats()
        self._options = switches
        self.start = start or {}
        self.reset()

    @property
    def options(self) -> Options:
        """Return the switches."""
        return self._options

    @property
    def stats(self) -> Stats:
        """Return the tallies that handlers write to."""
        return self.tallies

    @stats.setter
    def stats(self, stats: Stats) -> None:
        self.tallies = stats
        self.pass_on(stats)

    @abstractmethod
    def reset(self) -> None:
        """Return to the records of the start."""

    @abstractmethod
    def pass_on(self, stats: Stats) -> None:
        """Give the tallies to whoever writes to them."""

    @abstractmethod
    def admit(self, match: Match, request: Request) -> None:
        """Raise Refused unless the call may be made and its road exists."""

    def counts(self, path: str) -> bool:
        """Count every call but those for a token, which another host answers in reality."""
        return path != self.token_path

    def match(self, method: str, path: str) -> Match:
        """Find the route of a call."""
        return self.router.match(method, path)

    def answer(self, match: Match, request: Request) -> Reply:
        """Carry out a call for whoever may make it."""
        if request.path == self.token_path:
            return match.call(request) if match.handler else reply({"error": "invalid_request"}, 400)
        try:
            self.admit(match, request)
            return match.call(request)
        except Refused as refused:
            return self.refusal(refused)

    def refusal(self, refused: Refused) -> Reply:
        """Return what the client gets to see of a refusal."""
        return refused.answer
