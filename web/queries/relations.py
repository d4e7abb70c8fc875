"""Read everything that is known of one relation on one link, in a bounded number of rows and questions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from models.tables import (
    Audit,
    ChangeEvent,
    Connection,
    Feedback,
    Issue,
    Link,
    Mail,
    MappingHistory,
    RelationMapping,
    Review,
    SubjectKey,
    SyncJob,
    SyncLog,
    Undo,
    WriteIntent,
)
from models.vault import Subject, Unreadable, Vault
from models.words import JobState, Kind, MappingState
from sync import labels
from web.queries import happenings
from web.queries.timeline import Block, Entry, cut

ROWS = 300
"""Rows of one kind that a page reads at most: six a block."""
KINDS = (Kind.RELATION, Kind.RELATION_FEEDBACK)
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Head:
    """Hold how one relation stands on one link now."""

    link: Link
    source: Connection
    target: Connection
    record_id: str
    state: str
    """`in_sync`, `waiting`, `running`, `asked`, `wrong`, `left_out`, `erased` or `new`."""
    since: datetime | None = None
    reason: str = ""
    """Why it waits (sync.backlog.REASONS)."""
    name: str = field(default="", repr=False)
    working_on: UUID | None = None
    mappings: Sequence[RelationMapping] = ()
    undoing: bool = False
    issues: Sequence[Issue] = ()
    reviews: Sequence[Review] = ()
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Hold one page of a relation's timeline."""

    head: Head
    blocks: Sequence[Block]
    next: datetime | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold whose rows are read, and below which moment."""

    link: Link
    record_id: str
    before: datetime | None
    mapping_ids: Sequence[int] = ()

    def older(self, moment: Any) -> tuple[ColumnElement[bool], ...]:
        """Choose rows of this page and those after it."""
        return () if self.before is None else (moment <= self.before,)

    def at_link(self, table: Any) -> ColumnElement[bool]:
        """Choose the record's rows of a table that names link and record."""
        return and_(table.link_id == self.link.id, table.kind == Kind.RELATION, table.record_id == self.record_id)


def story(session: Session, vault: Vault, link_id: int, record_id: str, before: datetime | None = None) -> Story | None:
    """Return a page of the timeline below a moment; None when nothing is known of such a relation."""
    base = _base(session, link_id, record_id)
    if base is None:
        return None
    tied = _tied(session, base.Link, record_id)
    asked = _Asked(base.Link, record_id, before, [row.id for row, _ in tied])
    subject = vault.subject(base.sealed) if base.sealed is not None else None
    issues, reviews = _of(session, Issue, asked), _of(session, Review, asked)
    lists = [*_bounded(session, asked, subject, [row for row, _ in tied]), _people(session, asked, issues, reviews)]
    if not (base.SyncJob or tied or any(lists)):
        return None
    floors = [one[-1].at for one in lists if len(one) == ROWS]
    entries = [entry for one in [*lists, [*happenings.issues(issues), *happenings.reviews(reviews)]] for entry in one]
    if before is not None:
        entries = [entry for entry in entries if entry.at <= before]
    head = _head(base, record_id, tied, issues, reviews, subject)
    blocks, edge = cut(entries, max(floors, default=None), head.working_on)
    return Story(head, blocks, edge)


def _base(session: Session, link_id: int, record_id: str) -> Any:
    source, target = aliased(Connection, name="source"), aliased(Connection, name="target")
    job = and_(SyncJob.link_id == Link.id, SyncJob.kind == Kind.RELATION, SyncJob.record_id == record_id)
    told = and_(Feedback.link_id == Link.id, Feedback.kind == Kind.RELATION, Feedback.record_id == record_id)
    key = and_(
        SubjectKey.connection_id == Link.source_id, SubjectKey.kind == Kind.RELATION, SubjectKey.record_id == record_id
    )
    return session.execute(
        select(Link, source, target, SyncJob, Feedback, SubjectKey.sealed, SubjectKey.id.label("key_id"))
        .join(source, source.id == Link.source_id)
        .join(target, target.id == Link.target_id)
        .outerjoin(SyncJob, job)
        .outerjoin(Feedback, told)
        .outerjoin(SubjectKey, key)
        .where(Link.id == link_id)
    ).one_or_none()


def _tied(session: Session, link: Link, record_id: str) -> list[tuple[RelationMapping, Undo | None]]:
    rows = session.execute(
        select(RelationMapping, Undo)
        .outerjoin(Undo, Undo.mapping_id == RelationMapping.id)
        .where(
            RelationMapping.target_connection_id == link.target_id,
            RelationMapping.source_connection_id == link.source_id,
            RelationMapping.kind == Kind.RELATION,
            RelationMapping.source_id == record_id,
        )
        .order_by(RelationMapping.role)
    )
    return [(row, wish) for row, wish in rows]


def _of(session: Session, table: Any, asked: _Asked) -> Sequence[Any]:
    return session.scalars(
        select(table).where(asked.at_link(table)).order_by(table.opened_at.desc(), table.id.desc()).limit(ROWS)
    ).all()


def _head(
    base: Row[Any],
    record_id: str,
    tied: Sequence[tuple[RelationMapping, Undo | None]],
    issues: Sequence[Issue],
    reviews: Sequence[Review],
    subject: Subject | None,
) -> Head:
    job: SyncJob | None = base.SyncJob
    standing = [one for one in issues if one.closed_at is None]
    asked = [one for one in reviews if one.decision is None and one.superseded_at is None]
    mappings = [row for row, _ in tied]
    erased = base.key_id is not None and base.sealed is None
    state, since = ("erased", None) if erased else _state(job, mappings, standing, asked)
    return Head(
        base.Link,
        base.source,
        base.target,
        record_id,
        state,
        since,
        job.park_reason if job is not None and state == "waiting" else "",
        _name(subject, [*mappings, *standing, *asked]),
        job.correlation_id if job is not None and job.state == JobState.DUE else None,
        mappings,
        any(wish is not None for _, wish in tied),
        standing,
        asked,
        base.Feedback,
    )


def _state(
    job: SyncJob | None, mappings: Sequence[RelationMapping], issues: Sequence[Issue], reviews: Sequence[Review]
) -> tuple[str, datetime | None]:
    if job is not None and job.state == JobState.DUE:
        return ("running", None) if job.lease_until is not None else ("waiting", job.wanted_since)
    if reviews:
        return "asked", reviews[0].opened_at
    if stopping := [one for one in issues if one.blocking]:
        return "wrong", min(one.opened_at for one in stopping)
    active = [row for row in mappings if row.state == MappingState.ACTIVE]
    if active:
        return "in_sync", max(row.updated_at for row in active)
    return ("new", None) if job is None else ("left_out", None)


def _name(subject: Subject | None, rows: Iterable[Any]) -> str:
    for row in rows:
        try:
            if subject is not None and row.label is not None:
                return str(subject.open(row.label, labels.CONTEXT))
        except Unreadable:
            continue
    return ""


def _bounded(
    session: Session, asked: _Asked, subject: Subject | None, mappings: Sequence[RelationMapping]
) -> Iterator[list[Entry]]:
    """Read what may be many rows, each kind newest first and no more than a page shows."""
    evidence = {row.target_id: row.evidence for row in mappings}

    def rows(table: Any, moment: Any, *where: Any) -> Sequence[Any]:
        query = select(table).where(*where, *asked.older(moment)).order_by(moment.desc()).limit(ROWS)
        return session.scalars(query).all()

    own = (SyncLog.link_id == asked.link.id, SyncLog.kind.in_(KINDS), SyncLog.record_id == asked.record_id)
    yield [happenings.attempt(row, subject, evidence) for row in rows(SyncLog, SyncLog.at, *own)]
    heard = (
        ChangeEvent.connection_id == asked.link.source_id,
        ChangeEvent.kind == Kind.RELATION,
        ChangeEvent.record_id == asked.record_id,
    )
    yield [
        Entry(row.received_at, "heard", row.origin, str(row.id), correlation_id=row.correlation_id)
        for row in rows(ChangeEvent, ChangeEvent.received_at, *heard)
    ]
    written = (
        WriteIntent.target_connection_id.in_((asked.link.target_id, asked.link.source_id)),
        WriteIntent.source_connection_id == asked.link.source_id,
        WriteIntent.source_id == asked.record_id,
        WriteIntent.kind == Kind.RELATION,
    )
    yield [happenings.request(row) for row in rows(WriteIntent, WriteIntent.opened_at, *written)]
    yield [
        happenings.tie(row)
        for row in rows(MappingHistory, MappingHistory.at, MappingHistory.mapping_id.in_(asked.mapping_ids))
    ]
    mails = (Mail.connection_id == asked.link.source_id, asked.at_link(Mail))
    yield [
        Entry(row.created_at, "mail", row.state, str(row.id), reason=row.reason, until=row.handed_at)
        for row in rows(Mail, Mail.created_at, *mails)
    ]


def _people(session: Session, asked: _Asked, issues: Sequence[Issue], reviews: Sequence[Review]) -> list[Entry]:
    """Read what people did about the relation, its ties, its issues and its questions."""
    subjects = [
        ("relation", f"{asked.link.id}/{asked.record_id}"),
        *(("mapping", str(one)) for one in asked.mapping_ids),
        *(("issue", str(row.id)) for row in issues),
        *(("review", str(row.id)) for row in reviews),
    ]
    rows = session.scalars(
        select(Audit)
        .where(tuple_(Audit.subject_kind, Audit.subject_id).in_(subjects), *asked.older(Audit.at))
        .order_by(Audit.at.desc())
        .limit(ROWS)
    )
    return [
        Entry(row.at, "person", row.action, str(row.id), by=row.by, reason=row.reason, state=row.via,
              correlation_id=row.correlation_id)
        for row in rows
    ]  # fmt: skip


def by_correlation(session: Session, correlation_id: UUID) -> list[tuple[int, str, str]]:
    """Return the relations that a change touched: link id, link name and record id; 50 at most."""
    rows = session.execute(
        select(SyncLog.link_id, Link.name, SyncLog.record_id)
        .join(Link, Link.id == SyncLog.link_id)
        .where(SyncLog.correlation_id == correlation_id, SyncLog.kind.in_(KINDS))
        .distinct()
        .limit(MOST_FOUND)
    )
    return [(row.link_id, row.name, row.record_id) for row in rows]
