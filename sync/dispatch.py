"""Choose which due jobs to wake: live first, fair over connections, no more than the budget can use soon."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from adapters.budget import SPENT
from models.tables import Connection, Link, SyncJob
from models.words import ConnectionState, JobState, Lane
from sync.jobs import outstanding

LIVE_AT_ONCE = 48
"""Live wake-ups under way per connection; two workers of 24 threads' worth."""

Room = Callable[[int, Lane], int]
"""Tell how many jobs of a lane a connection's budget can use soon."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Hold the jobs of one connection and lane that were chosen, oldest first."""

    connection_id: int
    lane: Lane
    job_ids: list[int]


# Skips from one (connection, lane) to the next on the partial index, so the cost follows the number of
# connections that have due jobs, not the number of jobs.
DUE = text("""
WITH RECURSIVE due AS (
    (SELECT target_connection_id, lane FROM sync_job WHERE state = 'due'
     ORDER BY target_connection_id, lane LIMIT 1)
    UNION ALL
    SELECT next.target_connection_id, next.lane FROM due, LATERAL (
        SELECT target_connection_id, lane FROM sync_job
        WHERE state = 'due' AND (target_connection_id, lane) > (due.target_connection_id, due.lane)
        ORDER BY target_connection_id, lane LIMIT 1
    ) AS next
)
SELECT target_connection_id, lane FROM due
""")


def hand_out(session: Session, room: Room, resend_seconds: float, full: Container[str] = ()) -> list[Handed]:
    """Mark the jobs to be woken now and return them; the caller commits, then sends the wake-ups.

    Nothing of a lane in `full`: its workers have enough wake-ups to do.
    """
    closed = _closed(session)
    busy = _busy(session)
    chosen = []
    for connection_id, lane in sorted(session.execute(DUE), key=lambda row: row[1] != Lane.LIVE):
        if connection_id in closed or lane in full:
            continue
        if lane != Lane.LIVE and _waits_for_allowance(session, connection_id, lane):
            continue
        limit = LIVE_AT_ONCE if lane == Lane.LIVE else room(connection_id, Lane(lane))
        free = limit - busy.get((connection_id, lane), 0)
        if free > 0:
            ids = _mark(session, connection_id, lane, free, closed, resend_seconds)
            if ids:
                chosen.append(Handed(connection_id, Lane(lane), ids))
    return chosen


def still_waiting(session: Session, job_ids: list[int]) -> int:
    """Count those of the jobs handed out that are on their way yet or were put off: they call, or would have."""
    query = select(func.count()).where(
        SyncJob.id.in_(job_ids),
        SyncJob.state == JobState.DUE,
        or_(outstanding(), SyncJob.not_before > func.clock_timestamp()),
    )
    return session.scalar(query) or 0


def _closed(session: Session) -> set[int]:
    """Return connections that may not be called now; their jobs wait without being touched."""
    query = select(Connection.id).where(
        ~Connection.enabled
        | (Connection.state != ConnectionState.ACTIVE)
        | (Connection.throttled_until > func.clock_timestamp())
    )
    return set(session.scalars(query))


def _busy(session: Session) -> dict[tuple[int, str], int]:
    query = (
        select(SyncJob.target_connection_id, SyncJob.lane, func.count())
        .where(outstanding())
        .group_by(SyncJob.target_connection_id, SyncJob.lane)
    )
    return {(connection_id, lane): count for connection_id, lane, count in session.execute(query)}


def _waits_for_allowance(session: Session, connection_id: int, lane: str) -> bool:
    """Tell whether a job of the lane waits for hour or day allowance: the others would be told the same."""
    query = select(SyncJob.id).where(
        SyncJob.target_connection_id == connection_id,
        SyncJob.lane == lane,
        SyncJob.state == JobState.DUE,
        SyncJob.not_before > func.clock_timestamp() + timedelta(seconds=1),
        SyncJob.park_reason == SPENT,
    )
    return session.scalar(query.limit(1)) is not None


def _mark(
    session: Session, connection_id: int, lane: str, limit: int, closed: set[int], resend_seconds: float
) -> list[int]:
    now = func.clock_timestamp()
    due = (
        select(SyncJob.id)
        .where(
            SyncJob.state == JobState.DUE,
            SyncJob.target_connection_id == connection_id,
            SyncJob.lane == lane,
            SyncJob.not_before <= now,
            SyncJob.lease_until.is_(None),
            func.coalesce(SyncJob.handed_until, SyncJob.not_before) <= now,
            SyncJob.source_connection_id.not_in(closed),
            SyncJob.link_id.not_in(select(Link.id).where(~Link.enabled)),
        )
        .order_by(SyncJob.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(SyncJob)
        .where(SyncJob.id.in_(due))
        .values(handed_until=now + timedelta(seconds=resend_seconds))
        .returning(SyncJob.id, SyncJob.not_before)
    )
    return [job_id for job_id, _ in sorted(rows, key=lambda row: row[1])]


def next_polls(session: Session, seconds_of: Callable[[Connection], float]) -> list[int]:
    """Claim the polls that are due now, one per source and interval over all processes."""
    sources = select(Link.source_id).where(Link.enabled)
    rows = session.scalars(
        select(Connection)
        .where(
            Connection.id.in_(sources),
            Connection.enabled,
            Connection.state == ConnectionState.ACTIVE,
            func.coalesce(Connection.next_poll_at, func.clock_timestamp()) <= func.clock_timestamp(),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.next_poll_at = func.clock_timestamp() + timedelta(seconds=seconds_of(row))
    return [row.id for row in rows]
