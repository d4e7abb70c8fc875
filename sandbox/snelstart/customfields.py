"""The extra fields of a relatie: fields must have been defined in the administration before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.common.http import Reply, Request, reply
from sandbox.snelstart import errors
from sandbox.snelstart.binding import Binder, Mismatch, boolean
from sandbox.snelstart.fields import CUSTOM_FIELDS
from sandbox.snelstart.relaties import Relaties

#: JSON name of each side with the relatiesoort it belongs to.
SIDES = {"klantCustomFields": "Klant", "leverancierCustomFields": "Leverancier"}
_WRONG = {
    "Integer": "REF-0007",
    "DateTime": "REF-0008",
    "Boolean": "REF-0009",
    "Money": "REF-0010",
    "Float": "REF-0011",
}
_READ: dict[str, Callable[[Any], Any]] = {
    "Integer": int,
    "DateTime": datetime.fromisoformat,
    "Boolean": boolean,
    "Money": float,
    "Float": float,
}


class CustomFields:
    """Answer `/relaties/{id}/customFields`."""

    def __init__(self, relaties: Relaties) -> None:
        self.relaties = relaties
        #: Defined fields per relatiesoort: name -> type.
        self.defined: dict[str, dict[str, str]] = {"Klant": {}, "Leverancier": {}}
        self.values: dict[str, dict[str, dict[str, Any]]] = {}

    def read(self, request: Request, key: str) -> Reply:
        """Answer every defined field with its value, null when empty."""
        return reply(self._show(self.relaties.find(key)))

    def write(self, request: Request, key: str) -> Reply:
        """Set the named fields; those left out keep their value."""
        record = self.relaties.find(key)
        given = Binder("customFields", CUSTOM_FIELDS, self.relaties.stats.warnings).bind(request.body)
        codes = [code for side, kind in SIDES.items() for code in self._broken(record, given[side] or [], kind)]
        if codes:
            raise errors.rules(dict.fromkeys(codes))
        for side, kind in SIDES.items():
            values = {field["name"]: field["value"] for field in given[side] or []}
            self.values.setdefault(record["id"], {}).setdefault(kind, {}).update(values)
        self.store(record, "PUT customFields")
        return reply(self._show(record))

    def store(self, record: dict[str, Any], deed: str) -> None:
        """Bring the customer's values into the relatie and save it."""
        values = self.values.get(record["id"], {}).get("Klant", {})
        extra = [{"naam": name, "waarde": None if value is None else str(value)} for name, value in values.items()]
        self.relaties.save({**record, "extraVeldenKlant": extra}, deed)

    def _show(self, record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        values = self.values.get(record["id"], {})
        return {
            side: [
                {"name": name, "value": values.get(kind, {}).get(name)}
                for name in self.defined[kind]
                if kind in record["relatiesoort"]
            ]
            for side, kind in SIDES.items()
        }

    def _broken(self, record: dict[str, Any], fields: list[dict[str, Any]], kind: str) -> list[str]:
        """Return the codes of what is wrong with one side of the body."""
        names = [field["name"] for field in fields]
        codes = []
        if fields and kind not in record["relatiesoort"]:
            codes.append("REF-0006")
        if any(name not in self.defined[kind] for name in names):
            codes.append("REF-0002")
        if len(set(names)) < len(names):
            codes.append("REF-0003")
        known = (field for field in fields if field["name"] in self.defined[kind])
        return codes + [code for field in known if (code := misfit(self.defined[kind][field["name"]], field["value"]))]


def misfit(kind: str, value: Any) -> str | None:
    """Return the code for a value that does not fit the type of its field."""
    if value is None or kind == "ByteArray":
        return None
    if kind in ("Text", "Enum"):
        return None if isinstance(value, str) else "REF-0014"
    try:
        _READ[kind](value)
    except (ValueError, TypeError, Mismatch):
        return _WRONG[kind]
    return None
