"""Write down what was heard and nudge the one job of every link it concerns, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Transaction
from sqlalchemy import text
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Connection
from models.vault import Vault
from models.words import Kind, Lane, Origin

BULK_ORIGINS = frozenset({Origin.BACKFILL, Origin.RECONCILE})
"""Nobody waits for these; they may never hold up or demote a live change."""

HANDED = timedelta(seconds=3)
"""How long the dispatcher leaves a live job to its hearer's wake-up; a lost one costs this delay."""

EVENT_SAVER = "change_event.saved_by"
JOB_SAVER = "sync_job.saved_by"
"""Vault contexts of the two columns: one may not be copied over the other unseen."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold one notice with how, when and under which correlation id it came in; savers are sealed."""

    connection_id: int
    kind: Kind
    record_id: str
    origin: Origin
    correlation_id: UUID
    received_at: datetime
    event_saver: bytes | None = None
    job_saver: bytes | None = None


@dataclass(frozen=True, slots=True)
class JobRef:
    """Name a job that now has work; `wake` asks the caller to send its wake-up after the commit."""

    id: int
    lane: Lane
    wake: bool


def hear(
    connection: Connection | int,
    notices: Sequence[Notice],
    origin: Origin,
    correlation_id: UUID,
    received_at: datetime,
    vault: Vault | None = None,
) -> list[Heard]:
    """Turn notices into rows to be recorded. Who saved is personal: without a vault it is left out."""
    source = connection if isinstance(connection, int) else connection.id
    return [
        Heard(
            source,
            notice.kind,
            notice.record_id,
            origin,
            correlation_id,
            received_at,
            *_savers(notice, vault),
        )
        for notice in notices
    ]


def _savers(notice: Notice, vault: Vault | None) -> tuple[bytes | None, bytes | None]:
    if vault is None or notice.saved_by is None:
        return None, None
    return vault.seal_json(notice.saved_by, EVENT_SAVER), vault.seal_json(notice.saved_by, JOB_SAVER)


def record_changes(
    session: Session,
    connection: Connection | int,
    notices: Sequence[Notice],
    origin: Origin,
    correlation_id: UUID,
    received_at: datetime,
    vault: Vault | None = None,
) -> list[JobRef]:
    """Record the notices of one connection; the caller commits, then wakes the jobs that ask for it."""
    return record_heard(session, hear(connection, notices, origin, correlation_id, received_at, vault))


def record_heard(session: Session | Transaction, heard: Sequence[Heard]) -> list[JobRef]:
    """Record notices of any connections in one statement, so that many hooks can share one commit."""
    if not heard:
        return []
    rows = session.execute(RECORD, _columns(heard))
    return [JobRef(row.id, Lane(row.lane), row.wake) for row in rows]


def _columns(heard: Sequence[Heard]) -> dict[str, Any]:
    return {
        "connections": [one.connection_id for one in heard],
        "kinds": [one.kind.value for one in heard],
        "records": [one.record_id for one in heard],
        "origins": [one.origin.value for one in heard],
        "lanes": [_lane(one.origin).value for one in heard],
        "correlations": [one.correlation_id for one in heard],
        "moments": [one.received_at for one in heard],
        "event_savers": [one.event_saver for one in heard],
        "job_savers": [one.job_saver for one in heard],
        "handed": HANDED,
    }


def _lane(origin: Origin) -> Lane:
    return Lane.BULK if origin in BULK_ORIGINS else Lane.LIVE


# One record heard twice is one row of `wish`: ON CONFLICT may meet a row only once. The ORDER BY makes every
# transaction lock jobs in the same order, so two of them cannot wait for each other.
# A leased job keeps its lease, its moment and its wake-up: only `wanted` grows, and its worker runs it again.
# A held or done job starts afresh. A due one keeps the older age and the faster lane; only a live change
# pulls its moment forward, because bulk waits in its parked order.
RECORD = text("""
WITH heard AS (
    SELECT * FROM unnest(
        CAST(:connections AS bigint[]), CAST(:kinds AS text[]), CAST(:records AS text[]),
        CAST(:origins AS text[]), CAST(:lanes AS text[]), CAST(:correlations AS uuid[]),
        CAST(:moments AS timestamptz[]), CAST(:event_savers AS bytea[]), CAST(:job_savers AS bytea[])
    ) WITH ORDINALITY AS one (
        connection_id, kind, record_id, origin, lane, correlation_id, received_at,
        event_saver, job_saver, place
    )
), inbox AS (
    INSERT INTO change_event (received_at, connection_id, kind, record_id, origin, correlation_id, saved_by)
    SELECT received_at, connection_id, kind, record_id, origin, correlation_id, event_saver FROM heard
), wish AS (
    SELECT connection_id, kind, record_id,
        count(*) AS times, min(received_at) AS since, max(received_at) AS at,
        CASE WHEN bool_or(lane = 'live') THEN 'live' ELSE 'bulk' END AS lane,
        (array_agg(correlation_id ORDER BY received_at DESC, place DESC))[1] AS correlation_id,
        (array_agg(job_saver ORDER BY received_at DESC, place DESC)
            FILTER (WHERE job_saver IS NOT NULL))[1] AS saver
    FROM heard GROUP BY connection_id, kind, record_id
)
INSERT INTO sync_job AS job (
    link_id, source_connection_id, target_connection_id, kind, record_id,
    lane, wanted, wanted_at, wanted_since, not_before, handed_until, correlation_id, saved_by
)
SELECT link.id, link.source_id, link.target_id, wish.kind, wish.record_id,
    wish.lane, wish.times, wish.at, wish.since, now(),
    CASE WHEN wish.lane = 'live' AND link.enabled AND target.enabled AND target.state = 'active'
        AND coalesce(target.throttled_until <= now(), true) THEN now() + CAST(:handed AS interval) END,
    wish.correlation_id, wish.saver
FROM wish
JOIN link ON link.source_id = wish.connection_id AND NOT jsonb_exists(link.rules, '_removed')
    AND jsonb_exists(link.rules, wish.kind || 's')
JOIN connection AS target ON target.id = link.target_id
ORDER BY link.id, wish.kind, wish.record_id
ON CONFLICT (link_id, kind, record_id) DO UPDATE SET
    wanted = job.wanted + excluded.wanted,
    state = 'due',
    wanted_at = greatest(job.wanted_at, excluded.wanted_at),
    wanted_since = CASE WHEN job.state = 'due' THEN least(job.wanted_since, excluded.wanted_since)
        ELSE excluded.wanted_since END,
    lane = CASE WHEN job.state = 'due' AND job.lane = 'live' THEN job.lane ELSE excluded.lane END,
    not_before = CASE WHEN job.lease_until IS NOT NULL THEN job.not_before
        WHEN job.state = 'due' AND excluded.lane = 'bulk' THEN job.not_before
        WHEN job.state = 'due' THEN least(job.not_before, excluded.not_before)
        ELSE excluded.not_before END,
    park_reason = CASE WHEN job.state = 'due' AND (job.lease_until IS NOT NULL OR excluded.lane = 'bulk')
        THEN job.park_reason ELSE '' END,
    handed_until = CASE WHEN job.lease_until IS NULL THEN coalesce(excluded.handed_until, job.handed_until)
        ELSE job.handed_until END,
    lost = CASE WHEN job.state = 'due' THEN job.lost ELSE 0 END,
    correlation_id = CASE WHEN excluded.wanted_at >= job.wanted_at THEN excluded.correlation_id
        ELSE job.correlation_id END,
    saved_by = CASE WHEN job.state = 'due' THEN coalesce(excluded.saved_by, job.saved_by)
        ELSE excluded.saved_by END
RETURNING job.id, job.lane,
    coalesce(job.lease_until IS NULL AND job.handed_until = now() + CAST(:handed AS interval), false) AS wake
""")
