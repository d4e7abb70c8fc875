"""Read all that one mapping's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from adapters import registry
from adapters.outside import Outside
from models.tables import Connection, Link, MappingHistory, RelationMapping, Review, SyncJob, SyncLog
from models.vault import Unreadable
from models.words import Kind, Lane, MappingState
from sync import reviews, snapshots
from sync.config.loading import connection_info
from sync.labels import names

HISTORY = 50
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one line of a mapping's history with what a person can do about it."""

    row: MappingHistory
    back_to: str = ""
    """The target record from before this entry, to which the mapping can be tied back."""
    undo: str = ""
    """`restore` or `break`, where the entry is the one that stands now."""


@dataclass(frozen=True, slots=True)
class Detail:
    """Hold one mapping and what stands around it."""

    row: RelationMapping
    link: str
    source: Connection
    target: Connection
    decided: Review | None
    job: SyncJob | None
    history: Sequence[Entry]
    attempts: Sequence[SyncLog]
    name: str = field(default="", repr=False)
    url: str = ""
    """Where a person opens the record in the CRM; empty where the CRM told none."""

    @property
    def restorable(self) -> bool:
        """Tell whether a person broke the tie, so that a person may take it back."""
        broken = self.row.state != MappingState.ACTIVE
        return broken and self.decided is not None and self.decided.decision == "never"

    @property
    def at_work(self) -> bool:
        """Tell whether the record is in the queue or in a worker's hands."""
        return self.job is not None and (self.job.state == "due" or self.job.lease_until is not None)


def detail(session: Session, outside: Outside, mapping_id: int) -> Detail | None:
    """Read one mapping; makes no call."""
    source, target = aliased(Connection), aliased(Connection)
    found = session.execute(
        select(RelationMapping, Link, source, target)
        .join(Link, Link.id == RelationMapping.link_id)
        .join(source, source.id == RelationMapping.source_connection_id)
        .join(target, target.id == RelationMapping.target_connection_id)
        .where(RelationMapping.id == mapping_id)
    ).first()
    if found is None:
        return None
    row, link, crm, books = found
    called = names(session, outside.vault, [row])
    decided = reviews.standing(session, row.link_id, row.kind, row.source_id, row.role)
    return Detail(
        row,
        link.name,
        crm,
        books,
        decided,
        _job(session, row),
        entries(row, _folded(_history(session, row))),
        _attempts(session, row),
        called.get((row.link_id, row.kind, row.source_id), ""),
        _url(session, outside, row, link, crm),
    )


def _history(session: Session, row: RelationMapping) -> Sequence[MappingHistory]:
    query = select(MappingHistory).where(MappingHistory.mapping_id == row.id)
    return session.scalars(query.order_by(MappingHistory.at.desc(), MappingHistory.id.desc()).limit(HISTORY)).all()


def entries(row: RelationMapping, history: Sequence[MappingHistory]) -> list[Entry]:
    """Say of each entry, newest first, how it is undone: what moved the tie, back; a break or its undo, the other.

    What was written into the target is undone on the relation's timeline, where its values are.
    """
    latest = next((one.id for one in history if one.event in ("broken", "restored")), None)
    found = []
    for place, one in enumerate(history):
        former = next((older.target_id for older in history[place + 1 :]), one.target_id)
        back = former if former not in (one.target_id, row.target_id) else ""
        undo = {"broken": "restore", "restored": "break"}.get(one.event, "") if one.id == latest else ""
        fits = (undo == "restore") == (row.state != MappingState.ACTIVE)
        found.append(Entry(one, back, undo if fits else ""))
    return found


def _folded(history: Sequence[MappingHistory]) -> list[MappingHistory]:
    """Show once what one write both tied and wrote."""
    said = [(one.at, one.event, one.target_id, one.by) for one in history]
    return [one for place, one in enumerate(history) if said[place] not in said[:place]]


def _job(session: Session, row: RelationMapping) -> SyncJob | None:
    return session.scalar(
        select(SyncJob).where(
            SyncJob.link_id == row.link_id, SyncJob.kind == row.kind, SyncJob.record_id == row.source_id
        )
    )


def _attempts(session: Session, row: RelationMapping) -> Sequence[SyncLog]:
    query = select(SyncLog).where(
        SyncLog.link_id == row.link_id, SyncLog.kind == row.kind, SyncLog.record_id == row.source_id
    )
    return session.scalars(query.order_by(SyncLog.at.desc()).limit(ATTEMPTS)).all()


def _url(session: Session, outside: Outside, row: RelationMapping, link: Link, crm: Connection) -> str:
    """Take the address from what was last read of the record; only a plain web address is a link."""
    try:
        known = snapshots.load(session, outside.vault, crm.id, Kind(row.kind), row.source_id, None)
        if known is None:
            return ""
        source = registry.open_source(connection_info(crm, outside.vault), outside, Lane.LIVE)
        rules: dict[str, Any] = link.rules.get("relations", {})
        url = source.relation(known, rules).url or ""
    except (Unreadable, ValueError):
        return ""
    return url if url.startswith(("https://", "http://")) else ""
