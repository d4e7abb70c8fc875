"""Keep the newest whole record read from a source, so an event need not cost a call of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import SourceRecord
from models.tables import Snapshot
from models.vault import Vault
from models.words import Kind
from sync.subjects import subject_of, subjects_of

CONTEXT = "snapshot"


def store(session: Session, vault: Vault, connection_id: int, records: Sequence[SourceRecord]) -> None:
    """Keep records that were read later than what is stored; one that was erased is not kept again."""
    newest = {(record.kind, record.id): record for record in sorted(records, key=lambda r: r.started_at)}
    for kind in sorted({record.kind for record in newest.values()}):
        chosen = [record for record in newest.values() if record.kind == kind]
        subjects = subjects_of(session, vault, connection_id, kind, [record.id for record in chosen])
        rows = [
            _row(vault, connection_id, record, subjects[record.id].seal(dict(record.raw), CONTEXT))
            for record in sorted(chosen, key=lambda r: r.id)
            if record.id in subjects
        ]
        if rows:
            _upsert(session, rows)


def _row(vault: Vault, connection_id: int, record: SourceRecord, sealed: bytes) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "kind": record.kind,
        "record_id": record.id,
        "started_at": record.started_at,
        "record_updated_at": record.updated_at,
        "sealed": sealed,
        "deleted": False,
    }


def _upsert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(Snapshot).values(list(rows))
    new = statement.excluded
    fresh = {name: new[name] for name in ("started_at", "record_updated_at", "sealed", "deleted")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["connection_id", "kind", "record_id"],
            set_=fresh,
            # The later reading wins whatever the record's own time says: clocks in the CRM are set back each autumn.
            where=Snapshot.started_at <= new.started_at,
        )
    )


def load(
    session: Session, vault: Vault, connection_id: int, kind: Kind, record_id: str, since: datetime | None
) -> SourceRecord | None:
    """Return the stored record if its request started at or after `since`; an older one may miss the change."""
    row = session.get(Snapshot, (connection_id, kind, record_id))
    if row is None or row.deleted or (since is not None and row.started_at < since):
        return None
    raw = subject_of(session, vault, connection_id, kind, record_id).open(row.sealed, CONTEXT)
    return SourceRecord(kind, record_id, row.record_updated_at, raw, row.started_at)


def load_many(
    session: Session, vault: Vault, connection_id: int, kind: Kind, record_ids: Sequence[str]
) -> list[SourceRecord]:
    """Open many stored records in two statements, in the order of their ids; erased ones are left out."""
    rows = session.scalars(
        select(Snapshot)
        .where(
            Snapshot.connection_id == connection_id,
            Snapshot.kind == kind,
            Snapshot.record_id.in_(record_ids),
            Snapshot.deleted.is_(False),
        )
        .order_by(Snapshot.record_id)
    ).all()
    subjects = subjects_of(session, vault, connection_id, kind, [row.record_id for row in rows])
    return [
        SourceRecord(
            kind,
            row.record_id,
            row.record_updated_at,
            subjects[row.record_id].open(row.sealed, CONTEXT),
            row.started_at,
        )
        for row in rows
        if row.record_id in subjects
    ]


def mark_deleted(session: Session, connection_id: int, kind: Kind, record_id: str) -> None:
    """Remember that the source no longer has the record."""
    row = session.get(Snapshot, (connection_id, kind, record_id))
    if row is not None:
        row.deleted = True


def known_ids(session: Session, connection_id: int, kind: Kind) -> set[str]:
    """Return the ids of every record that is stored and not deleted."""
    query = select(Snapshot.record_id).where(
        Snapshot.connection_id == connection_id, Snapshot.kind == kind, Snapshot.deleted.is_(False)
    )
    return set(session.scalars(query))
