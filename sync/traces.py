"""Know every place where a source record leaves something personal, and how each is removed or emptied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Update,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from models.tables import (
    ChangeEvent,
    Claim,
    Feedback,
    Issue,
    Link,
    Mail,
    MappingHistory,
    RelationMapping,
    Review,
    Snapshot,
    SourceIdentifier,
    SubjectKey,
    SyncJob,
    SyncLog,
    TargetIdentifier,
    Undo,
    WriteIntent,
)
from models.words import JobState, Kind, MappingState

Conditions = Sequence[ColumnElement[bool]]
ERASED = "erased"
"""What a mapping's history says of it."""


@dataclass(frozen=True, slots=True)
class Record:
    """Name one record of one source, and find its rows in every form that tables have for it."""

    connection_id: int
    connection: str
    kind: Kind
    id: str

    @property
    def kinds(self) -> Sequence[str]:
        """Name the kinds of work about it: what its users are told is work of its own."""
        return (self.kind.value, f"{self.kind}_feedback")

    def in_source(self, table: Any) -> Conditions:
        """Find rows of tables that belong to a connection."""
        return (table.connection_id == self.connection_id, table.kind.in_(self.kinds), table.record_id == self.id)

    def as_source(self, table: Any) -> Conditions:
        """Find rows of tables that name source and target; their indexes begin with the target, so it is named too."""
        own = table.source_connection_id == self.connection_id
        linked = select(Link.target_id).where(Link.source_id == self.connection_id)
        # What its users are told is written to the source itself.
        targets = table.target_connection_id.in_(linked.union(select(literal(self.connection_id))))
        return (targets, own, table.kind.in_(self.kinds), table.source_id == self.id)

    def of_jobs(self) -> Conditions:
        """Find the record's jobs, one per link."""
        own = SyncJob.source_connection_id == self.connection_id
        return (own, SyncJob.kind.in_(self.kinds), SyncJob.record_id == self.id)

    def at_links(self, table: Any) -> Conditions:
        """Find rows of tables that belong to a link, over all links of the source."""
        links = select(Link.id).where(Link.source_id == self.connection_id)
        return (table.link_id.in_(links), table.kind.in_(self.kinds), table.record_id == self.id)


Trace = Callable[[Session, Record, str], int]
"""Remove or empty the rows of one table in somebody's name; returns how many. A second time there are none."""


def _count(session: Session, statement: Delete | Update) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _key(session: Session, record: Record, by: str) -> int:
    """Destroy the key, and leave the row that keeps polls from storing the record again."""
    own = {"connection_id": record.connection_id, "kind": record.kind, "record_id": record.id}
    session.execute(insert(SubjectKey).values(**own).on_conflict_do_nothing())
    mine = (*record.in_source(SubjectKey), SubjectKey.sealed.is_not(None))
    return _count(session, update(SubjectKey).where(*mine).values(sealed=null()))


def _snapshot(session: Session, record: Record, by: str) -> int:
    return _count(session, delete(Snapshot).where(*record.in_source(Snapshot)))


def _source_identifiers(session: Session, record: Record, by: str) -> int:
    """Remove the hashes; the table holds relations only."""
    if record.kind != Kind.RELATION:
        return 0
    own = (SourceIdentifier.connection_id == record.connection_id, SourceIdentifier.record_id == record.id)
    return _count(session, delete(SourceIdentifier).where(*own))


def _claims(session: Session, record: Record, by: str) -> int:
    return _count(session, delete(Claim).where(*record.as_source(Claim)))


def _target_identifiers(session: Session, record: Record, by: str) -> int:
    """Remove the hashes of its records in the books, but of those that another record is tied to by now."""
    other = aliased(RelationMapping)
    elsewhere = exists().where(
        other.target_connection_id == RelationMapping.target_connection_id,
        other.kind == RelationMapping.kind,
        other.target_id == RelationMapping.target_id,
        other.state == MappingState.ACTIVE,
        or_(other.source_connection_id != record.connection_id, other.source_id != record.id),
    )
    theirs = select(RelationMapping.target_connection_id, RelationMapping.target_id).where(
        *record.as_source(RelationMapping), ~elsewhere
    )
    place = tuple_(TargetIdentifier.connection_id, TargetIdentifier.target_id)
    return _count(session, delete(TargetIdentifier).where(place.in_(theirs)))


def _mappings(session: Session, record: Record, by: str) -> int:
    """Break the tie but remember it: ticked again, the record must find its own and not be created twice."""
    holding = or_(
        RelationMapping.state != MappingState.BROKEN,
        RelationMapping.base.is_not(None),
        RelationMapping.label.is_not(None),
        func.jsonb_array_length(RelationMapping.refused) > 0,
    )
    rows = session.execute(
        update(RelationMapping)
        .where(*record.as_source(RelationMapping), holding)
        .values(state=MappingState.BROKEN, base=null(), label=null(), refused=[])
        .returning(RelationMapping.id, RelationMapping.target_id)
    ).all()
    session.add_all(MappingHistory(mapping_id=row.id, event=ERASED, by=by, target_id=row.target_id) for row in rows)
    return len(rows)


def _history(session: Session, record: Record, by: str) -> int:
    mine = select(RelationMapping.id).where(*record.as_source(RelationMapping))
    own = (MappingHistory.mapping_id.in_(mine), MappingHistory.sealed.is_not(None))
    return _count(session, update(MappingHistory).where(*own).values(sealed=null()))


def _undos(session: Session, record: Record, by: str) -> int:
    mine = select(RelationMapping.id).where(*record.as_source(RelationMapping))
    return _count(session, delete(Undo).where(Undo.mapping_id.in_(mine)))


def _log(session: Session, record: Record, by: str) -> int:
    own = (*record.at_links(SyncLog), SyncLog.sealed.is_not(None))
    return _count(session, update(SyncLog).where(*own).values(sealed=null()))


def _events(session: Session, record: Record, by: str) -> int:
    own = (*record.in_source(ChangeEvent), ChangeEvent.saved_by.is_not(None))
    return _count(session, update(ChangeEvent).where(*own).values(saved_by=null()))


def _jobs(session: Session, record: Record, by: str) -> int:
    """End the jobs; the fence moves on, so that a worker that was given up for lost changes nothing any more."""
    open_ones = or_(SyncJob.state != JobState.DONE, SyncJob.saved_by.is_not(None), SyncJob.lease_until.is_not(None))
    ended = {
        "state": JobState.DONE,
        "done": SyncJob.wanted,
        "fence": SyncJob.fence + 1,
        "lease_until": null(),
        "handed_until": null(),
        "saved_by": null(),
        "lost": 0,
        "park_reason": "",
    }
    return _count(session, update(SyncJob).where(*record.of_jobs(), open_ones).values(ended))


def _intents(session: Session, record: Record, by: str) -> int:
    return _count(session, delete(WriteIntent).where(*record.as_source(WriteIntent)))


def _issues(session: Session, record: Record, by: str) -> int:
    """Empty name, link, values and what a person typed: a vendor's words may quote anything."""
    holding = or_(
        Issue.label.is_not(None),
        Issue.url != "",
        Issue.params != {},
        Issue.ignored_reason != "",
        Issue.closed_at.is_(None),
    )
    emptied = {
        "label": null(),
        "url": "",
        "params": {},
        "ignored_reason": "",
        "closed_by": case((Issue.closed_at.is_(None), by), else_=Issue.closed_by),
        "closed_at": func.coalesce(Issue.closed_at, func.now()),
    }
    return _count(session, update(Issue).where(*record.at_links(Issue), holding).values(emptied))


def _reviews(session: Session, record: Record, by: str) -> int:
    """Empty the name and withdraw open questions; what a person decided stands, should the record come back."""
    asked = Review.decision.is_(None) & Review.superseded_at.is_(None)
    emptied = {
        "label": null(),
        "superseded_at": case((asked, func.now()), else_=Review.superseded_at),
    }
    holding = or_(Review.label.is_not(None), asked)
    return _count(session, update(Review).where(*record.at_links(Review), holding).values(emptied))


def _feedback(session: Session, record: Record, by: str) -> int:
    """Forget what was told; the message itself stands in the CRM, and goes with the record there."""
    return _count(session, delete(Feedback).where(*record.in_source(Feedback)))


def _mails(session: Session, record: Record, by: str) -> int:
    """Remove mails, those that were not sent yet as well."""
    return _count(session, delete(Mail).where(*record.in_source(Mail)))


FINDABLE: Mapping[str, Trace] = {
    "snapshot": _snapshot,
    "source_identifier": _source_identifiers,
    "claim": _claims,
}
"""What a poll or comparison that was under way may have put back after the key was gone."""

TRACES: Mapping[str, Trace] = {
    **FINDABLE,
    "target_identifier": _target_identifiers,
    "write_intent": _intents,
    "relation_mapping": _mappings,
    "mapping_history": _history,
    "undo": _undos,
    "feedback": _feedback,
    "mail": _mails,
    "issue": _issues,
    "review": _reviews,
    "sync_log": _log,
    "change_event": _events,
    "sync_job": _jobs,
    "subject_key": _key,
}
"""Table -> how it loses what is personal of a record; whoever adds a table that holds such a thing adds it here."""

EMPTIED: Mapping[str, str] = {
    "claim.sealed": "row deleted",
    "claim.value_hash": "row deleted",
    "change_event.saved_by": "emptied",
    "feedback.content": "row deleted",
    "feedback.told": "row deleted",
    "issue.label": "emptied",
    "mail.sealed": "row deleted",
    "mapping_history.sealed": "emptied",
    "relation_mapping.base": "emptied",
    "relation_mapping.label": "emptied",
    "review.label": "emptied",
    "snapshot.sealed": "row deleted",
    "source_identifier.sealed": "row deleted",
    "source_identifier.value_hash": "row deleted",
    "subject_key.sealed": "emptied",
    "sync_job.saved_by": "emptied",
    "sync_log.sealed": "emptied",
    "target_identifier.value_hash": "row deleted",
    "undo.sealed": "row deleted",
    "write_intent.sealed": "row deleted",
}
"""Sealed or hashed column -> what becomes of it."""


def rows_left(session: Session, record: Record) -> Mapping[str, int]:
    """Count the rows that stay: ids, moments and outcomes."""
    mine = select(RelationMapping.id).where(*record.as_source(RelationMapping))
    where: Mapping[Any, Conditions] = {
        RelationMapping: record.as_source(RelationMapping),
        MappingHistory: (MappingHistory.mapping_id.in_(mine),),
        SyncLog: record.at_links(SyncLog),
        ChangeEvent: record.in_source(ChangeEvent),
        SyncJob: record.of_jobs(),
        Issue: record.at_links(Issue),
        Review: record.at_links(Review),
    }
    counts = {
        table.__tablename__: session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
        for table, conditions in where.items()
    }
    return {name: count for name, count in counts.items() if count}
