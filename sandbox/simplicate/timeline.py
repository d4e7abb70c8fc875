"""The timeline: messages on a relation, which can be added and removed but not changed."""

from typing import Any

from sandbox.common.http import Reply, Request
from sandbox.common.stats import Stats
from sandbox.simplicate import standard
from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import MESSAGE
from sandbox.simplicate.lists import body, envelope, page
from sandbox.simplicate.settings import SimplicateOptions
from sandbox.simplicate.store import Store, new_id

Record = dict[str, Any]
_LINKS = ("organization_id", "person_id", "sales_id", "project_id", "invoice_id", "employee_id")


class Timeline:
    """Answer `timeline/message`."""

    def __init__(self, store: Store, stats: Stats, options: SimplicateOptions) -> None:
        self.store, self.stats, self.options = store, stats, options

    def browse(self, request: Request) -> Reply:
        """Answer a page; sorted backwards, the later of two messages of one second comes first."""
        if not self.options.timeline_filter and any("[linked_to" in name for name, _ in request.pairs()):
            raise Refused(400, "Unknown field linked_to")
        messages = list(self.store.messages.values())
        if request.params().get("sort", "").startswith("-"):
            messages.reverse()
        return page(request, messages, MESSAGE, dict)

    def create(self, request: Request) -> Reply:
        """Add a message and answer its id only."""
        message = self._add(body(request))
        self.stats.wrote("POST message", message["id"])
        return envelope({"id": message["id"]})

    def read(self, request: Request, key: str) -> Reply:
        """Answer one message."""
        return envelope(self._find(key))

    def delete(self, request: Request, key: str) -> Reply:
        """Remove a message."""
        del self.store.messages[self._find(key)["id"]]
        self.stats.wrote("DELETE message", key)
        return envelope(None)

    def _find(self, key: str) -> Record:
        if key not in self.store.messages:
            raise Refused(404, f"message {key} not found", "Database")
        return self.store.messages[key]

    def _add(self, given: Record) -> Record:
        """Store a message; the type comes as `messagetype_id` or as `message_type: {id}`."""
        kind: Record = given.get("message_type") or {}
        key = str(given.get("messagetype_id") or kind.get("id"))
        if key not in standard.MESSAGE_TYPES:
            raise Refused(400, "messagetype_id is required and must exist", submitted=given)
        now = self.store.now()
        message: Record = {
            "id": new_id("message"),
            "title": given.get("title"),
            "content": given.get("content"),
            "content_fields": given.get("content_fields") or [],
            "display_date": given.get("display_date") or now,
            "message_type": {"id": key, "label": standard.MESSAGE_TYPES[key]["label"]},
            "created_by": {"id": given["created_by_id"]} if given.get("created_by_id") else None,
            "linked_to": self._links(given.get("linked_to") or {}),
            "created_at": now,
            "updated_at": now,
        }
        self.store.messages[message["id"]] = message
        return message

    def _links(self, given: Record | list[Record]) -> list[Record]:
        """Turn the written links into those that are read: `<type>_id` with a label."""
        links = [
            {name: each[name], "label": self._label(name, each[name])}
            for each in (given if isinstance(given, list) else [given])
            for name in _LINKS
            if each.get(name)
        ]
        if not links:
            raise Refused(400, "linked_to is required", submitted=given)
        return links

    def _label(self, name: str, key: str) -> str | None:
        kind = name.removesuffix("_id")
        if kind not in self.store.records:
            return None
        record = self.store.records[kind].get(key)
        if record is None:
            raise Refused(400, f"{name} {key} does not exist")
        return record.get("name") or record.get("family_name")
