"""The back door of an administration: what tests load, look at, and change as a bookkeeper would."""

import copy
from typing import Any
from uuid import uuid4

from sandbox.snelstart.customfields import CustomFields
from sandbox.snelstart.kostenplaatsen import Kostenplaatsen
from sandbox.snelstart.relaties import Relaties, blank, link


class BackDoor:
    """Reach the records past all checks."""

    def __init__(self, relaties: Relaties, custom_fields: CustomFields, kostenplaatsen: Kostenplaatsen) -> None:
        self.relaties, self.custom_fields, self.kostenplaatsen = relaties, custom_fields, kostenplaatsen

    def state(self) -> dict[str, Any]:
        """Return all records."""
        return {
            "relaties": list(self.relaties.store.records.values()),
            "deleted": sorted(self.relaties.store.deleted),
            "kostenplaatsen": list(self.kostenplaatsen.records.values()),
            "custom_fields": self.custom_fields.values,
            "extra_fields": self.custom_fields.defined,
        }

    def seed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Load relaties, kostenplaatsen and defined extra fields, past all validation."""
        for kind, fields in given.get("extra_fields", {}).items():
            self.custom_fields.defined[kind].update(fields)
        for partial in given.get("relaties", ()):
            self._put(merged(blank(), partial), partial.get("modifiedOn"))
        for partial in given.get("kostenplaatsen", ()):
            self.kostenplaatsen.put({"id": str(uuid4()), "nonactief": False, **partial})
        return {name: len(given.get(name, ())) for name in ("relaties", "kostenplaatsen", "extra_fields")}

    def edit(self, given: dict[str, Any]) -> dict[str, Any]:
        """Let a bookkeeper create, change or delete a relatie; raise LookupError for an unknown id."""
        store, key = self.relaties.store, given.get("id")
        record = merged(store.records[key] if key else blank(), given.get("changes", {}))
        if given.get("delete"):
            store.deleted.add(record["id"])
            record["nonactief"] = True
        self._put(record, None)
        return record

    def _put(self, record: dict[str, Any], modified: str | None) -> None:
        """Store a relatie that came by the back door."""
        record["id"] = record["id"] or str(uuid4())
        if record["relatiecode"] is None:
            record["relatiecode"] = self.relaties.store.allocate()
        link(record)
        self.relaties.store.put(record, modified)


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Lay changes over a copy of a record; objects are merged, lists and values replaced."""
    result = copy.deepcopy(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else copy.deepcopy(value)
    return result
