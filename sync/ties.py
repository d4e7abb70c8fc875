"""Hold a mapping still while a person changes it, and put its record's job to work afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import MappingHistory, RelationMapping, SyncJob, WriteIntent
from models.words import Kind, MappingState, Origin
from sync.audit import Actor, Subject, record
from sync.feedback.wanting import try_again
from sync.intake import JobRef, record_changes

WRITES = ("updated", "put_back")
"""Events of the history that changed what the target holds, and not the tie."""


class Refused(Exception):
    """Say by a code of the pages' words why a tie is not changed; nothing was done."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, str] = params
        """Ids, moments and names of people for the sentence; nothing of the relation."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what the person saw of a mapping when they decided."""

    target_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Hold who does what to a mapping, and why."""

    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """Hold what a change of a mapping led to; the caller commits, then wakes the jobs that ask for it."""

    mapping_id: int
    correlation_id: UUID
    jobs: list[JobRef]


def hold(session: Session, mapping_id: int, seen: Seen) -> RelationMapping:
    """Lock a mapping as it was seen, and cut off whoever works on its record. Raises Refused.

    The job first, as a worker does before it writes: so either it has begun a write, and this is refused, or it can
    begin none any more.
    """
    row = find(session, mapping_id)
    _take_from_workers(session, row)
    session.refresh(row, with_for_update=True)
    if (row.target_id, row.state) != (seen.target_id, seen.state):
        raise Refused("mapping.moved", **_last_hand(session, row))
    writes = select(WriteIntent.id).where(
        WriteIntent.target_connection_id == row.target_connection_id,
        WriteIntent.source_connection_id == row.source_connection_id,
        WriteIntent.kind == row.kind,
        WriteIntent.source_id == row.source_id,
        WriteIntent.role == row.role,
        WriteIntent.state == "open",
    )
    if session.scalar(writes.limit(1)) is not None:
        raise Refused("mapping.writing")
    return row


def find(session: Session, mapping_id: int) -> RelationMapping:
    """Return a mapping by its id. Raises Refused."""
    row = session.get(RelationMapping, mapping_id)
    if row is None:
        raise Refused("mapping.unknown")
    return row


def _take_from_workers(session: Session, row: RelationMapping) -> None:
    jobs = session.scalars(_jobs_of(row).order_by(SyncJob.link_id).with_for_update()).all()
    leased = [job.id for job in jobs if job.lease_until is not None]
    if leased:
        ended = {"fence": SyncJob.fence + 1, "lease_until": null(), "handed_until": null()}
        session.execute(update(SyncJob).where(SyncJob.id.in_(leased)).values(ended))


def _jobs_of(row: RelationMapping) -> Any:
    return select(SyncJob).where(
        SyncJob.source_connection_id == row.source_connection_id,
        SyncJob.kind == row.kind,
        SyncJob.record_id == row.source_id,
        SyncJob.target_connection_id == row.target_connection_id,
    )


def _last_hand(session: Session, row: RelationMapping) -> dict[str, str]:
    """Name who changed a mapping last, and to what."""
    latest = session.scalar(
        select(MappingHistory)
        .where(MappingHistory.mapping_id == row.id, MappingHistory.event.notin_(WRITES))
        .order_by(MappingHistory.at.desc(), MappingHistory.id.desc())
        .limit(1)
    )
    return {"by": latest.by if latest else row.decided_by, "target": row.target_id, "state": row.state}


def holder(session: Session, row: RelationMapping, target_id: str) -> RelationMapping | None:
    """Return the mapping of another record that has a target record in the same role."""
    return session.scalar(
        select(RelationMapping).where(
            RelationMapping.target_connection_id == row.target_connection_id,
            RelationMapping.kind == row.kind,
            RelationMapping.role == row.role,
            RelationMapping.target_id == target_id,
            RelationMapping.state == MappingState.ACTIVE,
            RelationMapping.id != row.id,
        )
    )


def require_free(session: Session, row: RelationMapping, target_id: str, number: str | None) -> None:
    """Refuse a target record that another CRM record has, or whose create is not settled. Raises Refused."""
    rival = holder(session, row, target_id)
    if rival is not None:
        raise Refused("mapping.taken", holder=rival.source_id, mapping=str(rival.id))
    if number is None or not number.isdigit():
        return
    creating = session.scalar(
        select(WriteIntent.source_id).where(
            WriteIntent.target_connection_id == row.target_connection_id,
            WriteIntent.state == "open",
            WriteIntent.operation == "create",
            WriteIntent.number == int(number),
        )
    )
    if creating is not None and creating != row.source_id:
        raise Refused("mapping.taken", holder=creating, mapping="")


def told(row: RelationMapping) -> dict[str, Any]:
    """Describe a mapping for the audit trail: ids and state only."""
    return {"target_id": row.target_id, "target_number": row.target_number, "state": row.state}


def finish(
    session: Session, row: RelationMapping, action: str, event: str, deed: Deed, before: Mapping[str, Any]
) -> Changed:
    """Write the change into history and audit trail, and let the record be synchronised at once."""
    correlation_id = uuid4()
    session.add(
        MappingHistory(
            mapping_id=row.id, event=event, by=deed.actor.by, correlation_id=correlation_id, target_id=row.target_id
        )
    )
    subject = Subject("mapping", str(row.id))
    record(
        session,
        deed.actor,
        action,
        subject,
        reason=deed.reason,
        before=before,
        after=told(row),
        correlation_id=correlation_id,
    )
    session.flush()
    return Changed(row.id, correlation_id, nudge(session, row, correlation_id))


def nudge(session: Session, row: RelationMapping, correlation_id: UUID) -> list[JobRef]:
    """Make the record's jobs due in the live lane, also where Boekbrug itself had unticked its box."""
    try_again(session, session.scalars(_jobs_of(row)).all())
    notices = [Notice(Kind(row.kind), row.source_id)]
    return record_changes(
        session, row.source_connection_id, notices, Origin.DECISION, correlation_id, datetime.now(UTC)
    )
