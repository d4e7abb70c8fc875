"""Organisations and persons: list, create, read, change, delete, merge, and edits by a user."""

import re
from typing import Any

from sandbox.common.http import Reply, Request
from sandbox.common.stats import Stats
from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import TABLES
from sandbox.simplicate.hooks import Hooks
from sandbox.simplicate.lists import body, envelope, page, reduced
from sandbox.simplicate.present import Presenter
from sandbox.simplicate.store import Store
from sandbox.simplicate.writing import Writer

Record = dict[str, Any]
_ID = re.compile(r"[a-z]+:[0-9a-f]{16}(?:[0-9a-f]{16})?")


class Records:
    """Answer everything about one kind of record, and tell the hooks of every change."""

    def __init__(self, kind: str, store: Store, presenter: Presenter, hooks: Hooks, stats: Stats) -> None:
        self.kind, self.store, self.presenter, self.hooks, self.stats = kind, store, presenter, hooks, stats
        self.records = store.records[kind]

    def browse(self, request: Request) -> Reply:
        """Answer a page."""
        return page(request, list(self.records.values()), TABLES[self.kind], self._show)

    def read(self, request: Request, key: str) -> Reply:
        """Answer one record."""
        return envelope(reduced(self._show(self._find(key)), request.params()))

    def create(self, request: Request) -> Reply:
        """Create a record and answer its id only, with status 200."""
        record = self.store.blank(self.kind)
        self._save(record, body(request), created=True)
        self.stats.wrote(f"POST {self.kind}", record["id"])
        return envelope({"id": record["id"]})

    def change(self, request: Request, key: str) -> Reply:
        """Change the members sent; when nothing differs nothing is stamped or told."""
        self._save(self._find(key), body(request), created=False)
        self.stats.wrote(f"PUT {self.kind}", key)
        return envelope({"id": key})

    def delete(self, request: Request, key: str) -> Reply:
        """Delete a record."""
        self._remove(self._find(key), hooks=True)
        self.stats.wrote(f"DELETE {self.kind}", key)
        return envelope(None)

    def merge(self, request: Request) -> Reply:
        """Let the source go up in the target; only the target is told of."""
        given = body(request)
        source, target = self._find(str(given.get("source_id"))), self._find(str(given.get("target_id")))
        other = "person_id" if self.kind == "organization" else "organization_id"
        known = {contact[other] for contact in self.store.contacts_of(target["id"])}
        for contact in self.store.contacts_of(source["id"]):
            if contact[other] not in known:
                self.store.add_contact({**contact, "id": None, f"{self.kind}_id": target["id"]})
        self.store.remove(self.kind, source["id"])
        self.store.put(self.kind, target)
        self.stats.wrote(f"MERGE {self.kind}", target["id"])
        self._tell("updated", target["id"])
        return envelope({"id": target["id"]})

    def edit(self, given: Record) -> Record:
        """Let a user create, change or delete a record; `"hooks": false` keeps it from being told."""
        key, changes, hooks = given.get("id"), dict(given.get("changes", {})), given.get("hooks", True)
        if isinstance(changes.get("custom_fields"), dict):
            changes["custom_fields"] = [{"name": n, "value": v} for n, v in changes["custom_fields"].items()]
        record = self.records[key] if key else self.store.blank(self.kind)
        if given.get("delete"):
            self._remove(record, hooks)
            return record
        try:
            self._save(record, changes, created=not key, hooks=hooks)
        except Refused as refused:
            raise ValueError(refused.message) from None
        return self._show(self.records[record["id"]])

    def _show(self, record: Record) -> Record:
        return self.presenter.record(self.kind, record)

    def _find(self, key: str) -> Record:
        if not _ID.fullmatch(key):
            raise Refused(422, f"{key} is not an id")
        if key not in self.records:
            raise Refused(404, f"{self.kind} {key} not found", "Database")
        return self.records[key]

    def _save(self, record: Record, given: Record, created: bool, hooks: bool = True) -> None:
        """Apply a body; tell of it if it changed anything."""
        if Writer(self.store, self.stats.warnings).save(self.kind, record, given, created) and hooks:
            self._tell("created" if created else "updated", record["id"])

    def _remove(self, record: Record, hooks: bool) -> None:
        self.store.remove(self.kind, record["id"])
        if hooks:
            self._tell("deleted", record["id"])

    def _tell(self, deed: str, key: str) -> None:
        self.hooks.emit(f"{self.kind}.{deed}", key, self.store.now())
