"""The relaties in memory, with an index for every question that is asked often."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sandbox.common.clock import Clock
from sandbox.common.http import dump
from sandbox.snelstart.odata import Comparison, Node

Record = dict[str, Any]
#: Filter names that are looked up instead of scanned for, with the field behind each.
INDEXED = {
    "Id": "id",
    "Relatiecode": "relatiecode",
    "KvkNummer": "kvkNummer",
    "BtwNummer": "btwNummer",
    "Naam": "naam",
}


def stamp(moment: datetime) -> str:
    """Write a moment as SnelStart does: no zone, milliseconds, trailing zeros left out."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond // 1000:03}".rstrip("0")
    return f"{text}.{fraction}" if fraction else text


class Store:
    """Keep relaties by id, by indexed field and in the order of their last change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.records: dict[str, Record] = {}
        self.deleted: set[str] = set()
        self.next_code = 1
        self._sequence: dict[str, int] = {}
        self._index: dict[str, dict[Any, set[str]]] = {name: {} for name in INDEXED}
        self._changed: dict[str, None] = {}
        self._shown: dict[str, bytes] = {}
        self._in_order = True

    def put(self, record: Record, modified: str | None = None) -> None:
        """Store a record under its id and stamp it with the vendor's clock unless a stamp is given."""
        key = record["id"]
        self._unindex(key)
        record["modifiedOn"] = modified or stamp(self.clock.now())
        last = next(reversed(self._changed), None)
        if last is not None and record["modifiedOn"] < self.records[last]["modifiedOn"]:
            self._in_order = False
        self.records[key] = record
        self._sequence.setdefault(key, len(self._sequence))
        self._changed[key] = None
        for name, field in INDEXED.items():
            self._index[name].setdefault(record[field], set()).add(key)

    def _unindex(self, key: str) -> None:
        self._shown.pop(key, None)
        self._changed.pop(key, None)
        old = self.records.get(key)
        if old is not None:
            for name, field in INDEXED.items():
                self._index[name][old[field]].discard(key)

    def show(self, record: Record) -> bytes:
        """Return the record as JSON, serialised once per change."""
        key = record["id"]
        if key not in self._shown:
            self._shown[key] = dump(record)
        return self._shown[key]

    def show_without_nulls(self, record: Record) -> bytes:
        """Return the record as JSON in which empty fields are absent."""
        key = record["id"]
        if key not in self._shown:
            self._shown[key] = dump({name: value for name, value in record.items() if value is not None})
        return self._shown[key]

    def forget_shown(self) -> None:
        """Serialise everything anew, because an option changed how records look."""
        self._shown.clear()

    def code_taken(self, code: int, by_other_than: str | None = None) -> bool:
        """Say whether another relatie has this code; inactive ones keep theirs."""
        return bool(self._index["Relatiecode"].get(code, set()) - {by_other_than or ""})

    def allocate(self) -> int:
        """Return the next free relatiecode."""
        while self.code_taken(self.next_code):
            self.next_code += 1
        return self.next_code

    def select(self, node: Node | None) -> Iterable[Record]:
        """Return the records that may pass a filter, in the order of their creation."""
        keys = self._candidates(node) if node else None
        if keys is None:
            return self.records.values()
        return [self.records[key] for key in sorted(keys, key=self._sequence.__getitem__)]

    def _candidates(self, node: Node) -> set[str] | None:
        """Narrow by index; None means that every record must be looked at."""
        if node.comparison:
            return self._looked_up(node.comparison)
        found = [self._candidates(part) for part in node.parts]
        known = [keys for keys in found if keys is not None]
        if node.kind == "and" and known:
            return min(known, key=len)
        if node.kind == "or" and len(known) == len(found):
            return set().union(*known)
        return None

    def _looked_up(self, comparison: Comparison) -> set[str] | None:
        if comparison.operator == "eq" and comparison.path in self._index:
            return set(self._index[comparison.path].get(comparison.value, ()))
        later = comparison.operator in ("gt", "ge") and comparison.value is not None
        if comparison.path == "ModifiedOn" and later and self._in_order:
            return self._since(comparison.value)
        return None

    def _since(self, moment: str) -> set[str]:
        """Walk back from the newest change to the moment asked for."""
        keys = set()
        for key in reversed(self._changed):
            if self.records[key]["modifiedOn"] < moment:
                break
            keys.add(key)
        return keys
