"""Apply what a client or a user sends to a stored record: members left out keep their value."""

from collections import Counter
from typing import Any

from sandbox.simplicate import standard
from sandbox.simplicate.errors import Refused
from sandbox.simplicate.fields import TABLES, Field
from sandbox.simplicate.store import Store, new_id

Record = dict[str, Any]
#: Member that lists contacts, per kind, with the id each entry must carry.
CONTACT_LISTS = {
    "organization": ("linked_persons_contacts", "person_id"),
    "person": ("linked_as_contact_to_organization", "organization_id"),
}
#: What makes a record of a kind worth keeping.
REQUIRED = {"organization": ("name",), "person": ("family_name", "first_name")}


class Writer:
    """Turn bodies into changes of the store; a body that changes nothing leaves the record untouched."""

    def __init__(self, store: Store, warnings: Counter[str]) -> None:
        self.store, self.warnings = store, warnings

    def save(self, kind: str, record: Record, given: Record, created: bool) -> bool:
        """Apply a body to a record and store it; say whether anything changed; raise Refused."""
        before = {name: value for name, value in record.items() if name != "updated_at"}
        after = {**before, "custom": dict(record["custom"])}
        contacts = self._apply(kind, after, given)
        if not any(after.get(name) for name in REQUIRED[kind]):
            raise Refused(400, f"{REQUIRED[kind][0]} is required", submitted=given)
        relinked = contacts is not None and self.store.replace_contacts(kind, after["id"], contacts)
        if not created and after == before and not relinked:
            return False
        self.store.put(kind, after)
        return True

    def _apply(self, kind: str, record: Record, given: Record) -> list[Record] | None:
        """Lay the members over the record; return the list of contacts if one was sent."""
        table, contacts = TABLES[kind], CONTACT_LISTS[kind]
        for name, value in given.items():
            if name == "custom_fields":
                self._custom(kind, record, value)
            elif name == contacts[0]:
                self._check_contacts(contacts[1], value)
            elif name.endswith("_id") and name.removesuffix("_id") in table:
                record[name.removesuffix("_id")] = self._reference(name.removesuffix("_id"), value)
            elif name not in table:
                self.warnings[f"unknown member {kind}.{name}"] += 1
            elif not table[name].read_only:
                record[name] = self._member(name, table[name], record.get(name), value)
        return given.get(contacts[0])

    def _member(self, name: str, field: Field, old: Any, value: Any) -> Any:
        """Convert one member to how it is stored."""
        if name == "relation_type" and value:
            return self._reference(name, value.get("id"))
        if name.endswith("address") and isinstance(value, dict):
            return address({**(old or {}), **value})
        if field.kind == "object":
            if value is not None and not isinstance(value, dict):
                raise Refused(400, f"{name} must be an object")
            return {**(old or {}), **(value or {})}
        if field.kind == "bool" and value is not None:
            return value in (True, 1, "1", "true")
        if field.kind == "list":
            return value or []
        return None if value in (None, "") else str(value)

    def _reference(self, name: str, key: str | None) -> Record | None:
        """Look up what an `..._id` member points at; unknown kinds of reference keep the bare id."""
        known = {"relation_type": standard.RELATION_TYPES, "gender": standard.GENDERS}.get(name)
        if key in (None, ""):
            return None
        if known is None:
            return {"id": key}
        if key not in known:
            raise Refused(400, f"{name} {key} does not exist")
        return known[key]

    def _custom(self, kind: str, record: Record, fields: list[Record]) -> None:
        """Set custom fields by name; an unknown name is refused."""
        for each in fields:
            definition = self.store.definitions[kind].get(each.get("name", ""))
            if definition is None:
                raise Refused(400, f"Custom field {each.get('name')} does not exist")
            value = each.get("value")
            if definition["render_type"] == "checkbox":
                value = "1" if value in (True, 1, "1", "true") else None
            record["custom"][each["name"]] = value

    def _check_contacts(self, member: str, links: list[Record]) -> None:
        kind = member.removesuffix("_id")
        for link in links:
            if link.get(member) not in self.store.records[kind]:
                raise Refused(400, f"{member} {link.get(member)} does not exist")


def address(given: Record) -> Record:
    """Complete an address: country by id or by two-letter code."""
    country = standard.COUNTRIES.get(given.get("country_id") or "")
    country = country or standard.COUNTRY_BY_CODE.get(str(given.get("country_code") or "").upper())
    if country:
        given |= {"country": country["name"], "country_code": country["code"], "country_id": country["id"]}
    return {"id": new_id("address"), "type": "default", **given}
