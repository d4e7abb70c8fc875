"""Sum up the last minutes once, so that no page counts the log: attempts, relations by state, calls left."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.outside import Outside
from models.database import Sessions
from models.tables import BudgetSample, Connection, Link, Pulse
from sync.allowance import BudgetLine, budget_lines
from sync.config.loading import connection_info

AGAIN = timedelta(minutes=5)
"""How far back each turn counts anew: an attempt's row may be committed long after its moment."""
CATCH_UP = timedelta(days=1)
"""How far back an outage of this task is made up for; plots show no more."""
STEP = timedelta(hours=1)
"""What one transaction sums up, so that catching up stays within the statement timeout."""
LOCK = 0x60E6_B450
"""Advisory lock of summing up: a second one at the same moment has nothing to add."""

PULSES = text("""
INSERT INTO pulse AS known (
    link_id, minute, attempts, written, failed, source_calls, target_calls, waited_p50_ms, waited_p95_ms)
SELECT log.link_id, date_trunc('minute', log.at), count(*),
    count(*) FILTER (WHERE log.outcome IN ('created', 'updated')),
    count(*) FILTER (WHERE log.outcome IN ('issue', 'review')),
    sum(log.source_calls), sum(log.target_calls),
    percentile_disc(0.50) WITHIN GROUP (ORDER BY log.waited_ms) FILTER (WHERE log.outcome IN ('created', 'updated')),
    percentile_disc(0.95) WITHIN GROUP (ORDER BY log.waited_ms) FILTER (WHERE log.outcome IN ('created', 'updated'))
FROM sync_log AS log JOIN link ON link.id = log.link_id
WHERE log.at >= :since AND log.at < :until
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (link_id, minute) DO UPDATE SET
    attempts = excluded.attempts, written = excluded.written, failed = excluded.failed,
    source_calls = excluded.source_calls, target_calls = excluded.target_calls,
    waited_p50_ms = excluded.waited_p50_ms, waited_p95_ms = excluded.waited_p95_ms
WHERE known IS DISTINCT FROM excluded
""")

# A relation is what the link has a job for. One that waits is not counted as wrong too: it is about to be judged anew.
COUNTS = """
WITH bad AS (
    SELECT link_id, record_id FROM issue
    WHERE closed_at IS NULL AND kind = 'relation' AND link_id = ANY(CAST(:links AS bigint[]))
    UNION SELECT link_id, record_id FROM review
    WHERE decision IS NULL AND superseded_at IS NULL AND kind = 'relation'
        AND link_id = ANY(CAST(:links AS bigint[]))
), mapped AS (
    SELECT DISTINCT link_id, source_id FROM relation_mapping
    WHERE kind = 'relation' AND state = 'active' AND link_id = ANY(CAST(:links AS bigint[]))
)
SELECT job.link_id, now() AS at,
    count(*) FILTER (WHERE job.state = 'done' AND bad.link_id IS NULL AND mapped.link_id IS NOT NULL) AS in_sync,
    count(*) FILTER (WHERE job.state = 'due') AS waiting,
    count(*) FILTER (WHERE job.state = 'held' OR (job.state = 'done' AND bad.link_id IS NOT NULL)) AS wrong,
    count(*) FILTER (WHERE job.state = 'done' AND bad.link_id IS NULL AND mapped.link_id IS NULL) AS excluded,
    min(job.wanted_since) FILTER (WHERE job.state = 'due') AS oldest
FROM sync_job AS job
LEFT JOIN bad ON bad.link_id = job.link_id AND bad.record_id = job.record_id
LEFT JOIN mapped ON mapped.link_id = job.link_id AND mapped.source_id = job.record_id
WHERE job.kind = 'relation' AND job.link_id = ANY(CAST(:links AS bigint[]))
GROUP BY job.link_id
"""
COUNT = text(COUNTS)
TALLY = text(f"""
INSERT INTO link_tally (link_id, at, in_sync, waiting, wrong, excluded, oldest) {COUNTS}
ON CONFLICT (link_id) DO UPDATE SET at = excluded.at, in_sync = excluded.in_sync, waiting = excluded.waiting,
    wrong = excluded.wrong, excluded = excluded.excluded, oldest = excluded.oldest
""")
EMPTY = text("DELETE FROM link_tally WHERE link_id = :link AND at < now()")
"""A link that lost its last job has no row to be counted into."""


def beat(outside: Outside, now: datetime | None = None) -> int:
    """Sum up, count and sample; returns how many windows were sampled. Safe to start twice and after an outage."""
    moment = now or datetime.now(UTC)
    sum_up(outside.sessions, moment)
    count_relations(outside.sessions)
    return sample(outside, moment)


def sum_up(sessions: Sessions, now: datetime) -> None:
    """Bring the minutes that may have changed up to date, from the last one known or a day back."""
    with sessions.begin() as session:
        last = session.scalar(select(func.max(Pulse.minute)))
    begin = max(min(last, now) if last else now - CATCH_UP, now - CATCH_UP) - AGAIN
    since = begin.replace(second=0, microsecond=0)
    while since <= now:
        with sessions.begin() as session:
            if not _alone(session):
                return
            session.execute(PULSES, {"since": since, "until": since + STEP})
        since += STEP


def _alone(session: Session) -> bool:
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(bindparam("key", LOCK)))))


def count_relations(sessions: Sessions) -> None:
    """Count every link's relations by state, each in a transaction of its own."""
    with sessions.begin() as session:
        links = session.scalars(select(Link.id)).all()
    for link in links:
        with sessions.begin() as session:
            session.execute(TALLY, {"links": [link]})
            session.execute(EMPTY, {"link": link})


def sample(outside: Outside, now: datetime) -> int:
    """Note what every enabled connection's windows have left; nothing while Redis is away."""
    with outside.sessions.begin() as session:
        rows = session.scalars(select(Connection).where(Connection.enabled)).all()
        infos = [connection_info(row, outside.vault) for row in rows]
        try:
            lines = budget_lines(session, outside, infos)
        except redis.RedisError:
            return 0
        _note(session, lines, now.replace(second=0, microsecond=0))
    return len(lines)


def _note(session: Session, lines: Sequence[BudgetLine], minute: datetime) -> None:
    if not lines:
        return
    rows = [
        {"connection_id": one.connection_id, "window": one.window, "minute": minute, "used": one.used, "left": one.left}
        for one in lines
    ]
    session.execute(insert(BudgetSample).on_conflict_do_nothing(), rows)
