"""Turn rows into entries of a relation's timeline: codes, ids and names of fields."""

from collections.abc import Iterable, Iterator
from typing import Any

from models.records import JsonScalar
from models.tables import Issue, MappingHistory, Review, SyncLog, WriteIntent
from models.vault import Subject, Unreadable
from models.words import Outcome
from sync import logbook
from web.queries.timeline import Entry

LINKING = frozenset({Outcome.LINKED, Outcome.CREATED, Outcome.ADOPTED})


def attempt(row: SyncLog, subject: Subject | None, evidence: dict[str, Any]) -> Entry:
    """Describe an attempt, with its plan opened for a person."""
    return Entry(
        row.at,
        "attempt",
        row.outcome,
        str(row.id),
        reason=row.reason,
        state=row.kind,
        role=row.role,
        target_id=row.target_id or "",
        names=tuple(row.fields),
        evidence=evidence.get(row.target_id or "", {}) if row.outcome in LINKING else {},
        source_calls=row.source_calls,
        target_calls=row.target_calls,
        duration_ms=row.duration_ms,
        waited_ms=row.waited_ms,
        correlation_id=row.correlation_id,
        values=_values(row, subject),
    )


def _values(row: SyncLog, subject: Subject | None) -> dict[str, tuple[JsonScalar, JsonScalar]]:
    """Open the plan of an attempt; what was erased or lost its key stays closed."""
    if row.sealed is None or subject is None:
        return {}
    try:
        plan = subject.open(row.sealed, logbook.CONTEXT)
    except Unreadable:
        return {}
    return {name: (plan["before"].get(name), value) for name, value in sorted(plan["after"].items())}


def request(row: WriteIntent) -> Entry:
    """Describe a write to a target, or to the CRM where its users are told."""
    return Entry(
        row.opened_at, "request", row.operation, str(row.id), state=row.state, role=row.role,
        target_id=row.target_id or "", number=row.number, until=row.settled_at,
    )  # fmt: skip


def tie(row: MappingHistory) -> Entry:
    """Describe a change of a mapping."""
    return Entry(
        row.at, "mapping", row.event, str(row.id), by=row.by, target_id=row.target_id, correlation_id=row.correlation_id
    )


def issues(rows: Iterable[Issue]) -> Iterator[Entry]:
    """Describe when issues were opened, put aside and closed."""
    for row in rows:
        about: Any = {"id": str(row.id), "role": row.role, "field": row.field, "params": row.params}
        yield Entry(row.opened_at, "issue", row.cause, state="opened", **about)
        if row.ignored_at is not None:
            put_aside: Any = {"state": "ignored", "by": row.ignored_by, "reason": row.ignored_reason}
            yield Entry(row.ignored_at, "issue", row.cause, **about, **put_aside)
        if row.closed_at is not None:
            yield Entry(row.closed_at, "issue", row.cause, state="closed", by=row.closed_by, **about)


def reviews(rows: Iterable[Review]) -> Iterator[Entry]:
    """Describe when questions were asked and answered."""
    for row in rows:
        about: Any = {"id": str(row.id), "role": row.role}
        evidence = row.candidates[0].get("evidence", {}) if row.candidates else {}
        yield Entry(row.opened_at, "review", row.reason, state="asked", evidence=evidence, **about)
        if row.decided_at is not None:
            told: Any = {"state": "decided", "reason": row.decision or "", "by": row.decided_by or ""}
            yield Entry(row.decided_at, "review", row.reason, target_id=row.decided_target_id or "", **about, **told)
