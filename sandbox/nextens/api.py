"""The Nextens stand-in as a product: who may come in, which road leads where, and the control's deeds."""

import re
from typing import Any

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request
from sandbox.common.limits import Refusal
from sandbox.common.numbers import eleven_proof
from sandbox.common.routing import Match, Router
from sandbox.common.stats import Stats
from sandbox.common.tokened import Refused, Tokened
from sandbox.nextens import errors
from sandbox.nextens.backdoor import BackDoor
from sandbox.nextens.identity import COMPANY, PERSON
from sandbox.nextens.klanten import Klanten
from sandbox.nextens.settings import NextensOptions
from sandbox.nextens.tokens import Tokens

BASE = "/v2/klant"
_NINE_DIGITS = re.compile(r"(?<![0-9A-Fa-f-])\d{9}(?![0-9A-Fa-f-])")


class Nextens(Tokened):
    """Hold one office and answer for it."""

    token_path = "/connect/token"  # noqa: S105 - a path

    def __init__(self, clock: Clock, start: dict[str, Any] | None = None) -> None:
        self.switches = NextensOptions()
        self.tokens = Tokens(self.switches)
        super().__init__(clock, self.switches, start)

    def reset(self) -> None:
        """Return to the clients of the start; tokens stay."""
        self.persons = Klanten(PERSON, self.clock, self.switches, self.tallies)
        self.companies = Klanten(COMPANY, self.clock, self.switches, self.tallies)
        self.back_door = BackDoor({"persoon": self.persons, "bedrijf": self.companies})
        self.router = self._routes()
        self.seed(self.start)

    def _routes(self) -> Router:
        """Lay the roads; the look-up by BSN is `person`, in English, as the one known client calls it."""
        router, persons, companies = Router(), self.persons, self.companies
        router.add("POST", self.token_path, self.tokens.issue)
        router.add("PUT", f"{BASE}/person/byBsn", persons.by_number)
        router.add("PUT", f"{BASE}/bedrijf/byRsin", companies.by_number)
        for kind, klanten in self.back_door.kinds.items():
            router.add("PUT", f"{BASE}/{kind}/byNaam", klanten.by_name)
            router.add("GET", f"{BASE}/{kind}", klanten.browse)
            router.add("POST", f"{BASE}/{kind}", klanten.create)
            router.add("GET", f"{BASE}/{kind}/{{}}", klanten.read)
            router.add("PUT", f"{BASE}/{kind}/{{}}", klanten.replace)
        return router

    def pass_on(self, stats: Stats) -> None:
        """Give the tallies to both kinds of clients."""
        self.persons.stats = self.companies.stats = stats

    def refusal(self, refused: Refused) -> Reply:
        """Leave the body of a 409 out where that is switched on."""
        empty = refused.answer.status == 409 and self.switches.empty_409
        return Reply(409) if empty else refused.answer

    def admit(self, match: Match, request: Request) -> None:
        """Check the bearer, the office's licence and the existence of the road, in that order."""
        self._watch(request)
        if not self.tokens.admits(request.headers.get("authorization", "")):
            challenge = {"www-authenticate": 'Bearer error="invalid_token"'}
            raise errors.denied("Het token is verlopen of niet geldig.", 401, challenge)
        if not self.switches.licensed:
            raise errors.denied("Dit kantoor heeft geen licentie voor deze koppeling.", 403)
        if match.handler is None:
            raise errors.denied("Niet gevonden.", 404)

    def _watch(self, request: Request) -> None:
        """Count calls that carry what may be a BSN where logs would show it, without repeating it."""
        if any(map(eleven_proof, _NINE_DIGITS.findall(f"{request.path}?{request.query}"))):
            self.tallies.warnings["BSN or RSIN in the URL"] += 1

    def throttled(self, refusal: Refusal) -> Reply:
        """Word a refused call."""
        if refusal.style == "quota_403":
            answer = errors.denied("Het aantal aanroepen van dit kantoor is op.", 403).answer
        else:
            answer = errors.denied("Te veel aanroepen. Probeer het later opnieuw.", 429).answer
        if refusal.style != "429_no_retry_after":
            answer.headers["retry-after"] = str(refusal.retry_after)
        return answer

    def revoke(self) -> None:
        """Make every access token worthless."""
        self.tokens.revoke()

    def options_changed(self) -> None:
        """Do nothing: no answer is kept."""

    def state(self) -> dict[str, Any]:
        """Return all clients."""
        return self.back_door.state()

    def seed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Load clients."""
        return self.back_door.seed(given)

    def edit(self, given: dict[str, Any]) -> dict[str, Any]:
        """Change a client as a tax adviser would."""
        return self.back_door.edit(given)
