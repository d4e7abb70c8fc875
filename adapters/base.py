"""Define what a source and a target must offer, so the spine never knows which system it talks to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from models.records import Fields, JsonScalar, Problem, Relation
from models.words import Kind, Lane, Role

Gate = Callable[[], None]
"""Called once a call's budget is granted and just before its first byte leaves; may raise to call it off."""


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """Hold what an adapter needs to know of one connection; credentials are already decrypted."""

    id: int
    name: str
    system: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    hook_secrets: Sequence[str] = field(default=(), repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    """Everything else of the connection's block in the configuration file, validated by the adapter's own model."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Window name (minute, hour, day) -> calls, and `concurrent` -> calls at one moment."""
    guarded: bool = False
    """True when its address was given on a page: calls then go to the open internet only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one line of a connection check, in words, for a person."""

    ok: bool
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Hold one record as the source sent it, with the moment its request started (ours, UTC)."""

    kind: Kind
    id: str
    updated_at: datetime | None
    raw: Mapping[str, Any] = field(repr=False)
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of a source's list; `cursor` resumes after it and is None on the last page."""

    records: Sequence[SourceRecord]
    cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Hold one change that a hook tells of; `record` only when the push carries the whole record."""

    kind: Kind
    record_id: str
    record: SourceRecord | None = None
    saved_by: str | None = None
    deleted: bool = False


class Source(Protocol):
    """Read a CRM. One instance serves one connection in one lane; it is cheap to make."""

    info: ConnectionInfo

    @property
    def calls(self) -> int:
        """Count the calls this instance made."""

    def changed(self, kind: Kind, cursor: str | None) -> Iterator[Page]:
        """Yield pages of records changed since an opaque cursor, oldest first, overlap included."""

    def everything(self, kind: Kind, cursor: str | None) -> Iterator[Page]:
        """Yield all records from a resumable cursor on, whole, in as few calls as the list allows."""

    def read(self, kind: Kind, record_id: str) -> SourceRecord:
        """Fetch one record whole. Raises Missing."""

    def relation(self, record: SourceRecord, rules: Mapping[str, Any]) -> Relation:
        """Parse a record tolerantly into canonical form, by the link's `relations` rules. Pure."""

    def identify(self) -> str:
        """Name the environment in the system's own words, by the cheapest authorised call."""

    def check(self) -> Sequence[Finding]:
        """Check credentials, rights, clock and limits and say the result in words."""


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one message on a relation's timeline, as the CRM stores it."""

    id: str
    title: str
    content: str


@runtime_checkable
class Feedback(Protocol):
    """Tell the CRM's users what became of their record: a source that can hold messages and set a checkbox.

    Each of the three writes passes its `gate` once, between the grant and the first byte.
    """

    def messages(self, record_id: str) -> Sequence[Message]:
        """Return the messages on a relation's timeline that Boekbrug wrote, newest first. Raises Missing."""

    def post_message(self, record_id: str, title: str, content: str, gate: Gate) -> str:
        """Put one message on the timeline and return its id. Raises OutcomeUnknown, Rejected, Throttled."""

    def remove_message(self, message_id: str, gate: Gate) -> None:
        """Take one message off; one that is gone already is no failure."""

    def set_flag(self, record_id: str, flag: str, ticked: bool, gate: Gate) -> None:
        """Set one checkbox and touch nothing else. Raises Missing, OutcomeUnknown, Rejected, Throttled."""


class HookReader(Protocol):
    """Verify and read a source's web hooks. Pure: no call, no database."""

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        """Tell whether one of the secrets signed these raw bytes, in constant time. Missing header: False."""

    def notices(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Sequence[Notice]:
        """Read the changes told of; [] for events that do not concern us. Raises ValueError on bad shape."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold what a relation should look like in the target, in the target's own flat fields."""

    fields: Fields = field(repr=False)
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Hold what may identify a relation, normalised the same way for source and target."""

    kvk: str | None = None
    vat: str | None = field(default=None, repr=False)
    rsin: str | None = field(default=None, repr=False)
    bsn: str | None = field(default=None, repr=False)
    number: str | None = None
    crm_id: str | None = None
    name: str | None = None
    """Counts only together with the postcode."""
    postal_code: str | None = None
    exact_name: str | None = field(default=None, repr=False)
    """Set by targets where the whole name may identify by itself."""
    birth_date: str | None = field(default=None, repr=False)
    """ISO date; it tells people of one name apart and never links."""
    type: Literal["organisation", "person"] | None = None
    """Where the target keeps companies and persons apart."""


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """Hold one relation as the target answered it."""

    id: str
    roles: frozenset[Role]
    active: bool
    number: str | None
    modified_on: datetime | None
    """The target's own clock, naive as the vendor sends it."""
    fields: Fields = field(repr=False)
    """Every field this adapter may own, flat, as stored there."""
    identity: Identity
    raw: Mapping[str, Any] = field(repr=False)
    system_row: bool = False
    """True for the target's own bookkeeping rows that must never be matched, reported or written."""


@dataclass(frozen=True, slots=True)
class TargetPage:
    """Hold one list page of the target with the moment its request started (ours, UTC)."""

    records: Sequence[TargetRecord]
    started_at: datetime
    last: bool


class Target(Protocol):
    """Read and write bookkeeping or tax software. One instance serves one connection in one lane."""

    info: ConnectionInfo
    roles_share_record: bool
    """True when customer and supplier are one record in the target (a setting of the connection)."""
    numbered: bool
    """True when a create carries a number of ours that is unique at the server: every retry sends it again, and a
    lost answer is found by it."""
    listed: bool
    """True when its records can be listed, so that the local index knows them all; else it is `Searched`."""
    strict: bool
    """True when one wrong value stops the whole relation, because what is filed must be right."""

    @property
    def calls(self) -> int:
        """Count the calls this instance made."""

    def draft(self, relation: Relation, role: Role, rules: Mapping[str, Any]) -> Draft:
        """Translate a checked relation into the target's fields; lengths and required ones become problems. Pure."""

    def identity(self, relation: Relation) -> Identity:
        """Normalise what identifies a relation in this target. Pure."""

    def without(self, draft: Draft, field: str) -> Draft | None:
        """Leave a refused canonical field out of a draft; None when the target cannot do without it. Pure."""

    def same(self, name: str, one: JsonScalar, other: JsonScalar) -> bool:
        """Tell whether two values of a field mean the same to the target (case, spaces, `NL` prefix). Pure."""

    def number_from(self, relation: Relation) -> int | None:
        """Return the CRM's number where the target could hold it as its own, else None. Pure."""

    def read(self, target_id: str) -> TargetRecord:
        """Fetch one record. Raises Missing."""

    def pages(self, since: datetime | None) -> Iterator[TargetPage]:
        """Yield list pages of records modified at or after `since` (target's clock, naive); all when None."""

    def locate(self, sent: Fields, number: int | None) -> Sequence[TargetRecord]:
        """Find what a create of these fields may have left, through the API and never a local index."""

    def create(self, draft: Draft, role: Role, number: int | None, gate: Gate) -> TargetRecord:
        """Create once, under the reserved number if any. Raises AlreadyExists, Rejected, OutcomeUnknown, Throttled."""

    def update(self, current: TargetRecord, changes: Fields, gate: Gate) -> TargetRecord:
        """Overlay owned changes on the whole current record and write it back."""

    def identify(self) -> str:
        """Name the administration by the cheapest authorised call; also the probe after an outage."""

    def check(self) -> Sequence[Finding]:
        """Check credentials, rights, clock and limits and say the result in words."""


@runtime_checkable
class Searched(Protocol):
    """Look records up one relation at a time: what a target offers that cannot be listed."""

    def search(self, identity: Identity, *, thorough: bool) -> Sequence[TargetRecord]:
        """Return the records that an identifier or the exact name points at, in as few calls as that takes.

        `thorough` after the target said that the relation exists: nothing that a setting saves is left out.
        """


__all__ = [
    "ConnectionInfo",
    "Draft",
    "Feedback",
    "Finding",
    "Gate",
    "HookReader",
    "Identity",
    "Lane",
    "Message",
    "Notice",
    "Page",
    "Searched",
    "Source",
    "SourceRecord",
    "Target",
    "TargetPage",
    "TargetRecord",
]
