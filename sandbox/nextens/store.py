"""Clients of one kind in memory, indexed by what makes them unique and by name."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any

from sandbox.common.clock import Clock

Record = dict[str, Any]


def stamp(moment: datetime) -> str:
    """Write a moment: UTC, milliseconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def folded(*parts: str | None) -> str:
    """Return a name as it is compared: trimmed, single blanks, no case."""
    return " ".join(" ".join(filter(None, parts)).split()).casefold()


class Store:
    """Keep clients by id; `keys` gives what a client is found by."""

    def __init__(self, clock: Clock, keys: Callable[[Record], Iterable[Hashable]]) -> None:
        self.clock, self.keys = clock, keys
        self.records: dict[str, Record] = {}
        self._index: dict[Hashable, dict[str, None]] = {}

    def put(self, record: Record, changed: str | None = None) -> None:
        """Store a client and stamp it with the vendor's clock unless a stamp is given."""
        self._unindex(record["Id"])
        record["GewijzigdOp"] = changed or stamp(self.clock.now())
        self.records[record["Id"]] = record
        for key in self.keys(record):
            self._index.setdefault(key, {})[record["Id"]] = None

    def remove(self, key: str) -> None:
        """Forget a client."""
        self._unindex(key)
        del self.records[key]

    def found(self, key: Hashable) -> list[Record]:
        """Return the clients under a key, in the order in which they came under it."""
        return [self.records[each] for each in self._index.get(key, ())]

    def since(self, moment: str) -> list[Record]:
        """Return the clients changed at or after a moment, oldest change first."""
        rows = (record for record in self.records.values() if record["GewijzigdOp"] >= moment)
        return sorted(rows, key=lambda record: (record["GewijzigdOp"], record["Id"]))

    def _unindex(self, key: str) -> None:
        old = self.records.get(key)
        if old is not None:
            for each in self.keys(old):
                self._index[each].pop(key, None)
