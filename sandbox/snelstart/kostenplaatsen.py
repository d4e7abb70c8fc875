"""The cost centres: a plain list without OData, unique by number."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from sandbox.common.http import Reply, Request, reply
from sandbox.common.stats import Stats
from sandbox.snelstart import errors
from sandbox.snelstart.binding import Binder
from sandbox.snelstart.fields import KOSTENPLAATS


class Kostenplaatsen:
    """Answer everything under `/kostenplaatsen`; options such as `$filter` are ignored, as by the vendor."""

    def __init__(self, stats: Stats) -> None:
        self.stats = stats
        self.records: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.numbers: dict[int, str] = {}

    def browse(self, request: Request) -> Reply:
        """Answer the whole list."""
        return reply(list(self.records.values()))

    def create(self, request: Request) -> Reply:
        """Add a cost centre."""
        record = Binder("kostenplaats", KOSTENPLAATS, self.stats.warnings).bind(request.body)
        if record["id"] is not None:
            raise errors.rules(["ALG-0100"])
        self._check(record, None)
        self.put({**record, "id": str(uuid4())})
        return self._saved(next(reversed(self.records.values())), "POST", 201)

    def read(self, request: Request, key: str) -> Reply:
        """Answer one cost centre."""
        return reply(self._find(key))

    def replace(self, request: Request, key: str) -> Reply:
        """Replace a cost centre."""
        old = self._find(key)
        record = Binder("kostenplaats", KOSTENPLAATS, self.stats.warnings).bind(request.body)
        if record["id"] != old["id"]:
            raise errors.rules(["ALG-0101"])
        self._check(record, old)
        self.put(record)
        return self._saved(record, "PUT", 200)

    def delete(self, request: Request, key: str) -> Reply:
        """Make a cost centre inactive; its number stays taken."""
        record = self._find(key)
        self.put({**record, "nonactief": True})
        self.deleted.add(key)
        self.stats.wrote("DELETE kostenplaatsen", key)
        return reply({})

    def put(self, record: dict[str, Any]) -> None:
        """Store a record under its id and number."""
        key = record["id"]
        old = self.records.get(key)
        if old:
            self.numbers.pop(old["nummer"], None)
        self.records[key] = {**record, "uri": f"/kostenplaatsen/{key}"}
        self.numbers[record["nummer"]] = key

    def _saved(self, record: dict[str, Any], deed: str, status: int) -> Reply:
        self.stats.wrote(f"{deed} kostenplaatsen", record["id"])
        return reply(self.records[record["id"]], status)

    def _find(self, key: str) -> dict[str, Any]:
        if key not in self.records or key in self.deleted:
            raise errors.missing("KPL-0001")
        return self.records[key]

    def _check(self, record: dict[str, Any], old: dict[str, Any] | None) -> None:
        codes = list(self._broken(record, old))
        if codes:
            raise errors.rules(codes)

    def _broken(self, record: dict[str, Any], old: dict[str, Any] | None) -> Iterator[str]:
        if not (record["omschrijving"] or "").strip():
            yield "KPL-0004"
        elif len(record["omschrijving"]) > 50:
            yield "KPL-0005"
        if record["nummer"] is None:
            yield "KPL-0006"
        elif not 1 <= record["nummer"] <= 999_999_999:
            yield "KPL-0007"
        elif self.numbers.get(record["nummer"], old and old["id"]) != (old and old["id"]):
            yield "KPL-0008"
        if old is None and record["nonactief"]:
            yield "KPL-0009"
