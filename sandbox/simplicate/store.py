"""Organisations, persons and the contacts between them, in memory."""

import secrets
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.common.clock import Clock
from sandbox.simplicate import standard
from sandbox.simplicate.fields import TABLES

Record = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KINDS = ("organization", "person")
_CONTACT_FIELDS = ("work_function", "work_email", "work_phone", "work_mobile")


def new_id(kind: str) -> str:
    """Return a fresh id in Simplicate's form."""
    return f"{kind}:{secrets.token_hex(16)}"


class Store:
    """Keep records as plain values; what an answer looks like is decided when it is presented."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self.contacts: dict[str, Record] = {}
        self.messages: dict[str, Record] = {}
        self.definitions = {kind: standard.custom_fields(kind) for kind in KINDS}
        self._of: dict[str, list[str]] = {}

    def now(self) -> str:
        """Return the vendor's time: Amsterdam, to the second, no zone."""
        return self.clock.now().replace(tzinfo=UTC).astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")

    def blank(self, kind: str) -> Record:
        """Return a new record with every field empty."""
        empty = {"bool": False, "list": [], "object": {}}
        record: Record = {name: empty.get(field.kind) for name, field in TABLES[kind].items()}
        for derived in ("custom_fields", "linked_persons_contacts", "linked_as_contact_to_organization"):
            record.pop(derived, None)
        return {**record, "id": new_id(kind), "is_active": True, "created_at": self.now(), "custom": {}}

    def put(self, kind: str, record: Record, updated: str | None = None) -> None:
        """Store a record and stamp it."""
        record["updated_at"] = updated or self.now()
        self.records[kind][record["id"]] = record

    def remove(self, kind: str, key: str) -> None:
        """Delete a record and its contacts; nothing announces it."""
        del self.records[kind][key]
        for contact in self.contacts_of(key):
            self.remove_contact(contact["id"])

    def contacts_of(self, key: str) -> list[Record]:
        """Return the contacts of a record, in order; an organisation's first is its main one."""
        return [self.contacts[contact] for contact in self._of.get(key, ())]

    def add_contact(self, given: Record) -> Record:
        """Link a person to an organisation."""
        contact = {
            "id": given.get("id") or new_id("contactperson"),
            "organization_id": given["organization_id"],
            "person_id": given["person_id"],
            "is_active": given.get("is_active", True),
            **{name: given.get(name) for name in _CONTACT_FIELDS},
            "created_at": given.get("created_at") or self.now(),
            "updated_at": given.get("updated_at") or self.now(),
        }
        self.contacts[contact["id"]] = contact
        for side in ("organization_id", "person_id"):
            self._of.setdefault(contact[side], []).append(contact["id"])
        return contact

    def remove_contact(self, key: str) -> None:
        """Undo a link."""
        contact = self.contacts.pop(key)
        for side in ("organization_id", "person_id"):
            self._of[contact[side]].remove(key)

    def replace_contacts(self, kind: str, key: str, links: list[Record]) -> bool:
        """Replace the contacts of a record by a list in order; say whether anything changed."""
        own, other = ("organization_id", "person_id") if kind == "organization" else ("person_id", "organization_id")
        old = {contact[other]: contact for contact in self.contacts_of(key)}
        before = [{name: contact[name] for name in (other, *_CONTACT_FIELDS)} for contact in old.values()]
        for contact in old.values():
            self.remove_contact(contact["id"])
        kept = [{**old.get(link[other], {}), **link, "id": None, own: key} for link in links]
        for link in kept:
            self.add_contact({**link, "id": old.get(link[other], {}).get("id")})
        return before != [{name: link.get(name) for name in (other, *_CONTACT_FIELDS)} for link in kept]
