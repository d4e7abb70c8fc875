"""Let go of rows that are older than the settings allow, a batch at a time, so that nobody waits for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Engine, and_, delete, func, inspect, null, select, tuple_, update
from sqlalchemy.orm import Session

from models.database import Sessions
from models.partitions import drop_partitions
from models.settings import Settings
from models.tables import (
    Audit,
    BudgetSample,
    Erasure,
    Issue,
    Mail,
    MappingHistory,
    Pulse,
    Reconciliation,
    Review,
    SignIn,
    Snapshot,
    SubjectKey,
    WebSession,
    WriteIntent,
)
from models.words import Kind, MailState
from sync.traces import FINDABLE, Record

BATCH = 2_000
"""Rows per transaction: well within the statement timeout, on any disk."""
SWEPT = timedelta(days=7)
"""How long after an erasure what slipped in is looked for; any poll or comparison has ended long before."""

MONTHS = {"events": "change_event", "log": "sync_log"}
"""Setting -> table of which whole months are dropped."""

Old = Callable[[ColumnElement[datetime]], ColumnElement[bool]]
"""Choose the rows that are older than a moment."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Say which rows of a table go, or are emptied, once they are older than a setting."""

    setting: str
    table: type[Any]
    old: Old
    emptied: Mapping[str, Any] | None = None


RULES = (
    Rule("issues", Issue, lambda before: Issue.closed_at < before),
    Rule("intents", WriteIntent, lambda before: WriteIntent.settled_at < before),
    Rule("reviews", Review, lambda before: Review.superseded_at < before),
    # The decision itself is what keeps the link from asking again.
    Rule(
        "reviews", Review, lambda before: and_(Review.decided_at < before, Review.label.is_not(None)), {"label": null()}
    ),
    Rule("history", MappingHistory, lambda before: MappingHistory.at < before),
    Rule("reports", Reconciliation, lambda before: Reconciliation.started_at < before),
    Rule("snapshots", Snapshot, lambda before: and_(Snapshot.deleted, Snapshot.started_at < before)),
    Rule("mails", Mail, lambda before: and_(Mail.created_at < before, Mail.state != MailState.WAITING)),
    Rule("pulses", Pulse, lambda before: Pulse.minute < before),
    Rule("samples", BudgetSample, lambda before: BudgetSample.minute < before),
    Rule("audit", Audit, lambda before: Audit.at < before),
    Rule("sign_ins", SignIn, lambda before: SignIn.at < before),
    Rule("sessions", WebSession, lambda before: WebSession.ends_at < before),
    Rule("erasures", Erasure, lambda before: Erasure.at < before),
)
"""Everything that is kept for a time and not partitioned by it."""


def kept_days(settings: Settings, name: str) -> int:
    """Return how long rows of a kind are kept; what has no setting of its own follows the general one."""
    own: int | None = getattr(settings, f"retention_{name}_days")
    return settings.retention_days if own is None else own


def tidy(engine: Engine, sessions: Sessions, settings: Settings) -> dict[str, int]:
    """Let go of everything that is old enough; returns rows per setting, months for inbox and log.

    May be stopped anywhere and run twice at the same moment.
    """
    done = {}
    for name, table in MONTHS.items():
        with engine.begin() as connection:
            before = datetime.now(UTC) - timedelta(days=kept_days(settings, name))
            done[name] = len(drop_partitions(connection, before, [table]))
    for rule in RULES:
        done[rule.setting] = done.get(rule.setting, 0) + _apply(sessions, rule, kept_days(settings, rule.setting))
    done["erased"] = sweep(sessions)
    return done


def _apply(sessions: Sessions, rule: Rule, days: int) -> int:
    rows = 0
    while True:
        with sessions.begin() as session:
            found = _batch(session, rule, timedelta(days=days))
        rows += found
        if found < BATCH:
            return rows


def _batch(session: Session, rule: Rule, age: timedelta) -> int:
    key = inspect(rule.table).primary_key
    chosen = select(*key).where(rule.old(func.now() - age)).limit(BATCH).with_for_update(skip_locked=True)
    mine = tuple_(*key).in_(chosen)
    statement = delete(rule.table) if rule.emptied is None else update(rule.table).values(rule.emptied)
    return cast("CursorResult[Any]", session.execute(statement.where(mine))).rowcount


def sweep(sessions: Sessions) -> int:
    """Remove what a poll or comparison, under way during an erasure, put back after it: nobody can read it."""
    with sessions.begin() as session:
        recent = session.execute(
            select(Erasure.connection_id, Erasure.kind, Erasure.record_id)
            .join(
                SubjectKey,
                and_(
                    SubjectKey.connection_id == Erasure.connection_id,
                    SubjectKey.kind == Erasure.kind,
                    SubjectKey.record_id == Erasure.record_id,
                ),
            )
            .where(Erasure.at > func.now() - SWEPT, SubjectKey.sealed.is_(None))
            .distinct()
        ).all()
        records = [Record(one.connection_id, "", Kind(one.kind), one.record_id) for one in recent]
        return sum(trace(session, record, "boekbrug") for record in records for trace in FINDABLE.values())
