"""Clients of one kind: look up, create, read, replace, list."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sandbox.common.clock import Clock
from sandbox.common.http import Reply, Request, reply
from sandbox.common.stats import Stats
from sandbox.common.tokened import Refused
from sandbox.nextens import errors
from sandbox.nextens.binding import Binder, parse
from sandbox.nextens.fields import KEPT, blank
from sandbox.nextens.identity import Identity
from sandbox.nextens.present import shown
from sandbox.nextens.settings import NextensOptions
from sandbox.nextens.store import Store, folded, stamp

Record = dict[str, Any]
#: Rows per page of a list, and at most.
PAGE, LONGEST_PAGE = 100, 200


class Klanten:
    """Answer everything about persons, or everything about companies."""

    def __init__(self, identity: Identity, clock: Clock, options: NextensOptions, stats: Stats) -> None:
        self.identity, self.options, self.stats = identity, options, stats
        self.store = Store(clock, identity.keys)

    def create(self, request: Request) -> Reply:
        """Add a client and answer it whole, its Id included."""
        record = {**self._bind(parse(request.body)), "Id": str(uuid4())}
        if self.options.race_creates:
            self._be_faster(record)
        self._check_unique(record)
        self._save(record, "POST")
        return self._answer(record, 201)

    def read(self, request: Request, key: str) -> Reply:
        """Answer one client."""
        return self._answer(self._find(key))

    def replace(self, request: Request, key: str) -> Reply:
        """Replace a whole client: what the body leaves out is emptied, remarks excepted."""
        old, given = self._find(key), parse(request.body)
        record = {**self._bind(given), "Id": key}
        sent = {name.lower() for name in given}
        record |= {name: old[name] for name in KEPT if name.lower() not in sent}
        self._check_unique(record)
        self._save(record, "PUT")
        return Reply(204)

    def by_number(self, request: Request) -> Reply:
        """Answer the one client with a BSN, or with an RSIN and sub number."""
        given = self._bind(parse(request.body), partial=True)
        wanted = {**blank(self.identity.table), **given, "Geboortedatum": None}
        keys = [key for key, _, _ in self.identity.unique(wanted)]
        if not keys:
            raise errors.invalid([errors.Fault(self._number(), "VERPLICHT", f"{self._number()} is verplicht.")])
        found = self.store.found(keys[0])
        if not found:
            raise self._missing()
        return self._answer(found[0])

    def by_name(self, request: Request) -> Reply:
        """Answer every client of that name; a birth date leaves out who has another one."""
        given = parse(request.body)
        whole = given.pop("Naam", None) if "Naam" not in self.identity.table else None
        wanted = {**blank(self.identity.table), **self._bind(given, partial=True)}
        name = folded(str(whole)) if whole else self.identity.name(wanted)
        if not name:
            raise errors.invalid([errors.Fault("Naam", "VERPLICHT", "Naam is verplicht.")])
        born = wanted.get("Geboortedatum")
        found = [
            each
            for each in self.store.found(("name", name))
            if not born or not each["Geboortedatum"] or each["Geboortedatum"] == born
        ]
        return reply([shown(each, self.options.nulls) for each in found])

    def browse(self, request: Request) -> Reply:
        """Answer a page of those changed since a moment, oldest change first."""
        if not self.options.lists:
            raise errors.denied("Niet gevonden.", 404)
        params = request.params()
        since = _moment(params.get("gewijzigdSinds", ""))
        page, size = params.get("pagina", "1"), params.get("aantal", str(PAGE))
        if not (page.isdecimal() and size.isdecimal() and int(page) >= 1 and 1 <= int(size) <= LONGEST_PAGE):
            raise errors.invalid([errors.Fault("aantal", "ONGELDIG", f"aantal is 1 tot en met {LONGEST_PAGE}.")])
        start = (int(page) - 1) * int(size)
        rows = self.store.since(since)[start : start + int(size)]
        return reply([shown(row, self.options.nulls) for row in rows])

    def _bind(self, given: Record, partial: bool = False) -> Record:
        identity, warnings = self.identity, self.stats.warnings
        return Binder(identity.kind, identity.table, warnings, self.options.quote_values).bind(given, partial)

    def _number(self) -> str:
        return "Bsn" if "Bsn" in self.identity.table else "Rsin"

    def _find(self, key: str) -> Record:
        if key not in self.store.records:
            raise self._missing()
        return self.store.records[key]

    def _missing(self) -> Refused:
        return errors.conflict("NIET_GEVONDEN", f"Er is geen {self.identity.kind} gevonden.")

    def _check_unique(self, record: Record) -> None:
        """Raise Refused when another client is the same one."""
        for key, words, value in self.identity.unique(record):
            if any(other["Id"] != record["Id"] for other in self.store.found(key)):
                raise errors.conflict("BESTAAT_AL", errors.quoted(words, value, self.options.quote_values))

    def _be_faster(self, record: Record) -> None:
        """Enter the same client by hand, a moment before this create."""
        self.options.race_creates -= 1
        known = {name: record[name] for name in self.identity.first}
        self.store.put({**blank(self.identity.table), **known, "Id": str(uuid4())})

    def _save(self, record: Record, deed: str) -> None:
        self.store.put(record)
        self.stats.wrote(f"{deed} {self.identity.kind}", record["Id"])

    def _answer(self, record: Record, status: int = 200) -> Reply:
        return reply(shown(record, self.options.nulls), status)


def _moment(text: str) -> str:
    """Return an ISO moment as records are stamped; without a zone it is UTC, and empty is before all of them."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
        return stamp(moment.astimezone(UTC) if moment.tzinfo else moment)
    except (ValueError, OverflowError):
        fault = errors.Fault("gewijzigdSinds", "ONGELDIG", "gewijzigdSinds is geen moment.")
        raise errors.invalid([fault]) from None
