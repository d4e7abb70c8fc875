"""The relaties: list, create, read, replace, delete, and their extra fields."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request, raw, reply
from sandbox.common.stats import Stats
from sandbox.snelstart import checks, errors, lists
from sandbox.snelstart.binding import Binder
from sandbox.snelstart.fields import RELATIE
from sandbox.snelstart.landen import fixed_id
from sandbox.snelstart.settings import SnelStartOptions
from sandbox.snelstart.store import Store

Record = dict[str, Any]
#: Lengths that no REL code guards: refused when the body is bound.
_BINDING_LIMITS = {"naam": 50, "websiteUrl": 100, "iban": 50, "bic": 15}


class Relaties:
    """Answer everything under `/relaties`."""

    def __init__(self, clock: Clock, options: SnelStartOptions, stats: Stats) -> None:
        self.options, self.stats = options, stats
        self.store = Store(clock)

    def browse(self, request: Request) -> Reply:
        """Answer a page of relaties."""
        options = lists.parse(request, RELATIE, "Relatie")
        found: Iterable[Record] = self.store.select(options.filter)
        if not self.options.list_inactive:
            found = (record for record in found if not record["nonactief"])
        return lists.page(found, options, self.show)

    def show(self, record: Record) -> bytes:
        """Serialise a relatie, its empty fields null or absent."""
        mode = self.options.nulls
        if mode == "null" or (mode == "mixed" and int(record["id"][-1], 16) % 2):
            return self.store.show(record)
        return self.store.show_without_nulls(record)

    def create(self, request: Request) -> Reply:
        """Add a relatie; SnelStart chooses the id, and the relatiecode when there is none."""
        record = self._bind(request)
        if record["id"] is not None:
            raise errors.rules(["REL-0063"])
        self._check(record, None)
        record["id"] = str(uuid4())
        if record["relatiecode"] is None:
            record["relatiecode"] = self.store.allocate()
        self.save(record, "POST relaties")
        return raw(self.show(record), 201)

    def read(self, request: Request, key: str) -> Reply:
        """Answer one relatie."""
        return raw(self.show(self.find(key)))

    def replace(self, request: Request, key: str) -> Reply:
        """Replace the whole record: what the body leaves out is emptied."""
        old = self.find(key)
        record = self._bind(request)
        if record["id"] != old["id"]:
            raise errors.rules(["REL-0047"])
        self._check(record, old)
        if record["relatiecode"] is None:
            record["relatiecode"] = old["relatiecode"]
        record["documents"], record["extraVeldenKlant"] = old["documents"], old["extraVeldenKlant"]
        self.save(record, "PUT relaties")
        return raw(self.show(record))

    def delete(self, request: Request, key: str) -> Reply:
        """Make a relatie inactive; from then on it cannot be read by id."""
        record = self.find(key)
        if record["relatiecode"] < 0 or "Eigen" in record["relatiesoort"]:
            raise errors.rules(["REL-0067" if record["relatiecode"] == -1 else "REL-0103"])
        if any((other["factuurRelatie"] or {}).get("id") == record["id"] for other in self.store.records.values()):
            raise errors.rules(["REL-0051"])
        self.store.deleted.add(record["id"])
        self.save({**record, "nonactief": True}, "DELETE relaties")
        return reply({})

    def related(self, request: Request, key: str) -> Reply:
        """Answer the bookings or mandates of a relatie, of which there are none yet."""
        self.find(key)
        return reply([])

    def find(self, key: str) -> Record:
        """Return a relatie that is not deleted; raise Refused when there is none."""
        try:
            key = str(UUID(key))
        except ValueError:
            raise errors.rules(["ALG-0103"]) from None
        if key not in self.store.records or key in self.store.deleted:
            raise errors.missing("REL-0005")
        return self.store.records[key]

    def _bind(self, request: Request) -> Record:
        record = Binder("relatie", RELATIE, self.stats.warnings).bind(request.body)
        if self.options.normalise:
            checks.normalise(record)
        long = {
            f"relatie.{name}": [f"Langer dan {limit} tekens"]
            for name, limit in _BINDING_LIMITS.items()
            if len(record[name] or "") > limit
        }
        if long:
            raise errors.model_state(long)
        return record

    def _check(self, record: Record, old: Record | None) -> None:
        """Raise Refused with every rule that is broken."""
        codes = list(checks.broken(record, self.store, self.options.strict_address))
        kinds = set(record["relatiesoort"])
        if self.options.strict_roles and {"Klant", "Leverancier"} <= kinds:
            codes.append("REL-0065")
        if self.options.strict_roles and old and kinds != set(old["relatiesoort"]):
            codes.append("REL-0064")
        code = record["relatiecode"]
        if code is not None and self.store.code_taken(code, old["id"] if old else None):
            codes.append("REL-0008")
        if codes:
            raise errors.rules(dict.fromkeys(codes))

    def save(self, record: Record, deed: str) -> None:
        """Fill in what SnelStart itself keeps, store, and count the write."""
        link(record)
        self.store.put(record)
        self.stats.wrote(deed, record["id"])


def link(record: Record) -> None:
    """Fill in the addresses of a record and of what it refers to."""
    key = record["id"]
    record["uri"] = f"/relaties/{key}"
    record["inkoopBoekingenUri"] = f"/relaties/{key}/inkoopboekingen"
    record["verkoopBoekingenUri"] = f"/relaties/{key}/verkoopboekingen"
    for name in ("vestigingsAdres", "correspondentieAdres"):
        if record[name]["land"]:
            record[name]["land"]["uri"] = f"/landen/{record[name]['land']['id']}"
    if record["factuurRelatie"]:
        record["factuurRelatie"]["uri"] = f"/relaties/{record['factuurRelatie']['id']}"


def blank() -> Record:
    """Return a relatie with every field empty."""
    return {name: field.empty() for name, field in RELATIE.items()}


def system_rows() -> list[Record]:
    """Return the relaties that every administration has: its own, the unknown supplier and customer."""
    rows = (
        (0, "Sandbox Administratie B.V.", "Eigen"),
        (-1, "Onbekende leverancier", "Leverancier"),
        (-2, "Onbekende klant", "Klant"),
    )
    return [
        {
            **blank(),
            "id": fixed_id("relatie", code),
            "relatiecode": code,
            "naam": naam,
            "relatiesoort": [kind],
        }
        for code, naam, kind in rows
    ]
