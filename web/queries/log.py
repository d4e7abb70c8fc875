"""Read the log for pages, API and commands alike: newest first, and never more rows than are shown.

Each way of asking has an index that holds its answer in order. A choice of link, kind and outcome is asked once per
combination (`ix_sync_log_choice`), so that what is rare is not looked for among millions of what is common. What the
CRM's users are told has an index of its own; all but a few rows are of the other kind, which therefore needs none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Values,
    column,
    literal_column,
    select,
    true,
    tuple_,
    values,
)
from sqlalchemy.orm import Session

from models.causes import Language
from models.database import Sessions
from models.tables import Link, RelationMapping, SyncJob, SyncLog
from models.words import Kind, Outcome
from sync.backlog import REASONS
from sync.causes import catalogue
from web.words import words_of

PAGE = 50
EXPORT_BATCH = 1000
KINDS = (Kind.RELATION, Kind.RELATION_FEEDBACK)
"""What this version works on."""
MOST_RECORDS = 50
"""Records that one search may lead to; more carry the same id only by mistake."""
MOST_LINKS = 1000

Place = tuple[datetime, int]
"""Moment and id of a row: where the next page goes on."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Narrow the log down; what is empty takes everything."""

    search: str = ""
    """Id of a record in the CRM or in the target, or a correlation id."""
    link_id: int | None = None
    kind: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """Hold one attempt; no value of any field."""

    id: int
    at: datetime
    link_id: int
    job_id: int
    kind: str
    record_id: str
    role: str
    outcome: str
    reason: str
    fields: list[str]
    source_calls: int
    target_calls: int
    duration_ms: int
    waited_ms: int
    target_id: str | None
    correlation_id: UUID

    @property
    def place(self) -> Place:
        """Return where the next page goes on."""
        return self.at, self.id


FEEDBACK = SyncLog.kind == literal_column(f"'{Kind.RELATION_FEEDBACK.value}'")
"""Spelled out, so that the planner sees that `ix_sync_log_feedback` holds all such rows."""
COLUMNS = tuple(getattr(SyncLog, one.name) for one in fields(LogRow))


def log_links(session: Session) -> dict[int, str]:
    """Return the names of all links by id, for the form and the rows."""
    rows = session.execute(select(Link.id, Link.name).order_by(Link.name).limit(MOST_LINKS))
    return {row.id: row.name for row in rows}


def find_log(session: Session, wanted: LogFilter, after: Place | None = None, limit: int = PAGE) -> list[LogRow]:
    """Return rows that fit, newest first, beginning below a place."""
    query = _query(session, wanted, after, limit)
    return [LogRow(*row) for row in session.execute(query)] if query is not None else []


def _query(session: Session, wanted: LogFilter, after: Place | None, limit: int) -> Select[Any] | None:
    bounds = _bounds(wanted, after)
    if (correlation := correlation_in(wanted.search)) is not None:
        return _newest(select(*COLUMNS).where(SyncLog.correlation_id == correlation, *bounds, *_exact(wanted)), limit)
    if wanted.search:
        return _lateral("record_id", _records(session, wanted), [*bounds, *_exact(wanted)], limit)
    outcomes = [wanted.outcome] if wanted.outcome else [one.value for one in Outcome]
    if wanted.link_id is not None and (wanted.kind or wanted.outcome):
        kinds = [wanted.kind] if wanted.kind else [one.value for one in KINDS]
        choices = [(wanted.link_id, kind, outcome) for kind in kinds for outcome in outcomes]
        return _lateral("outcome", choices, bounds, limit)
    if wanted.kind == Kind.RELATION_FEEDBACK:
        choice = values(column("outcome", Text), name="choice").data([(one,) for one in outcomes])
        return _each(choice, [FEEDBACK, SyncLog.outcome == choice.c.outcome, *bounds], limit)
    return _newest(select(*COLUMNS).where(*bounds, *_exact(wanted)), limit)


def correlation_in(text: str) -> UUID | None:
    """Return the correlation id that a text is, if it is one."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _bounds(wanted: LogFilter, after: Place | None) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        chosen.append(SyncLog.at >= wanted.since)
    if wanted.until is not None:
        chosen.append(SyncLog.at < wanted.until)
    if after is not None:
        # The moment alone as well: it is what prunes months and bounds an index that lacks the id.
        chosen += [SyncLog.at <= after[0], tuple_(SyncLog.at, SyncLog.id) < after]
    return chosen


def _exact(wanted: LogFilter) -> list[ColumnElement[bool]]:
    given = ((SyncLog.link_id, wanted.link_id), (SyncLog.kind, wanted.kind), (SyncLog.outcome, wanted.outcome))
    return [one == value for one, value in given if value not in (None, "")]


def _newest(query: Select[Any], limit: int) -> Select[Any]:
    return query.order_by(SyncLog.at.desc(), SyncLog.id.desc()).limit(limit)


def _lateral(
    last: str, choices: Sequence[tuple[int, str, str]], conditions: Sequence[ColumnElement[bool]], limit: int
) -> Select[Any] | None:
    """Take the newest rows of each choice of link, kind and one column more, and of those the newest."""
    if not choices:
        return None
    names = (column("link_id", BigInteger), column("kind", Text), column(last, Text))
    choice = values(*names, name="choice").data(list(choices))
    own = [getattr(SyncLog, name.name) == choice.c[name.name] for name in names]
    return _each(choice, [*own, *conditions], limit)


def _each(choice: Values, conditions: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    found = _newest(select(*COLUMNS).where(*conditions), limit).lateral("found")
    rows = select(*(found.c[one.key] for one in COLUMNS)).select_from(choice).join(found, true())
    return rows.order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)


def _records(session: Session, wanted: LogFilter) -> list[tuple[int, str, str]]:
    """Find the records that an id names, in the CRM or in a target, by what work there is on them."""
    sources = select(Link.source_id).distinct()
    jobs = select(SyncJob.link_id, SyncJob.record_id).where(
        SyncJob.source_connection_id.in_(sources), SyncJob.kind.in_(KINDS), SyncJob.record_id == wanted.search
    )
    mapped = select(RelationMapping.link_id, RelationMapping.source_id).where(
        RelationMapping.target_id == wanted.search
    )
    found = {(row[0], row[1]) for query in (jobs, mapped) for row in session.execute(query.limit(MOST_RECORDS))}
    return sorted((link, str(kind), record) for link, record in found for kind in KINDS)


def export_log(sessions: Sessions, wanted: LogFilter) -> Iterator[tuple[LogRow, str]]:
    """Yield all rows that fit with their link's name, a batch per transaction: memory stays as it is."""
    after: Place | None = None
    while True:
        with sessions() as session:
            names = log_links(session)
            batch = find_log(session, wanted, after, EXPORT_BATCH)
        yield from ((row, names.get(row.link_id, "")) for row in batch)
        if len(batch) < EXPORT_BATCH:
            return
        after = batch[-1].place


def reason_words(reason: str, language: Language) -> str:
    """Say in words why an attempt ended as it did; an unknown code stands as it is."""
    words = words_of(language)
    if reason in REASONS:
        return REASONS[reason][0 if language == "nl" else 1]
    if f"reason.{reason}" in words:
        return words[f"reason.{reason}"]
    if reason in words and reason.startswith("undo."):
        return words[reason]
    cause = next((one for one in catalogue() if one.code == reason), None)
    return reason if cause is None else cause.what(language)
