"""Erase what is stored of one source record: destroy its key, remove what finds it; row, time and outcome stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.errors import Missing
from adapters.outside import Outside
from models.database import Sessions
from models.partitions import month_after
from models.settings import Settings
from models.tables import (
    ChangeEvent,
    Connection,
    Erasure,
    Link,
    RelationMapping,
    Snapshot,
    SubjectKey,
    SyncJob,
    SyncLog,
    WriteIntent,
)
from models.vault import Subject, Vault
from models.words import Kind, Lane
from sync.candidates import Sides, part_of
from sync.retention import kept_days
from sync.traces import FINDABLE, TRACES, Record, rows_left

RULES_OF = {kind: f"{kind}s" for kind in Kind}
"""Kind -> name of its block in a link's rules."""


class AtWork(Exception):
    """Say that a worker has the record's job in its hands at this moment."""


class Unsettled(Exception):
    """Say that nobody knows yet whether a write of this record arrived in the books."""

    def __init__(self, known_at: datetime) -> None:
        super().__init__("a write is not settled")
        self.known_at = known_at


class Unknown(LookupError):
    """Say that nothing is stored of such a record."""


@dataclass(frozen=True, slots=True)
class InBooks:
    """Name a record that stays in the books, where only its keeper can remove it."""

    connection: str
    role: str
    target_id: str
    number: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Tell what one erasure removed, what stays, and from when nothing else names the record."""

    record: Record
    at: datetime
    by: str
    removed: Mapping[str, int]
    """Table -> rows removed or emptied."""
    nothing_left: bool
    """Whether this is the receipt of an earlier run, because there was nothing to remove any more."""
    stays: Mapping[str, int]
    """Table -> rows without personal values that stay."""
    books: Sequence[InBooks]
    log_until: date | None
    """Day from which no partition of inbox and log holds a row of the record; None when none does now."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Tell how a record stands in the CRM now: its name, and the links that would take it in again."""

    name: str
    ticked: Sequence[str]


def presence(outside: Outside, record: Record) -> Presence | None:
    """Ask the CRM itself, in one call; None when it has no such record, or may not be called any more.

    Raises AdapterError.
    """
    with outside.sessions.begin() as session:
        wanted = select(Link.name).join(Connection, Connection.id == Link.source_id)
        here = (Connection.id == record.connection_id, Connection.enabled, Link.enabled)
        names = session.scalars(
            wanted.where(*here, Link.rules.has_key(RULES_OF[record.kind])).order_by(Link.name)
        ).all()
    links = [Sides.open(outside, name, Lane.LIVE) for name in names]
    if not links:
        return None
    try:
        found = links[0].source.read(record.kind, record.id)
    except Missing:
        return None
    try:
        relations = [(one, one.source.relation(found, one.rules.model_dump())) for one in links]
    except ValueError:
        # What cannot be read may be ticked.
        return Presence("", names)
    ticked = [one.link.name for one, relation in relations if part_of(one.rules, relation)]
    return Presence(relations[0][1].name, ticked)


def holders(session: Session, kind: Kind, record_id: str) -> list[Record]:
    """Return the record at each source that knows it: an id need not be one CRM's only."""
    sources = session.scalars(
        select(Connection).where(Connection.id.in_(select(Link.source_id))).order_by(Connection.name)
    )
    found = [Record(source.id, source.name, kind, record_id) for source in sources]
    return [one for one in found if _known(session, one)]


def erase(sessions: Sessions, settings: Settings, record: Record, by: str, *, force: bool = False) -> Receipt:
    """Erase a record in one transaction: a crash leaves all of it or nothing, and a second run finds nothing left.

    `force` gives up a write whose outcome is not known. Raises AtWork, Unsettled, Unknown.
    """
    with sessions.begin() as session:
        if not _known(session, record):
            raise Unknown(record.id)
        _hold(session, record)
        if not force:
            _require_settled(session, record)
        counts = {name: done for name, trace in TRACES.items() if (done := trace(session, record, by))}
        row = _receipt_row(session, record, by, counts)
        return _receipt(session, settings, record, row, nothing_left=not counts)


def _known(session: Session, record: Record) -> bool:
    traces = (
        select(SubjectKey.id).where(*record.in_source(SubjectKey)),
        select(SyncJob.id).where(*record.of_jobs()),
        select(ChangeEvent.id).where(*record.in_source(ChangeEvent)),
    )
    return any(session.scalar(one.limit(1)) is not None for one in traces)


def _hold(session: Session, record: Record) -> None:
    """Keep polls and workers off until the end: the snapshot first, as a poll does, so that no two wait for each other.

    A job that is leased is not interrupted: what its worker still has in memory would be written afterwards.
    """
    session.execute(select(Snapshot.record_id).where(*record.in_source(Snapshot)).with_for_update())
    now = session.scalars(select(func.clock_timestamp())).one()
    leases = session.scalars(select(SyncJob.lease_until).where(*record.of_jobs()).with_for_update()).all()
    if any(until is not None and until > now for until in leases):
        raise AtWork(record.id)


def _require_settled(session: Session, record: Record) -> None:
    """Refuse to forget a write that may have made a record in the books of which no row would tell."""
    known_at = session.scalar(
        select(func.max(WriteIntent.locate_at)).where(*record.as_source(WriteIntent), WriteIntent.state == "open")
    )
    if known_at is not None:
        raise Unsettled(known_at)


def _receipt_row(session: Session, record: Record, by: str, counts: Mapping[str, int]) -> Erasure:
    """Store the receipt, or find the earlier one when nothing was left."""
    earlier = session.scalar(
        select(Erasure).where(*record.in_source(Erasure)).order_by(Erasure.at.desc(), Erasure.id.desc()).limit(1)
    )
    if earlier is not None and not counts:
        return earlier
    row = Erasure(connection_id=record.connection_id, kind=record.kind, record_id=record.id, by=by, counts=dict(counts))
    session.add(row)
    session.flush()
    return row


def _receipt(session: Session, settings: Settings, record: Record, row: Erasure, *, nothing_left: bool) -> Receipt:
    return Receipt(
        record,
        row.at,
        row.by,
        row.counts,
        nothing_left,
        rows_left(session, record),
        _in_books(session, record),
        _log_until(session, settings, record),
    )


def _in_books(session: Session, record: Record) -> list[InBooks]:
    rows = session.execute(
        select(Connection.name, RelationMapping.role, RelationMapping.target_id, RelationMapping.target_number)
        .join(Connection, Connection.id == RelationMapping.target_connection_id)
        .where(*record.as_source(RelationMapping))
        .order_by(Connection.name, RelationMapping.role)
    )
    return [InBooks(*row) for row in rows]


def _log_until(session: Session, settings: Settings, record: Record) -> date | None:
    """Reckon when the month of the newest row is dropped, which retention does with whole months."""
    newest = {
        "events": session.scalar(select(func.max(ChangeEvent.received_at)).where(*record.in_source(ChangeEvent))),
        "log": session.scalar(select(func.max(SyncLog.at)).where(*record.at_links(SyncLog))),
    }
    ends = [
        month_after(moment, 1) + timedelta(days=kept_days(settings, name))
        for name, moment in newest.items()
        if moment is not None
    ]
    return max(ends).date() if ends else None


def renewed_subject(session: Session, vault: Vault, record: Record) -> Subject:
    """Return a key for a record that takes part, a new one if the old was destroyed: to us it is a new record then.

    What was sealed under the destroyed key stays unreadable; what slipped in while it was erased goes.
    """
    subject, sealed = vault.new_subject()
    row = session.scalars(select(SubjectKey).where(*record.in_source(SubjectKey)).with_for_update()).one()
    if row.sealed is not None:
        return vault.subject(row.sealed)
    for trace in FINDABLE.values():
        trace(session, record, "boekbrug")
    row.sealed, row.created_at = sealed, func.now()
    return subject
