"""Store which source record is which target record, what it holds since our last write, and its history."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.base import TargetRecord
from models.records import Fields, JsonScalar
from models.tables import MappingHistory, RelationMapping, SyncJob
from models.words import MappingState, Role
from sync.jobs import StaleLease
from sync.planning import Base
from sync.work import Work

BASE_CONTEXT = "base"
HISTORY_CONTEXT = "history"


def mapping_of(session: Session, work: Work, role: Role) -> RelationMapping | None:
    """Return the record's mapping in a role, active or not."""
    return session.scalar(
        select(RelationMapping).where(
            RelationMapping.target_connection_id == work.target_info.id,
            RelationMapping.source_connection_id == work.source_info.id,
            RelationMapping.kind == work.kind,
            RelationMapping.source_id == work.lease.record_id,
            RelationMapping.role == role,
        )
    )


def mappings_of(session: Session, work: Work) -> list[RelationMapping]:
    """Return the record's mappings in every role."""
    return list(
        session.scalars(
            select(RelationMapping).where(
                RelationMapping.target_connection_id == work.target_info.id,
                RelationMapping.source_connection_id == work.source_info.id,
                RelationMapping.kind == work.kind,
                RelationMapping.source_id == work.lease.record_id,
            )
        )
    )


def held(session: Session, work: Work, known: RelationMapping) -> RelationMapping:
    """Lock a mapping that this run has read before and return it as it stands.

    Raises StaleLease where a person tied the record to another one since: what this run knows is about the former.
    """
    row = session.get_one(RelationMapping, known.id, with_for_update=True, populate_existing=True)
    if row.target_id != known.target_id:
        raise StaleLease(f"mapping {row.id} was changed by a person")
    return row


def _still_ours(session: Session, work: Work, row: RelationMapping) -> None:
    """Raise StaleLease where the job was taken from this run, so that a person's newer choice stands."""
    session.refresh(row, with_for_update=True)
    if session.scalar(select(SyncJob.fence).where(SyncJob.id == work.lease.job_id)) != work.lease.fence:
        raise StaleLease(f"job {work.lease.job_id} was taken over")


def holder_of(session: Session, work: Work, role: Role, target_id: str) -> str | None:
    """Return the other source record that is actively mapped to a target record in a role."""
    rows = session.execute(
        select(RelationMapping.source_connection_id, RelationMapping.source_id).where(
            RelationMapping.target_connection_id == work.target_info.id,
            RelationMapping.kind == work.kind,
            RelationMapping.role == role,
            RelationMapping.target_id == target_id,
            RelationMapping.state == MappingState.ACTIVE,
        )
    )
    return next((source for connection, source in rows if (connection, source) != work.owner), None)


def link_to(
    session: Session,
    work: Work,
    role: Role,
    record: TargetRecord,
    matched_by: str,
    evidence: Mapping[str, Any],
    by: str = "boekbrug",
) -> RelationMapping:
    """Tie the record to a target record and write it into the history; an old tie is replaced, not lost.

    Raises StaleLease where a person chose another target meanwhile.
    """
    row = mapping_of(session, work, role)
    if row is None:
        row = RelationMapping(
            link_id=work.link.id,
            source_connection_id=work.source_info.id,
            target_connection_id=work.target_info.id,
            kind=work.kind,
            source_id=work.lease.record_id,
            role=role,
            target_id=record.id,
            matched_by=matched_by,
        )
        session.add(row)
    elif row.target_id != record.id:
        _still_ours(session, work, row)
        row.base = None
    row.target_id, row.target_number = record.id, record.number
    row.matched_by, row.evidence, row.decided_by = matched_by, dict(evidence), by
    row.state = MappingState.ACTIVE
    _name(work, row)
    session.flush()
    note(session, work, row, matched_by, by=by)
    return row


def read_base(work: Work, row: RelationMapping) -> Base:
    """Open what the target holds since our last write; empty before the first."""
    if row.base is None:
        return {}
    return {name: (pair[0], pair[1]) for name, pair in work.subject.open(row.base, BASE_CONTEXT).items()}


def write_base(work: Work, row: RelationMapping, base: Mapping[str, list[JsonScalar]]) -> None:
    """Store what we sent and what the target answered."""
    row.base = work.subject.seal(dict(base), BASE_CONTEXT)
    row.updated_at = func.now()
    _name(work, row)


def _name(work: Work, row: RelationMapping) -> None:
    """Keep the relation's name as the CRM has it now; it is sealed already."""
    if work.label is not None:
        row.label = work.label


def note(
    session: Session,
    work: Work,
    row: RelationMapping,
    event: str,
    *,
    before: Fields | None = None,
    after: Fields | None = None,
    by: str = "boekbrug",
) -> None:
    """Append to the mapping's history, the overwritten values included so that they can be put back."""
    values = None
    if before is not None or after is not None:
        values = work.subject.seal({"before": dict(before or {}), "after": dict(after or {})}, HISTORY_CONTEXT)
    session.add(
        MappingHistory(
            mapping_id=row.id,
            event=event,
            by=by,
            correlation_id=work.lease.correlation_id,
            target_id=row.target_id,
            sealed=values,
        )
    )
