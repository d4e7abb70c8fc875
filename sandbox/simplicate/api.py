"""The Simplicate stand-in as a product: who may come in, which road leads where, and the control's deeds."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request
from sandbox.common.limits import Refusal
from sandbox.common.options import Options
from sandbox.common.routing import Match, Router
from sandbox.common.stats import Stats
from sandbox.simplicate import fields, standard
from sandbox.simplicate.contacts import Contacts
from sandbox.simplicate.errors import ErrorShapes, Refused
from sandbox.simplicate.hooks import Hooks
from sandbox.simplicate.lists import envelope, page
from sandbox.simplicate.present import Presenter
from sandbox.simplicate.records import Records
from sandbox.simplicate.settings import SimplicateOptions
from sandbox.simplicate.store import KINDS, Store
from sandbox.simplicate.timeline import Timeline

Record = dict[str, Any]
BASE = "/api/v2"


class Simplicate:
    """Hold one environment and answer for it."""

    def __init__(self, clock: Clock, start: Record | None = None) -> None:
        self.clock = clock
        self.tallies = Stats()
        self.switches = SimplicateOptions()
        self.hooks = Hooks(self.switches.domain)
        self.shapes = ErrorShapes()
        self.start = start or {}
        self.reset()

    @property
    def options(self) -> Options:
        """Return the switches."""
        return self.switches

    @property
    def stats(self) -> Stats:
        """Return the tallies that handlers write to."""
        return self.tallies

    @stats.setter
    def stats(self, stats: Stats) -> None:
        self.tallies = stats
        self.contacts.stats = self.timeline.stats = stats
        for records in self.records.values():
            records.stats = stats

    def reset(self) -> None:
        """Return to the records of the start; hook targets stay."""
        self.store = Store(self.clock)
        presenter = Presenter(self.store, self.switches)
        self.records = {kind: Records(kind, self.store, presenter, self.hooks, self.tallies) for kind in KINDS}
        self.contacts = Contacts(self.store, presenter, self.tallies)
        self.timeline = Timeline(self.store, self.tallies, self.switches)
        self.router = self._routes()
        self.seed(self.start)

    def _routes(self) -> Router:
        """Lay the roads; invoices, payments and projects will join here."""
        router = Router()
        for kind in KINDS:
            self._record_routes(router, kind)
            definitions = self.store.definitions[kind]
            self._fixed(router, f"crm/{kind}customfields", definitions.values, fields.CUSTOM_FIELD_DEFINITION)
        self._fixed(router, "crm/relationtype", standard.RELATION_TYPES.values, fields.RELATION_TYPE)
        self._fixed(router, "crm/country", standard.COUNTRIES.values, fields.COUNTRY)
        self._fixed(router, "crm/gender", standard.GENDERS.values, fields.GENDER)
        self._fixed(router, "timeline/messagetype", standard.MESSAGE_TYPES.values, fields.MESSAGE_TYPE)
        for method, path, handler in (
            ("GET", "base/test", lambda request: envelope({"status": "ok"})),
            ("GET", "crm/contactperson", self.contacts.browse),
            ("GET", "crm/contactperson/{}", self.contacts.read),
            ("DELETE", "crm/contactperson/{}", self.contacts.delete),
            ("GET", "timeline/message", self.timeline.browse),
            ("POST", "timeline/message", self.timeline.create),
            ("GET", "timeline/message/{}", self.timeline.read),
            ("DELETE", "timeline/message/{}", self.timeline.delete),
        ):
            router.add(method, f"{BASE}/{path}", handler)
        return router

    def _record_routes(self, router: Router, kind: str) -> None:
        """Lay the roads of organisations or persons."""
        path, records = f"{BASE}/crm/{kind}", self.records[kind]
        router.add("GET", path, records.browse)
        router.add("POST", path, records.create)
        router.add("GET", path + "/{}", records.read)
        router.add("PUT", path + "/{}", records.change)
        router.add("DELETE", path + "/{}", records.delete)
        router.add("POST", f"{BASE}/crm/merge{kind}", records.merge)

    def _fixed(self, router: Router, path: str, records: Callable[[], Iterable[Record]], table: fields.Table) -> None:
        """Lay the road to a list that only the product itself changes."""
        router.add("GET", f"{BASE}/{path}", lambda request: page(request, list(records()), table, dict))

    def counts(self, path: str) -> bool:
        """Count every call."""
        return True

    def match(self, method: str, path: str) -> Match:
        """Find the route of a call; old clients add `.json`."""
        return self.router.match(method, path.removesuffix(".json"))

    def answer(self, match: Match, request: Request) -> Reply:
        """Carry out a call for whoever may make it."""
        try:
            self._admit(match, request)
            return match.call(request)
        except Refused as refused:
            return self.shapes.answer(refused, self.switches.error_shape)

    def _admit(self, match: Match, request: Request) -> None:
        """Check the two headers and the existence of the road."""
        given = (request.headers.get("authentication-key"), request.headers.get("authentication-secret"))
        if given != (self.switches.key, self.switches.secret):
            raise Refused(401, "Unauthorized: key or secret is not valid", "Server")
        if match.handler is None:
            raise Refused(400, f"Unknown resource {request.path}", "Server")

    def throttled(self, refusal: Refusal) -> Reply:
        """Word a refused call."""
        status = 403 if refusal.style == "quota_403" else 429
        answer = self.shapes.answer(Refused(status, "Too many requests", "Server"), self.switches.error_shape)
        if refusal.style != "429_no_retry_after":
            answer.headers["retry-after"] = str(refusal.retry_after)
        return answer

    def revoke(self) -> None:
        """Do nothing: Simplicate has no tokens that expire by the hour."""

    def options_changed(self) -> None:
        """Pass the name of the environment on to the hooks."""
        self.hooks.domain = self.switches.domain

    def state(self) -> Record:
        """Return all records as stored."""
        records = {kind: list(self.store.records[kind].values()) for kind in KINDS}
        return {
            **records,
            "contactperson": list(self.store.contacts.values()),
            "message": list(self.store.messages.values()),
            "custom_fields": {kind: list(self.store.definitions[kind]) for kind in KINDS},
        }

    def seed(self, given: Record) -> Record:
        """Load records in bulk, past validation and without hooks."""
        for kind in KINDS:
            for definition in given.get(f"{kind}customfields", ()):
                field = standard.custom_field(kind, definition["name"], definition["label"], definition["render_type"])
                self.store.definitions[kind][field["name"]] = field
            for partial in given.get(kind, ()):
                record = {**self.store.blank(kind), **partial}
                if "relation_type_id" in record:
                    record["relation_type"] = standard.RELATION_TYPES[record.pop("relation_type_id")]
                self.store.put(kind, record, partial.get("updated_at"))
        for contact in given.get("contactperson", ()):
            self.store.add_contact(contact)
        return {kind: len(given.get(kind, ())) for kind in (*KINDS, "contactperson")}

    def edit(self, given: Record) -> Record:
        """Let a user create, change or delete a record."""
        return self.records[given["resource"]].edit(given)
