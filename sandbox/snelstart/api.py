"""The SnelStart stand-in as a product: who may come in, which road leads where, and the control's deeds."""

import json
from typing import Any

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request, reply
from sandbox.common.limits import Refusal
from sandbox.common.routing import Match, Router
from sandbox.common.stats import Stats
from sandbox.common.tokened import Refused, Tokened
from sandbox.snelstart import lists, standard
from sandbox.snelstart.backdoor import BackDoor
from sandbox.snelstart.customfields import CustomFields
from sandbox.snelstart.fields import GROOTBOEK
from sandbox.snelstart.kostenplaatsen import Kostenplaatsen
from sandbox.snelstart.landen import LANDEN
from sandbox.snelstart.relaties import Relaties, link, system_rows
from sandbox.snelstart.settings import SnelStartOptions
from sandbox.snelstart.tokens import Tokens

#: Right needed per first part of the path; reading and writing are told apart by method.
SCOPES = {
    "relaties": "relaties", "landen": "settings", "companyInfo": "settings", "kostenplaatsen": "settings",
    "btwtarieven": "settings", "grootboeken": "boekhouden", "dagboeken": "boekhouden",
}  # fmt: skip


class SnelStart(Tokened):
    """Hold one administration and answer for it."""

    token_path = "/b2b/token"  # noqa: S105 - a path

    def __init__(self, clock: Clock, start: dict[str, Any] | None = None) -> None:
        self.switches = SnelStartOptions()
        self.tokens = Tokens(self.switches)
        super().__init__(clock, self.switches, start)

    def reset(self) -> None:
        """Return to an empty administration and the records of the start."""
        self.relaties = Relaties(self.clock, self.switches, self.tallies)
        self.custom_fields = CustomFields(self.relaties)
        self.kostenplaatsen = Kostenplaatsen(self.tallies)
        self.back_door = BackDoor(self.relaties, self.custom_fields, self.kostenplaatsen)
        self.grootboeken = standard.grootboeken()
        self.company = standard.company_info()
        for record in system_rows():
            link(record)
            self.relaties.store.put(record, "2024-01-01T00:00:00")
        self.router = self._routes()
        self.seed(self.start)

    def _routes(self) -> Router:
        """Lay the roads; bookings and documents will join here."""
        router, relaties, kostenplaatsen = Router(), self.relaties, self.kostenplaatsen
        for method, path, handler in (
            ("POST", self.token_path, self.tokens.issue),
            ("GET", "/v2/relaties", relaties.browse),
            ("POST", "/v2/relaties", relaties.create),
            ("GET", "/v2/relaties/{}", relaties.read),
            ("PUT", "/v2/relaties/{}", relaties.replace),
            ("DELETE", "/v2/relaties/{}", relaties.delete),
            ("GET", "/v2/relaties/{}/customFields", self.custom_fields.read),
            ("PUT", "/v2/relaties/{}/customFields", self.custom_fields.write),
            ("GET", "/v2/relaties/{}/verkoopboekingen", relaties.related),
            ("GET", "/v2/relaties/{}/inkoopboekingen", relaties.related),
            ("GET", "/v2/relaties/{}/doorlopendeincassomachtigingen", relaties.related),
            ("GET", "/v2/kostenplaatsen", kostenplaatsen.browse),
            ("POST", "/v2/kostenplaatsen", kostenplaatsen.create),
            ("GET", "/v2/kostenplaatsen/{}", kostenplaatsen.read),
            ("PUT", "/v2/kostenplaatsen/{}", kostenplaatsen.replace),
            ("DELETE", "/v2/kostenplaatsen/{}", kostenplaatsen.delete),
            ("GET", "/v2/landen", lambda request: reply(list(LANDEN.values()))),
            ("GET", "/v2/landen/{}", lambda request, key: self._one(LANDEN, key)),
            ("GET", "/v2/grootboeken", self._grootboeken),
            ("GET", "/v2/grootboeken/{}", lambda request, key: self._one(self.grootboeken, key)),
            ("GET", "/v2/dagboeken", lambda request: reply(standard.dagboeken())),
            ("GET", "/v2/btwtarieven", lambda request: reply(standard.btwtarieven())),
            ("GET", "/v2/companyInfo", lambda request: reply(self.company)),
            ("PUT", "/v2/companyInfo", self._change_company),
            ("GET", "/v2/echo/{}", lambda request, word: reply(word)),
        ):
            router.add(method, path, handler)
        return router

    def pass_on(self, stats: Stats) -> None:
        """Give the tallies to relaties and cost centres."""
        self.relaties.stats = self.kostenplaatsen.stats = stats

    def admit(self, match: Match, request: Request) -> None:
        """Check subscription key, bearer, existence of the road, and right, in that order."""
        key = request.headers.get("ocp-apim-subscription-key") or request.params().get("subscription-key")
        if not key:
            raise _denied("Access denied due to missing subscription key. Send one with every request.")
        if key != self.switches.subscription_key:
            raise _denied("Access denied due to invalid subscription key. Use the key of an active subscription.")
        scopes = self.tokens.scopes(request.headers.get("authorization", ""))
        if scopes is None:
            raise Refused(reply({"Message": "Authorization has been denied for this request."}, 401))
        if match.handler is None:
            raise Refused(reply({"statusCode": 404, "message": "Resource not found"}, 404))
        first = request.path.split("/")[2]
        right = f"{SCOPES.get(first)}:{'read' if request.method == 'GET' else 'write'}"
        if first in SCOPES and right not in scopes:
            raise Refused(reply({"Message": f"Scope '{right}' is required."}, 403))

    def throttled(self, refusal: Refusal) -> Reply:
        """Word a refused call as the vendor's gateway does."""
        after = {"retry-after": str(refusal.retry_after)}
        if refusal.style == "quota_403":
            message = f"Out of call volume quota. Quota will be replenished in {_clock_face(refusal.retry_after)}."
            return reply({"statusCode": 403, "message": message}, 403, after)
        if refusal.style == "429":
            message = f"Rate limit is exceeded. Try again in {refusal.retry_after} seconds."
            return reply({"statusCode": 429, "message": message}, 429, after)
        return reply({"statusCode": 429, "message": "Rate limit is exceeded."}, 429)

    def revoke(self) -> None:
        """Make every token worthless."""
        self.tokens.revoke()

    def options_changed(self) -> None:
        """Show records anew."""
        self.relaties.store.forget_shown()

    def state(self) -> dict[str, Any]:
        """Return all records."""
        return self.back_door.state()

    def seed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Load records."""
        return self.back_door.seed(given)

    def edit(self, given: dict[str, Any]) -> dict[str, Any]:
        """Change a relatie as a bookkeeper would."""
        return self.back_door.edit(given)

    def _one(self, records: dict[str, dict[str, Any]], key: str) -> Reply:
        if key not in records:
            raise Refused(reply({"Message": "Niet gevonden"}, 404))
        return reply(records[key])

    def _grootboeken(self, request: Request) -> Reply:
        return lists.odata_list(request, self.grootboeken.values(), GROOTBOEK, "Grootboek")

    def _change_company(self, request: Request) -> Reply:
        """Change the one thing of a company that the API can change."""
        given = json.loads(request.body or b"{}")
        self.company["factureerBuitenlandsBtw"] = bool(given.get("factureerBuitenlandsBtw"))
        return reply(self.company)


def _denied(message: str) -> Refused:
    return Refused(reply({"statusCode": 401, "message": message}, 401))


def _clock_face(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
