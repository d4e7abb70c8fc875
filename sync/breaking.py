"""Break a tie by hand, take that back, or synchronise once more.

A break is a remembered decision that this record takes no part in this role: while the CRM's box stays ticked, the
next change must not bring the tie back. Only a person takes it back, by restoring or relinking.
"""

from uuid import uuid4

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.tables import RelationMapping, Review
from models.words import Kind, MappingState
from sync import reviews, ties
from sync.audit import Subject, record
from sync.ties import Changed, Deed, Refused, Seen


def break_tie(session: Session, mapping_id: int, seen: Seen, deed: Deed) -> Changed:
    """End a tie and leave the target's record alone. Raises Refused."""
    row = ties.hold(session, mapping_id, seen)
    if row.state == MappingState.BROKEN:
        raise Refused("mapping.broken_already")
    before = ties.told(row)
    _supersede(session, row)
    session.add(
        Review(
            link_id=row.link_id,
            kind=row.kind,
            record_id=row.source_id,
            role=row.role,
            reason=reviews.BROKEN,
            candidates=[{"target_id": row.target_id, "evidence": {}}],
            label=row.label,
            decision="never",
            decided_by=deed.actor.by,
            decided_at=func.now(),
        )
    )
    row.state = MappingState.BROKEN
    return ties.finish(session, row, "mapping.break", "broken", deed, before)


def restore(session: Session, mapping_id: int, seen: Seen, deed: Deed) -> Changed:
    """Take a break back: the same target record as before, if nobody has it by now. Raises Refused."""
    row = ties.hold(session, mapping_id, seen)
    if row.state == MappingState.ACTIVE:
        raise Refused("mapping.active_already")
    if not broken_by_hand(session, row):
        raise Refused("mapping.not_by_hand")
    ties.require_free(session, row, row.target_id, row.target_number)
    before = ties.told(row)
    _supersede(session, row)
    row.state = MappingState.ACTIVE
    try:
        return ties.finish(session, row, "mapping.restore", "restored", deed, before)
    except IntegrityError as error:
        raise Refused("mapping.busy") from error


def broken_by_hand(session: Session, row: RelationMapping) -> bool:
    """Tell whether a person said that this record takes no part; an unticked box is the CRM's to tick again."""
    decided = reviews.standing(session, row.link_id, row.kind, row.source_id, row.role)
    return decided is not None and decided.decision == "never"


def synchronise(session: Session, mapping_id: int, deed: Deed) -> Changed:
    """Let a record be looked at once more, whatever Boekbrug thinks of it. Raises Refused."""
    row = ties.find(session, mapping_id)
    correlation_id = uuid4()
    record(
        session,
        deed.actor,
        "mapping.sync",
        Subject("mapping", str(row.id)),
        reason=deed.reason,
        correlation_id=correlation_id,
    )
    return Changed(row.id, correlation_id, ties.nudge(session, row, correlation_id))


def _supersede(session: Session, row: RelationMapping) -> None:
    """Let no earlier answer about this record and role have a say any more."""
    reviews.supersede(session, row.link_id, Kind(row.kind), row.source_id, row.role)
