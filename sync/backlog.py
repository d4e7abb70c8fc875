"""Count what a link still has to do, and say what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.tables import Connection, Link, SyncJob, SyncLog
from models.words import ConnectionState, JobState

REASONS: Mapping[str, tuple[str, str]] = {
    "budget starts anew": ("wacht tot de limiet zeker vrij is (Redis was leeg)",
                           "wait until the limit is certainly free (Redis was empty)"),
    "vendor asked to wait": ("wacht omdat het systeem dat vroeg", "wait because the system asked for it"),
    "window full": ("wacht op ruimte in de aanroeplimiet", "wait for room in the call limit"),
    "bulk is spaced": ("wacht op de beurt", "wait for their turn"),
    "live goes first": ("laat directe wijzigingen voorgaan", "let live changes go first"),
    "allowance spent": ("wacht op het volgende uur", "wait for the next hour"),
    "calls in flight": ("wacht op een vrije plaats", "wait for a free slot"),
    "Redis is away": ("wacht op Redis", "wait for Redis"),
    "connection": ("wacht tot het systeem terug is", "wait until the system is back"),
    "switched off": ("wacht tot de koppeling weer aan staat", "wait until the link is switched on again"),
    "unavailable": ("wacht tot het systeem terug is", "wait until the system is back"),
    "unauthorised": ("wacht op een nieuwe sleutel", "wait for a new key"),
    "unknown": ("afloop onbekend, wordt opgezocht", "outcome unknown, is being located"),
    "settling": ("afloop onbekend, wordt opgezocht", "outcome unknown, is being located"),
    "unexpected": ("opnieuw na een onverwachte fout", "again after an unexpected error"),
}  # fmt: skip
"""Why a job was put back -> Dutch and English words."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Hold the due jobs of one link at one moment."""

    left: int
    running: int
    parked: Mapping[str, int] = field(default_factory=dict)
    """Reason -> jobs whose moment has not come."""
    away: tuple[str, ...] = ()
    """Names of the link's connections that may not be called now."""


def backlog(session: Session, link_id: int) -> Backlog:
    """Count the due jobs of a link: all, running, and waiting by reason; what its users are told is not among them."""
    waits = SyncJob.not_before > func.clock_timestamp()
    rows = session.execute(
        select(SyncJob.lease_until.is_not(None), waits, SyncJob.park_reason, func.count())
        .where(SyncJob.link_id == link_id, SyncJob.state == JobState.DUE, to_the_books())
        .group_by(SyncJob.lease_until.is_not(None), waits, SyncJob.park_reason)
    ).all()
    parked: dict[str, int] = {}
    for running, waiting, reason, count in rows:
        if waiting and not running:
            parked[reason] = parked.get(reason, 0) + count
    ends = select(Link.source_id, Link.target_id).where(Link.id == link_id)
    away = session.scalars(
        select(Connection.name).where(
            Connection.id.in_(session.execute(ends).one()), Connection.state != ConnectionState.ACTIVE
        )
    ).all()
    leased = sum(row[3] for row in rows if row[0])
    return Backlog(sum(row[3] for row in rows), leased, parked, tuple(away))


def to_the_books() -> ColumnElement[bool]:
    """Choose jobs that write to a target; feedback goes the other way and waits for the CRM's budget."""
    return SyncJob.target_connection_id != SyncJob.source_connection_id


def outcomes_since(session: Session, link_id: int, since: datetime) -> dict[str, int]:
    """Count how attempts of a link ended since a moment (the database's clock)."""
    rows = session.execute(
        select(SyncLog.outcome, func.count())
        .where(SyncLog.link_id == link_id, SyncLog.at >= since)
        .group_by(SyncLog.outcome)
    )
    return dict(sorted(rows.tuples()))


def held(session: Session, link_id: int) -> int:
    """Count the jobs of a link that wait for a person."""
    query = select(func.count()).where(SyncJob.link_id == link_id, SyncJob.state == JobState.HELD)
    return session.scalar(query) or 0
