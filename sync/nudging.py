"""Put one relation's job to work because a person asks for it now."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Link, RelationMapping, SyncJob
from models.words import Kind, Origin
from sync.audit import Actor, Subject, record
from sync.feedback.wanting import try_again
from sync.intake import JobRef, record_changes


class UnknownRelation(LookupError):
    """Say that nothing is known of such a relation on such a link."""


def sync_now(session: Session, actor: Actor, link_id: int, record_id: str) -> tuple[UUID, list[JobRef]]:
    """Make the record's jobs due in the live lane, also where Boekbrug itself had unticked its box.

    Returns the correlation id that finds what follows. The caller commits, then wakes. Raises UnknownRelation.
    """
    link = session.get(Link, link_id)
    job = session.scalar(
        select(SyncJob).where(SyncJob.link_id == link_id, SyncJob.kind == Kind.RELATION, SyncJob.record_id == record_id)
    )
    if link is None or (job is None and not _mapped(session, link, record_id)):
        raise UnknownRelation(record_id)
    if job is not None:
        try_again(session, [job])
    correlation_id = uuid4()
    subject = Subject("relation", f"{link_id}/{record_id}")
    record(session, actor, "relation.sync", subject, correlation_id=correlation_id)
    notices = [Notice(Kind.RELATION, record_id)]
    now = datetime.now(UTC)
    return correlation_id, record_changes(session, link.source_id, notices, Origin.COMMAND, correlation_id, now)


def _mapped(session: Session, link: Link, record_id: str) -> bool:
    query = select(RelationMapping.id).where(
        RelationMapping.target_connection_id == link.target_id,
        RelationMapping.source_connection_id == link.source_id,
        RelationMapping.kind == Kind.RELATION,
        RelationMapping.source_id == record_id,
    )
    return session.scalar(query.limit(1)) is not None
