"""Be the SnelStart target: what the spine asks of it, in calls as few as the API allows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import requests
import structlog

from adapters.base import ConnectionInfo, Draft, Finding, Gate, Identity, TargetPage, TargetRecord
from adapters.errors import AdapterError, OutcomeUnknown, Unauthorised, Unavailable
from adapters.http import HttpClient
from adapters.outside import Outside
from adapters.snelstart import normal, payload, record
from adapters.snelstart.auth import SnelStartAuth
from adapters.snelstart.bodies import json_of, object_of
from adapters.snelstart.check import examine
from adapters.snelstart.countries import Countries
from adapters.snelstart.errors import classify
from adapters.snelstart.limits import CRM_ID
from adapters.snelstart.lists import rows, since_filter
from adapters.snelstart.options import Options
from adapters.tokens import TokenStore
from models.records import Fields, JsonScalar, Relation
from models.words import Lane, Role

log = structlog.get_logger(__name__)


class SnelStart:
    """Read and write the relaties of one administration, for one connection in one lane."""

    numbered = True
    listed = True
    strict = False

    def __init__(self, info: ConnectionInfo, outside: Outside, lane: Lane) -> None:
        self.info = info
        self.options = Options.of(info.options)
        self.auth = SnelStartAuth(info, self.options, TokenStore(info.id, outside).current)
        self._http = HttpClient(info, outside, lane, auth=self.auth, classify=classify)
        self._countries = Countries(info, outside.redis, lambda: self.get_list("landen"))

    @property
    def roles_share_record(self) -> bool:
        """Tell whether customer and supplier are one relatie."""
        return self.options.roles_share_record

    @property
    def calls(self) -> int:
        """Count the calls this instance made."""
        return self._http.calls

    def draft(self, relation: Relation, role: Role, rules: Mapping[str, Any]) -> Draft:
        """Translate a checked relation; the link's rules change nothing here."""
        return payload.draft(relation, role, self.options)

    def identity(self, relation: Relation) -> Identity:
        """Normalise what identifies a relation here."""
        return record.identity(relation)

    def without(self, draft: Draft, field: str) -> Draft | None:
        """Leave a refused field out of a draft; None for one a relatie cannot do without."""
        return payload.without(draft, field)

    def same(self, name: str, one: JsonScalar, other: JsonScalar) -> bool:
        """Tell whether two values of a field mean the same to SnelStart."""
        return normal.same(name, one, other)

    def number_from(self, relation: Relation) -> int | None:
        """Return the CRM's number where a relatiecode can hold it, else None."""
        return record.number_from(relation)

    def read(self, target_id: str) -> TargetRecord:
        """Fetch one relatie. Raises Missing, also for one made inactive."""
        return self._parsed(self._object(self._call("GET", f"/relaties/{target_id}")))

    def pages(self, since: datetime | None) -> Iterator[TargetPage]:
        """Yield pages of relaties; a few rows are read twice at each edge and given once."""
        for page in rows(self.get_list, since_filter(since)):
            yield TargetPage([self._parsed(raw) for raw in page.rows], page.started_at, page.last)

    def locate(self, sent: Fields, number: int | None) -> Sequence[TargetRecord]:
        """Find a relatie by its relatiecode, which is unique; what was sent adds nothing."""
        found = None if number is None else self.find_number(number)
        return [] if found is None else [found]

    def find_number(self, number: int) -> TargetRecord | None:
        """Look a relatiecode up; rows that the filter should have kept out are passed over."""
        for page in rows(self.get_list, f"Relatiecode eq {number}"):
            for raw in page.rows:
                if record.whole(raw.get("relatiecode")) == number:
                    return self._parsed(raw)
        return None

    def create(self, draft: Draft, role: Role, number: int | None, gate: Gate) -> TargetRecord:
        """Create a relatie under a reserved relatiecode; one that exists already raises AlreadyExists."""
        if number is None:
            raise AssertionError("a relatie is created under a number that we chose")
        self._countries.warm()
        body = record.new_body(draft.fields, role, number, self.options, self._countries.id_of)
        answer = object_of(self._call("POST", "/relaties", json=body, gate=gate))
        made = self._written(answer) if answer.get("id") else self._found_again(number)
        return self._with_crm_id(made, draft.fields.get(CRM_ID))

    def update(self, current: TargetRecord, changes: Fields, gate: Gate) -> TargetRecord:
        """Write the whole relatie back with changes laid over it; the extra field has a call of its own."""
        own = {name: value for name, value in changes.items() if name != CRM_ID}
        crm_id = changes.get(CRM_ID)
        if not own and crm_id is not None:
            return self._put_crm_id(current, crm_id, gate)
        self._countries.warm()
        body = self._whole(current, own)
        answer = object_of(self._call("PUT", f"/relaties/{current.id}", json=body, gate=gate))
        # An empty answer says that what was sent is what is there.
        extra = {"extraVeldenKlant": current.raw.get("extraVeldenKlant")}
        written = self._written(answer if answer.get("id") else body | extra)
        return self._with_crm_id(written, crm_id)

    def identify(self) -> str:
        """Name the administration; it proves both keys in one call."""
        company = self._object(self._call("GET", "/companyInfo"))
        return str(company.get("administratieNaam") or company.get("bedrijfsnaam") or "")

    def check(self) -> Sequence[Finding]:
        """Check keys, rights, clock and limits and say the result in words."""
        return examine(self)

    def _call(
        self, method: str, path: str, *, params: Any = None, json: Any = None, gate: Gate | None = None
    ) -> requests.Response:
        """Make a call; a refusal right after a token was issued is about the other key (tests: 90 days)."""
        try:
            return self._http.request(method, path, params=params, json=json, gate=gate)
        except Unauthorised as error:
            raise Unauthorised(error.words or "subscription key refused") from None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> requests.Response:
        """Make one reading call."""
        return self._call("GET", path, params=params)

    def get_list(self, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Read one bare list; anything else is no answer of SnelStart's."""
        found = json_of(self.get(f"/{path}", params))
        if not isinstance(found, list):
            raise Unavailable(f"/{path} answered no list")
        return [row for row in found if isinstance(row, dict)]

    def countries(self) -> int:
        """Make sure the countries are known and count them."""
        return self._countries.warm()

    def _parsed(self, raw: Mapping[str, Any]) -> TargetRecord:
        return record.parse(raw, self.options, self._countries.code_of)

    def _written(self, raw: Mapping[str, Any]) -> TargetRecord:
        return record.parse(raw, self.options, self._countries.code_at_hand)

    def _whole(self, current: TargetRecord, changes: Fields) -> dict[str, Any]:
        out = self.options.put_leaves_out
        return record.merged(current.raw, changes, self._countries.id_of, out) | {"id": current.id}

    def _found_again(self, number: int) -> TargetRecord:
        """Fetch what a creation without an answer made; failing that, its outcome is unknown."""
        try:
            found = self.find_number(number)
        except AdapterError as error:
            raise OutcomeUnknown("created, but the answer was empty") from error
        if found is None:
            raise OutcomeUnknown("created, but the answer was empty")
        return found

    def _with_crm_id(self, written: TargetRecord, crm_id: JsonScalar) -> TargetRecord:
        """Fill the extra field after a write that went through; its failure must not undo that write.

        It is a convenience in the books: Boekbrug finds the relatie by its own mapping, so a failure is
        logged and nothing more. Written alone, for a relatie that was linked, a refusal is raised.
        """
        if crm_id is None or written.fields.get(CRM_ID) == crm_id:
            return written
        try:
            return self._put_crm_id(written, crm_id, lambda: None)
        except AdapterError as error:
            log.warning("extra_field_not_written", connection=self.info.name, why=type(error).__name__)
            return written

    def _put_crm_id(self, current: TargetRecord, crm_id: JsonScalar, gate: Gate) -> TargetRecord:
        field = self.options.crm_id_field
        if field is None:
            return current
        body = {"klantCustomFields": [{"name": field, "value": crm_id}], "leverancierCustomFields": []}
        self._call("PUT", f"/relaties/{current.id}/customFields", json=body, gate=gate)
        others = [item for item in current.raw.get("extraVeldenKlant") or () if item.get("naam") != field]
        extra = [*others, {"naam": field, "waarde": crm_id}]
        return self._written({**current.raw, "extraVeldenKlant": extra})

    def _object(self, response: requests.Response) -> dict[str, Any]:
        body = object_of(response)
        if not body:
            raise Unavailable("an answer without a record")
        return body
