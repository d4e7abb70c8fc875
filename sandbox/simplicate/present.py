"""How stored records look in an answer, with the departures from documented types that clients met."""

from typing import Any
from zlib import crc32

from sandbox.simplicate.fields import CONTACTPERSON, TABLES, Field, Table
from sandbox.simplicate.settings import SimplicateOptions
from sandbox.simplicate.store import Store

Record = dict[str, Any]


class Presenter:
    """Build answers from stored records; departures are fixed per record, so it looks the same each time."""

    def __init__(self, store: Store, options: SimplicateOptions) -> None:
        self.store, self.options = store, options

    def record(self, kind: str, record: Record) -> Record:
        """Present an organisation or a person."""
        table = TABLES[kind]
        full = {name: record.get(name) for name in table}
        full["custom_fields"] = self._custom_fields(kind, record)
        full["created"], full["modified"] = record["created_at"], record["updated_at"]
        full["simplicate_url"] = f"https://{self.options.domain}/crm/{kind}/{record['id'].partition(':')[2]}"
        full["timeline_email_address"] = f"timeline+{record['id'].partition(':')[2]}@{self.options.domain}"
        if kind == "organization":
            full["linked_persons_contacts"] = [
                self._link(each, "person") for each in self.store.contacts_of(record["id"])
            ]
        else:
            full["full_name"] = full_name(record)
            full["linked_as_contact_to_organization"] = [
                self._link(each, "organization") for each in self.store.contacts_of(record["id"])
            ]
        return self._depart(full, table, crc32(record["id"].encode()))

    def contact(self, contact: Record) -> Record:
        """Present a contact person."""
        organization = self.store.records["organization"].get(contact["organization_id"], {})
        person = self.store.records["person"].get(contact["person_id"], {})
        full = {
            **{name: contact.get(name) for name in CONTACTPERSON},
            "organization": {name: organization.get(name) for name in ("id", "name", "relation_number")},
            "person": {
                "id": person.get("id"),
                "full_name": full_name(person),
                "relation_number": person.get("relation_number"),
            },
        }
        return self._depart(full, CONTACTPERSON, crc32(contact["id"].encode()))

    def _link(self, contact: Record, other: str) -> Record:
        """Present one contact as part of a record."""
        key = contact[f"{other}_id"]
        there = self.store.records[other].get(key, {})
        name = full_name(there) if other == "person" else there.get("name")
        work = {field: contact[field] for field in ("work_function", "work_email", "work_phone", "work_mobile")}
        return {"id": contact["id"], f"{other}_id": key, "name": name, **work}

    def _custom_fields(self, kind: str, record: Record) -> list[Record]:
        """Present every defined custom field; `value` is absent when empty, booleans are "1" or "0"."""
        shown = []
        for name, definition in self.store.definitions[kind].items():
            value = record["custom"].get(name)
            if isinstance(value, bool):
                value = str(int(value))
            shown.append({**definition, "value": value} if value not in (None, "", "0") else dict(definition))
        return shown

    def _depart(self, full: Record, table: Table, draw: int) -> Record:
        """Leave out what is empty, and depart from the documented types where the option says so."""
        if not self.options.unreliable_types:
            return _tidy({name: _translated(value) for name, value in full.items()})
        lied = {name: depart(value, table[name], draw >> at % 16) for at, (name, value) in enumerate(full.items())}
        if "address" in lied and lied["address"] and draw % 2:
            lied["address"] = [lied["address"]]
        if draw % 17 == 0 and "created" in lied:
            lied["created_at"] = lied["created"] = "0000-00-00 00:00:00"
        return _tidy(lied, keep_blank=draw % 3 == 0)


def depart(value: Any, field: Field, draw: int) -> Any:
    """Turn booleans into "1" and numbers into text for about half of the draws, deep into the record."""
    if isinstance(value, dict) and field.members:
        return {name: depart(each, field.members.get(name, Field("str")), draw >> 1) for name, each in value.items()}
    if isinstance(value, list) and field.members:
        return [depart(each, Field("object", field.members), draw) for each in value]
    if draw % 2 == 0:
        return value
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value


def _tidy(full: Record, keep_blank: bool = False) -> Record:
    """Drop empty members; some records show a few of them as null instead."""
    empties = ("note", "linkedin_url", "phone") if keep_blank else ()
    return {name: value for name, value in full.items() if name in empties or value not in (None, "", [], {})}


def _translated(value: Any) -> Any:
    """Put the name of a country in place of its untranslated key."""
    if not isinstance(value, dict) or "country" not in value:
        return value
    return {**value, "country": str(value["country"] or "").removeprefix("Country_")}


def full_name(person: Record) -> str | None:
    """Put a person's name together."""
    names = (person.get(part) for part in ("first_name", "family_name_prefix", "family_name"))
    return " ".join(filter(None, names)) or None
