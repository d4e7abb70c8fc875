"""Look clients up and list them: what Nextens answers with a client, a list, or a 409 for nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import requests

from adapters.base import Identity, TargetPage, TargetRecord
from adapters.errors import Missing, Unavailable
from adapters.nextens import normal
from adapters.nextens.bodies import object_of, rows_of
from adapters.nextens.members import KINDS, Kind
from adapters.nextens.options import Options
from adapters.nextens.record import parse

PAGE = 200
"""Clients per list page; nothing is published, so this is the stand-in's maximum."""

NUMBER_PATHS = {"persoon": "/klant/person/byBsn", "bedrijf": "/klant/bedrijf/byRsin"}
"""`person` is English in this path alone, as the one known client calls it."""

NOBODY = "boekbrug controle van de verbinding"
"""A name no client has: looking it up proves token and licence, and tells nothing about anybody."""


class Caller(Protocol):
    """Make calls: `HttpClient` does."""

    def request(
        self, method: str, path: str, *, params: Any = None, json: Any = None, looks: bool = False
    ) -> requests.Response:
        """Make one call. Raises AdapterError."""


@dataclass(frozen=True, slots=True)
class LookUps:
    """Ask for clients without changing any. A number stands in the body, never in an address."""

    http: Caller
    options: Options

    def by_identity(self, identity: Identity, *, by_number: bool = True) -> list[TargetRecord]:
        """Return whom the number points at, else everybody of exactly that name."""
        kind: Kind = "persoon" if identity.type == "person" else "bedrijf"
        number = identity.bsn if kind == "persoon" else identity.rsin
        if number and by_number and (found := self.by_number(kind, number)):
            return found
        return self.by_name(kind, identity.name or identity.exact_name or "")

    def by_number(self, kind: Kind, number: str) -> list[TargetRecord]:
        """Return the client with a BSN or RSIN, looked at again here; [] when there is none."""
        person = kind == "persoon"
        body = {"Bsn": number} if person else {"Rsin": number, "Volgnummer": self.options.sub_number}
        response = self._asked(NUMBER_PATHS[kind], body)
        raw = object_of(response) if response is not None else {}
        if response is not None and not raw.get("Id"):
            raise Unavailable("a look-up was answered without a client")
        found = [parse(kind, raw, self.options)] if raw else []
        return [one for one in found if number == (one.identity.bsn if person else one.identity.rsin)]

    def by_name(self, kind: Kind, name: str) -> list[TargetRecord]:
        """Return everybody of exactly this name, as it is written; who only resembles it is passed over."""
        if not name:
            return []
        response = self._asked(f"/klant/{kind}/byNaam", {"Naam": name})
        rows = rows_of(response) if response is not None else []
        if rows is None:
            raise Unavailable("a look-up by name was answered without a list")
        found = [parse(kind, raw, self.options) for raw in rows if raw.get("Id")]
        return [one for one in found if one.identity.exact_name == normal.name(name)]

    def nobody(self) -> str | None:
        """Look up whom nobody is and return the time that the answer names, if any."""
        response = self._asked("/klant/bedrijf/byNaam", {"Naam": NOBODY})
        return response.headers.get("Date") if response is not None else None

    def first_page(self, kind: Kind) -> tuple[int, bool]:
        """Count the clients of a kind on the first list page, and tell whether there may be more."""
        rows = self._page(kind, None, 1)
        return len(rows), len(rows) >= PAGE

    def pages(self, since: datetime | None) -> Iterator[TargetPage]:
        """Yield pages of persons, then of companies; each client once."""
        for kind in KINDS:
            yield from self._pages(kind, since, last=kind == KINDS[-1])

    def _pages(self, kind: Kind, since: datetime | None, *, last: bool) -> Iterator[TargetPage]:
        """Read the pages of one kind; rows move when clients change meanwhile, so the next reading overlaps."""
        seen: set[str] = set()
        number, more = 1, True
        while more:
            started_at = datetime.now(UTC)
            rows = self._page(kind, since, number)
            fresh = [row for row in rows if str(row.get("Id")) not in seen]
            seen.update(str(row.get("Id")) for row in fresh)
            # A full page without one new row means that `pagina` is ignored: going on would never end.
            more = len(rows) == PAGE and bool(fresh)
            records = [parse(kind, row, self.options) for row in fresh]
            yield TargetPage(records, started_at, last and not more)
            number += 1

    def _page(self, kind: Kind, since: datetime | None, number: int) -> list[dict[str, Any]]:
        params = {"pagina": str(number), "aantal": str(PAGE)}
        if since is not None:
            params["gewijzigdSinds"] = since.replace(tzinfo=None).isoformat(timespec="milliseconds")
        rows = rows_of(self.http.request("GET", f"/klant/{kind}", params=params))
        if rows is None:
            raise Unavailable(f"/klant/{kind} answered no list")
        return rows

    def _asked(self, path: str, body: dict[str, Any]) -> requests.Response | None:
        """Ask by PUT, which keeps the number out of the address and changes nothing. None when nobody is found."""
        try:
            return self.http.request("PUT", path, json=body, looks=True)
        except Missing:
            return None
