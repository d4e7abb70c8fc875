"""Let other processes of this project tell of a change in Python."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from adapters.base import Notice
from models.tables import Connection
from models.words import Kind, Lane, Origin
from sync.intake import record_changes
from tasks.runtime import Runtime, runtime


class UnknownConnection(LookupError):
    """Say that no connection of that name is configured and enabled."""


def enqueue_change(
    connection: str,
    kind: Kind | str,
    record_id: str,
    *,
    origin: Origin = Origin.API,
    correlation_id: UUID | None = None,
    using: Runtime | None = None,
) -> UUID:
    """Store that a record changed and wake a worker; returns the correlation id to look for in the log.

    The rows are committed first and a missing broker is no error: the dispatcher finds them.
    Raises UnknownConnection, and sqlalchemy's OperationalError when nothing could be stored.
    """
    chosen = using or runtime()
    correlation = correlation_id or uuid4()
    notices = [Notice(Kind(kind), record_id)]
    with chosen.sessions.begin() as session:
        source = session.scalar(select(Connection.id).where(Connection.name == connection, Connection.enabled))
        if source is None:
            raise UnknownConnection(connection)
        jobs = record_changes(session, source, notices, origin, correlation, datetime.now(UTC))
    chosen.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return correlation
