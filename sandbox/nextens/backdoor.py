"""The back door of an office: what tests load, look at, and change as a tax adviser would by hand."""

import copy
from typing import Any
from uuid import uuid4

from sandbox.nextens.fields import blank
from sandbox.nextens.klanten import Klanten

Record = dict[str, Any]


class BackDoor:
    """Reach the clients past all checks."""

    def __init__(self, kinds: dict[str, Klanten]) -> None:
        self.kinds = kinds

    def state(self) -> dict[str, list[Record]]:
        """Return all clients, by kind."""
        return {kind: list(klanten.store.records.values()) for kind, klanten in self.kinds.items()}

    def seed(self, given: Record) -> dict[str, int]:
        """Load clients; members left out are empty."""
        for kind, klanten in self.kinds.items():
            for partial in given.get(kind, ()):
                start = {**blank(klanten.identity.table), "Id": str(uuid4())}
                klanten.store.put(merged(start, partial), partial.get("GewijzigdOp"))
        return {kind: len(given.get(kind, ())) for kind in self.kinds}

    def edit(self, given: Record) -> Record:
        """Let a tax adviser enter, change or delete a client; raise LookupError for an unknown id."""
        klanten, key = self.kinds[given["resource"]], given.get("id")
        if key and key not in klanten.store.records:
            raise LookupError("no such client")
        start = klanten.store.records[key] if key else {**blank(klanten.identity.table), "Id": str(uuid4())}
        record = merged(start, given.get("changes", {}))
        if given.get("delete"):
            klanten.store.remove(record["Id"])
        else:
            klanten.store.put(record)
        return record


def merged(base: Record, changes: Record) -> Record:
    """Lay changes over a copy of a client; addresses are merged; a member that does not exist is refused."""
    if unknown := changes.keys() - base.keys():
        raise ValueError(f"no such member: {sorted(unknown)}")
    result = copy.deepcopy(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(result[name], dict)
        result[name] = merged(result[name], value) if both else value
    return result
