"""Ask a source what changed: polling is the truth, a hook only makes it faster."""

from uuid import uuid4

import structlog
from sqlalchemy import select

from adapters import registry
from adapters.base import ConnectionInfo, Notice, Page, Source
from adapters.errors import Unauthorised
from adapters.outside import Outside
from models.tables import Connection, Cursor, Link
from models.words import Kind, Lane, Origin
from sync import issues, snapshots
from sync.config.loading import connection_info
from sync.feedback.mailing import tell_administrator
from sync.intake import JobRef, record_changes

logger = structlog.get_logger()


def poll(outside: Outside, connection_id: int, kind: Kind = Kind.RELATION) -> list[JobRef]:
    """Read the changes of one source since its cursor and record them; returns the jobs to wake."""
    with outside.sessions.begin() as session:
        info = connection_info(session.get_one(Connection, connection_id), outside.vault)
        row = session.get(Cursor, (connection_id, cursor_name("poll", kind)))
        cursor = row.value if row is not None else None
    source: Source = registry.open_source(info, outside, Lane.POLL)
    found: list[JobRef] = []
    try:
        for page in source.changed(kind, cursor):
            found += record_page(outside, info, kind, page, Origin.POLL, cursor_name("poll", kind))
    except Unauthorised as error:
        _tell_links(outside, connection_id, kind, error.words)
        raise
    logger.info("poll.finished", connection=info.name, kind=kind.value, changes=len(found), calls=source.calls)
    return found


def _tell_links(outside: Outside, connection_id: int, kind: Kind, words: str) -> None:
    """Open the issue at every link of the source: no job will meet the refusal, as all of them wait now."""
    with outside.sessions.begin() as session:
        for link in session.scalars(select(Link).where(Link.source_id == connection_id, Link.enabled)):
            issues.tell_of_connection(session, link, kind, words)
            tell_administrator(session, outside, link, kind, words)


def cursor_name(reading: str, kind: Kind) -> str:
    """Name the cursor of one reading of one kind."""
    return f"{reading}:{kind}"


def record_page(
    outside: Outside, info: ConnectionInfo, kind: Kind, page: Page, origin: Origin, cursor: str
) -> list[JobRef]:
    """Commit a page's snapshots, its changes and the cursor behind it in one transaction.

    A change counts as heard when the page's request started, so its own snapshot serves it.
    """
    with outside.sessions.begin() as session:
        jobs: list[JobRef] = []
        if page.records:
            snapshots.store(session, outside.vault, info.id, page.records)
            notices = [Notice(kind, record.id) for record in page.records]
            started = min(record.started_at for record in page.records)
            jobs = record_changes(session, info.id, notices, origin, uuid4(), started, outside.vault)
        if page.cursor is not None:
            session.merge(Cursor(connection_id=info.id, name=cursor, value=page.cursor))
    return jobs
