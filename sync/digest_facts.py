"""Count what a week's digest tells; reads the log, so it is for the background only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from models.settings import Settings
from models.tables import Review

WENT_IN = text("""
SELECT link.name, count(*) FILTER (WHERE log.outcome = 'created') AS created,
    count(*) FILTER (WHERE log.outcome = 'updated') AS updated
FROM sync_log AS log JOIN link ON link.id = log.link_id
WHERE log.outcome IN ('created', 'updated') AND log.at >= :since AND log.at < :until
GROUP BY link.name ORDER BY link.name
""")
OPEN = text("""
SELECT cause, count(*) AS records, count(*) FILTER (WHERE opened_at >= :since) AS fresh FROM issue
WHERE closed_at IS NULL AND ignored_at IS NULL GROUP BY cause ORDER BY records DESC, cause LIMIT 30
""")
# A connection that has been as it is since before the week is told of only while something is wrong with it.
STATES = text("""
SELECT name, CASE WHEN enabled THEN state ELSE 'disabled' END AS state, state_since FROM connection
WHERE (enabled AND state <> 'active') OR (state_since >= :since AND state_since > created_at + interval '1 minute')
ORDER BY name LIMIT 50
""")
REFUSED = text("""
SELECT link.name, count(*) AS times, count(*) FILTER (WHERE closed_at IS NULL) AS standing
FROM issue JOIN link ON link.id = issue.link_id
WHERE issue.cause = 'connection.unauthorised' AND issue.opened_at >= :since GROUP BY link.name ORDER BY link.name
""")
PEAKS = text("""
SELECT DISTINCT ON (connection.name, sample."window") connection.name, sample."window", sample.used,
    sample.used + sample."left" AS allowed
FROM budget_sample AS sample JOIN connection ON connection.id = sample.connection_id
WHERE sample.minute >= :since AND sample.minute < :until AND sample."window" IN ('hour', 'day')
ORDER BY connection.name, sample."window", sample.used DESC
""")
COMPARED = text("""
SELECT link.name, report.finished_at, report.counts FROM link, LATERAL (
    SELECT finished_at, counts FROM reconciliation
    WHERE link_id = link.id AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
) AS report WHERE link.enabled ORDER BY link.name
""")

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold the numbers of one week."""

    since: datetime
    until: datetime
    url: str
    went_in: Rows
    issues: Rows
    reviews: int
    states: Rows
    refused: Rows
    peaks: Rows
    compared: Rows


def gather(session: Session, settings: Settings, due: datetime) -> Facts:
    """Count the week that ended on the night before a Monday."""
    zone = ZoneInfo(settings.timezone)
    until = datetime.combine(due.date(), time(0), zone)
    since = datetime.combine(due.date() - timedelta(days=7), time(0), zone)
    week = {"since": since, "until": until}

    def ask(query: Any) -> Rows:
        names = query.compile().params
        return session.execute(query, {name: value for name, value in week.items() if name in names}).all()

    reviews = select(func.count()).where(Review.decision.is_(None), Review.superseded_at.is_(None))
    return Facts(
        since,
        until,
        settings.public_url.rstrip("/"),
        ask(WENT_IN),
        ask(OPEN),
        session.scalar(reviews) or 0,
        ask(STATES),
        ask(REFUSED),
        ask(PEAKS),
        ask(COMPARED),
    )
