"""The Simplicate stand-in as a product: who may come in, which road leads where, and the control's deeds."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request, reply
from sandbox.common.limits import Refusal
from sandbox.common.options import Options
from sandbox.common.routing import Match, Router
from sandbox.common.stats import Stats
from sandbox.simplicate import filters, standard
from sandbox.simplicate.errors import ErrorShapes, Refused
from sandbox.simplicate.fields import (
    CONTACTPERSON, COUNTRY, CUSTOM_FIELD_DEFINITION, GENDER, MESSAGE, MESSAGE_TYPE, RELATION_TYPE, TABLES, Table,
)  # fmt: skip
from sandbox.simplicate.hooks import Hooks
from sandbox.simplicate.present import Presenter
from sandbox.simplicate.settings import SimplicateOptions
from sandbox.simplicate.store import KINDS, Store
from sandbox.simplicate.timeline import Timeline
from sandbox.simplicate.writing import Writer

Record = dict[str, Any]
BASE = "/api/v2"
_ID = re.compile(r"[a-z]+:[0-9a-f]{16}(?:[0-9a-f]{16})?")


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
        """Return the tallies."""
        return self.tallies

    @stats.setter
    def stats(self, stats: Stats) -> None:
        self.tallies = stats
        self.writer.warnings = stats.warnings

    def reset(self) -> None:
        """Return to the records of the start; hook targets stay."""
        self.store = Store(self.clock)
        self.presenter = Presenter(self.store, self.switches)
        self.writer = Writer(self.store, self.tallies.warnings)
        self.timeline = Timeline(self.store, self.tallies)
        self.router = self._routes()
        self.seed(self.start)

    def _routes(self) -> Router:
        """Lay the roads."""
        router = Router()
        for kind in KINDS:
            self._record_routes(router, kind)
            fields = self.store.definitions[kind]
            self._fixed(router, f"crm/{kind}customfields", fields.values, CUSTOM_FIELD_DEFINITION)
        self._fixed(router, "crm/relationtype", standard.RELATION_TYPES.values, RELATION_TYPE)
        self._fixed(router, "crm/country", standard.COUNTRIES.values, COUNTRY)
        self._fixed(router, "crm/gender", standard.GENDERS.values, GENDER)
        self._fixed(router, "timeline/messagetype", standard.MESSAGE_TYPES.values, MESSAGE_TYPE)
        for method, path, handler in (
            ("GET", "base/test", lambda request: self._data({"status": "ok"})),
            ("GET", "crm/contactperson", self._contacts),
            ("GET", "crm/contactperson/{}", self._contact),
            ("DELETE", "crm/contactperson/{}", self._unlink),
            ("GET", "timeline/message", self._messages),
            ("POST", "timeline/message", self._add_message),
            ("GET", "timeline/message/{}", self._message),
            ("DELETE", "timeline/message/{}", self._drop_message),
        ):
            router.add(method, f"{BASE}/{path}", handler)
        return router

    def _record_routes(self, router: Router, kind: str) -> None:
        """Lay the roads of organisations or persons."""
        path = f"{BASE}/crm/{kind}"
        router.add("GET", path, lambda request: self._list_records(request, kind))
        router.add("POST", path, lambda request: self._create(request, kind))
        router.add("GET", path + "/{}", lambda request, key: self._read(request, kind, key))
        router.add("PUT", path + "/{}", lambda request, key: self._update(request, kind, key))
        router.add("DELETE", path + "/{}", lambda request, key: self._delete(kind, key))
        router.add("POST", f"{BASE}/crm/merge{kind}", lambda request: self._merge(request, kind))

    def _fixed(self, router: Router, path: str, records: Callable[[], Iterable[Record]], table: Table) -> None:
        router.add("GET", f"{BASE}/{path}", lambda request: self._list(request, list(records()), table, dict))

    def counts(self, path: str) -> bool:
        """Count every call."""
        return True

    def match(self, method: str, path: str) -> Match:
        """Find the route of a call; old clients add `.json`."""
        return self.router.match(method, path.removesuffix(".json"))

    def answer(self, match: Match, request: Request) -> Reply:
        """Carry out a call for whoever may make it."""
        try:
            given = (request.headers.get("authentication-key"), request.headers.get("authentication-secret"))
            if given != (self.switches.key, self.switches.secret):
                raise Refused(401, "Unauthorized: key or secret is not valid", "Server")
            if match.handler is None:
                raise Refused(400, f"Unknown resource {request.path}", "Server")
            return match.call(request)
        except Refused as refused:
            return self.shapes.answer(refused, self.switches.error_shape)

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
        """Let a user create, change or delete a record; `"hooks": false` keeps it from being told."""
        kind, key, changes = given["resource"], given.get("id"), dict(given.get("changes", {}))
        if isinstance(changes.get("custom_fields"), dict):
            changes["custom_fields"] = [{"name": n, "value": v} for n, v in changes["custom_fields"].items()]
        record = self.store.records[kind][key] if key else self.store.blank(kind)
        if given.get("delete"):
            self.store.remove(kind, record["id"])
            self._tell(kind, "deleted", record["id"], given.get("hooks", True))
            return record
        try:
            changed = self.writer.save(kind, record, changes, created=not key)
        except Refused as refused:
            raise ValueError(refused.message) from None
        if changed:
            self._tell(kind, "updated" if key else "created", record["id"], given.get("hooks", True))
        return self.presenter.record(kind, self.store.records[kind][record["id"]])

    def _tell(self, kind: str, deed: str, key: str, hooks: bool = True) -> None:
        if hooks:
            self.hooks.emit(f"{kind}.{deed}", key, self.store.now())

    def _data(self, data: Any, metadata: Record | None = None) -> Reply:
        """Wrap an answer; `metadata` only when asked for."""
        more = {"metadata": metadata} if metadata else {}
        return reply({"data": data, "errors": None, "debug": None, **more})

    def _list(self, request: Request, records: list[Record], table: Table, show: Callable[[Record], Record]) -> Reply:
        """Answer one page of a list, filtered, sorted and reduced as the query says."""
        pairs, params = request.pairs(), request.params()
        test = filters.compile_filter(pairs, table)
        found = [record for record in records if test(record)]
        for name in reversed([name for name in params.get("sort", "").split(",") if name]):
            found.sort(key=filters.sort_key(name.removeprefix("-"), table), reverse=name.startswith("-"))
        offset, limit = _number(params, "offset", 0), min(_number(params, "limit", filters.LIMIT), filters.LIMIT)
        names = [name for name in params.get("select", "").split(",") if name]
        shown = [show(record) for record in found[offset : offset + limit]]
        figures = {"count": len(found), "total_count": len(records), "limit": limit, "offset": offset}
        asked = [name for name in params.get("metadata", "").split(",") if name in figures]
        data = [filters.select(record, names) for record in shown] if names else shown
        return self._data(data, {name: figures[name] for name in asked})

    def _list_records(self, request: Request, kind: str) -> Reply:
        return self._list(
            request, list(self.store.records[kind].values()), TABLES[kind], lambda r: self.presenter.record(kind, r)
        )

    def _find(self, kind: str, key: str) -> Record:
        if not _ID.fullmatch(key):
            raise Refused(422, f"{key} is not an id")
        record = self.store.records[kind].get(key)
        if record is None:
            raise Refused(404, f"{kind} {key} not found", "Database")
        return record

    def _read(self, request: Request, kind: str, key: str) -> Reply:
        shown = self.presenter.record(kind, self._find(kind, key))
        names = [name for name in request.params().get("select", "").split(",") if name]
        return self._data(filters.select(shown, names) if names else shown)

    def _create(self, request: Request, kind: str) -> Reply:
        """Create a record and answer its id only, with status 200."""
        record = self.store.blank(kind)
        self.writer.save(kind, record, _body(request), created=True)
        self.tallies.wrote(f"POST {kind}", record["id"])
        self._tell(kind, "created", record["id"])
        return self._data({"id": record["id"]})

    def _update(self, request: Request, kind: str, key: str) -> Reply:
        """Change the members sent; when nothing differs nothing is stamped or told."""
        changed = self.writer.save(kind, self._find(kind, key), _body(request), created=False)
        self.tallies.wrote(f"PUT {kind}", key)
        if changed:
            self._tell(kind, "updated", key)
        return self._data({"id": key})

    def _delete(self, kind: str, key: str) -> Reply:
        self._find(kind, key)
        self.store.remove(kind, key)
        self.tallies.wrote(f"DELETE {kind}", key)
        self._tell(kind, "deleted", key)
        return self._data(None)

    def _merge(self, request: Request, kind: str) -> Reply:
        """Let the source go up in the target; only the target is told of."""
        given = _body(request)
        source, target = self._find(kind, str(given.get("source_id"))), self._find(kind, str(given.get("target_id")))
        other = "person_id" if kind == "organization" else "organization_id"
        known = {contact[other] for contact in self.store.contacts_of(target["id"])}
        for contact in self.store.contacts_of(source["id"]):
            if contact[other] not in known:
                self.store.add_contact({**contact, "id": None, f"{kind}_id": target["id"]})
        self.store.remove(kind, source["id"])
        self.store.put(kind, target)
        self.tallies.wrote(f"MERGE {kind}", target["id"])
        self._tell(kind, "updated", target["id"])
        return self._data({"id": target["id"]})

    def _contacts(self, request: Request) -> Reply:
        """Answer the contacts; filters see organisation and person as they are presented."""
        contacts = [
            {**c, "organization": {"id": c["organization_id"]}, "person": {"id": c["person_id"]}}
            for c in self.store.contacts.values()
        ]
        return self._list(request, contacts, CONTACTPERSON, self.presenter.contact)

    def _contact(self, request: Request, key: str) -> Reply:
        """Answer one contact, as a list of one where types are unreliable."""
        if key not in self.store.contacts:
            raise Refused(404, f"contactperson {key} not found", "Database")
        shown = self.presenter.contact(self.store.contacts[key])
        return self._data([shown] if self.switches.unreliable_types else shown)

    def _unlink(self, request: Request, key: str) -> Reply:
        if key not in self.store.contacts:
            raise Refused(404, f"contactperson {key} not found", "Database")
        self.store.remove_contact(key)
        self.tallies.wrote("DELETE contactperson", key)
        return self._data(None)

    def _messages(self, request: Request) -> Reply:
        return self._list(request, list(self.store.messages.values()), MESSAGE, dict)

    def _add_message(self, request: Request) -> Reply:
        message = self.timeline.add(_body(request))
        self.tallies.wrote("POST message", message["id"])
        return self._data({"id": message["id"]})

    def _message(self, request: Request, key: str) -> Reply:
        if key not in self.store.messages:
            raise Refused(404, f"message {key} not found", "Database")
        return self._data(self.store.messages[key])

    def _drop_message(self, request: Request, key: str) -> Reply:
        if self.store.messages.pop(key, None) is None:
            raise Refused(404, f"message {key} not found", "Database")
        self.tallies.wrote("DELETE message", key)
        return self._data(None)


def _body(request: Request) -> Record:
    """Parse a body; anything but an object is refused."""
    try:
        given = json.loads(request.body)
    except ValueError:
        raise Refused(400, "Body is not JSON", "Server") from None
    if not isinstance(given, dict):
        raise Refused(400, "Body must be an object", "Server")
    return given


def _number(params: dict[str, str], name: str, default: int) -> int:
    value = params.get(name, str(default))
    if not value.isdigit():
        raise Refused(400, f"{name} must be a number")
    return int(value)
