"""Be the Nextens target: what the spine asks of it, in calls as few as the API allows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.base import ConnectionInfo, Draft, Finding, Gate, Identity, TargetPage, TargetRecord
from adapters.errors import AlreadyExists, Missing, OutcomeUnknown, Unavailable, Unsupported
from adapters.http import HttpClient
from adapters.nextens import normal, payload, record
from adapters.nextens.auth import NextensAuth
from adapters.nextens.bodies import object_of
from adapters.nextens.check import examine
from adapters.nextens.errors import classify
from adapters.nextens.lookups import LookUps
from adapters.nextens.members import Kind
from adapters.nextens.options import Options
from adapters.outside import Outside
from adapters.tokens import TokenStore
from models.records import Fields, JsonScalar, Relation
from models.words import Lane, Role


class Nextens:
    """Read and write the clients of one office, for one connection in one lane."""

    roles_share_record = True
    numbered = False
    strict = True

    def __init__(self, info: ConnectionInfo, outside: Outside, lane: Lane) -> None:
        self.info = info
        self.options = Options.of(info.options)
        self.tokens = TokenStore(info.id, outside, info.credentials.get("refresh_token"))
        auth = NextensAuth(info, self.options, self.tokens.current)
        self._http = HttpClient(info, outside, lane, auth=auth, classify=classify)
        self._look = LookUps(self._http, self.options)

    @property
    def listed(self) -> bool:
        """Tell whether the office's clients can be listed, which a setting of the connection says."""
        return self.options.list

    @property
    def calls(self) -> int:
        """Count the calls this instance made."""
        return self._http.calls

    def draft(self, relation: Relation, role: Role, rules: Mapping[str, Any]) -> Draft:
        """Translate a checked relation; a client has no role, and the link's rules change nothing here."""
        return payload.draft(relation, self.options)

    def identity(self, relation: Relation) -> Identity:
        """Normalise what identifies a relation here."""
        return record.identity(relation)

    def without(self, draft: Draft, field: str) -> Draft | None:
        """Leave nothing out, ever: what goes to the tax office is whole and right, or is not sent."""
        return None

    def same(self, name: str, one: JsonScalar, other: JsonScalar) -> bool:
        """Tell whether two values of a field mean the same to Nextens."""
        return normal.same(name, one, other)

    def number_from(self, relation: Relation) -> int | None:
        """Return nothing: a client carries no number of ours."""
        return None

    def read(self, target_id: str) -> TargetRecord:
        """Fetch one client. Raises Missing."""
        kind, path = self._place(target_id)
        raw = object_of(self._http.request("GET", path))
        if not raw:
            raise Unavailable("an answer without a client")
        return record.parse(kind, raw, self.options)

    def pages(self, since: datetime | None) -> Iterator[TargetPage]:
        """Yield pages of clients where the connection says that there are lists. Raises Unsupported."""
        if not self.options.list:
            raise Unsupported("Nextens documents no list of clients; `list` says otherwise for a connection")
        return self._look.pages(since)

    def search(self, identity: Identity, *, thorough: bool) -> Sequence[TargetRecord]:
        """Look up by BSN or RSIN, then by exact name.

        With `rely_on_conflict` a person's BSN is looked up only once creating said that it exists.
        """
        relies = self.options.rely_on_conflict and identity.type == "person"
        return self._look.by_identity(identity, by_number=thorough or not relies)

    def locate(self, sent: Fields, number: int | None) -> Sequence[TargetRecord]:
        """Find what a create of these fields may have left: by its number, else by name, and of that name only."""
        kind = record.kind_of(sent)
        sought = record.parse(kind, record.new_body(sent, self.options), self.options).identity
        by_number = sought.bsn or sought.rsin
        name = sought.exact_name or ""
        found = self._look.by_number(kind, by_number) if by_number else self._look.by_name(kind, sought.name or "")
        return [one for one in found if one.identity.exact_name == name]

    def create(self, draft: Draft, role: Role, number: int | None, gate: Gate) -> TargetRecord:
        """Create a client. Raises AlreadyExists for one with the same number, or the same name and birth date."""
        kind, body = record.kind_of(draft.fields), record.new_body(draft.fields, self.options)
        answer = object_of(self._http.request("POST", f"/klant/{kind}", json=body, gate=gate))
        if not answer.get("Id"):
            raise OutcomeUnknown("created, but the answer named no client")
        whole = "Achternaam" in answer or "Naam" in answer
        return record.parse(kind, answer if whole else body | {"Id": answer["Id"]}, self.options)

    def update(self, current: TargetRecord, changes: Fields, gate: Gate) -> TargetRecord:
        """Write the whole client back with changes laid over it; its 204 says that this is what is there."""
        kind, path = self._place(current.id)
        body = record.merged(current.raw, changes, self.options)
        try:
            self._http.request("PUT", path, json=body, gate=gate)
        except Missing:
            # The same 409 says that another client has this number; only reading tells the two apart.
            self.read(current.id)
            raise AlreadyExists("nextens.BESTAAT_AL", params={"words": "", "status": "409"}) from None
        kept = {name: current.raw[name] for name in ("Id", "Opmerkingen") if name in current.raw}
        return record.parse(kind, body | kept, self.options)

    def identify(self) -> str:
        """Name the system: Nextens names no office; one look-up of nobody proves token and licence."""
        self.probe()
        return f"Nextens ({urlsplit(self.info.base_url).hostname})"

    def check(self) -> Sequence[Finding]:
        """Check token, rights, clock and limits and say the result in words."""
        return examine(self)

    def probe(self) -> str | None:
        """Look nobody up and return the time that Nextens' answer names, if any."""
        return self._look.nobody()

    def visible(self, kind: Kind) -> tuple[int, bool]:
        """Count the clients of a kind on the first list page, and tell whether there are more."""
        return self._look.first_page(kind)

    @staticmethod
    def _place(target_id: str) -> tuple[Kind, str]:
        """Return kind and path of a client. Raises Missing for an id of another form: no client has it."""
        found = record.split_id(target_id)
        if found is None:
            raise Missing("nextens.id")
        kind, own = found
        return kind, f"/klant/{kind}/{quote(own, safe='')}"
