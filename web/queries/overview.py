"""Read what the overview shows: links by state, connections with their limits, and the last comparisons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from models.tables import Connection
from models.words import ConnectionState
from sync.allowance import BudgetLine, budget_lines
from sync.backfill import Estimate
from sync.comparisons import RECONCILE_LOCK
from sync.config.loading import PAUSED, REMOVED, TRIAL, connection_info
from sync.forecast import seconds_for
from sync.pausing import pause_of
from sync.pulses import COUNT
from tasks.runtime import Runtime
from web.progress import DISPATCHER_LOCK, held_locks

LIVE_RELATIONS = 5_000
"""Up to here the relations are counted at each look, in a few milliseconds; above, once a minute (sync.pulses)."""

LINKS = text(f"""
SELECT link.id, link.name, link.enabled, jsonb_exists(link.rules, '{PAUSED}') AS paused, link.source_id, link.target_id,
    tally.at, tally.in_sync, tally.waiting, tally.wrong, tally.excluded, tally.oldest,
    report.id AS report_id, report.finished_at, report.counts,
    begun.id AS begun_id, begun.read, begun."of"
FROM link LEFT JOIN link_tally AS tally ON tally.link_id = link.id
LEFT JOIN LATERAL (
    SELECT id, finished_at, counts FROM reconciliation
    WHERE link_id = link.id AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
) AS report ON true
LEFT JOIN LATERAL (
    SELECT id, read, "of" FROM reconciliation
    WHERE link_id = link.id AND finished_at IS NULL AND started_at > now() - interval '1 hour'
    ORDER BY started_at DESC LIMIT 1
) AS begun ON true
WHERE NOT jsonb_exists(link.rules, '{REMOVED}') ORDER BY link.name
""")  # noqa: S608 - the name is a constant of ours


@dataclass(frozen=True, slots=True)
class Counts:
    """Count a link's relations; each is in exactly one of the four."""

    in_sync: int
    waiting: int
    wrong: int
    excluded: int
    oldest: datetime | None
    """Since when the oldest of the waiting ones waits."""
    at: datetime | None


NONE = Counts(0, 0, 0, 0, None, None)


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the last comparison that was finished."""

    id: int
    at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Begun:
    """Hold a comparison that was asked for or runs."""

    id: int
    running: bool
    read: int
    total: int | None


@dataclass(frozen=True, slots=True)
class LinkLine:
    """Hold where one link stands."""

    id: int
    name: str
    enabled: bool
    paused: bool
    source_id: int
    target_id: int
    counts: Counts
    last: Report | None
    begun: Begun | None


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """Hold the state of one connection and what it may still be asked."""

    id: int
    name: str
    system: str
    state: str
    """A models.words.ConnectionState, or `disabled`, `paused` or `throttled`."""
    since: datetime
    reason: str
    next_try: datetime | None
    waiting: int
    budgets: Sequence[BudgetLine]
    seconds: float | None
    """How long its waiting work takes at its limits; None when its budget is not known or it may not be called."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Hold everything above the plots."""

    links: Sequence[LinkLine]
    connections: Sequence[ConnectionLine]
    dispatcher: bool
    budget_known: bool
    """False while Redis is away."""

    @property
    def waiting(self) -> int:
        """Count the changes that wait."""
        return sum(one.counts.waiting for one in self.links)

    @property
    def wrong(self) -> int:
        """Count the relations that need somebody."""
        return sum(one.counts.wrong for one in self.links)

    @property
    def oldest(self) -> datetime | None:
        """Return since when the oldest change waits."""
        return min((one.counts.oldest for one in self.links if one.counts.oldest), default=None)

    @property
    def away(self) -> Sequence[ConnectionLine]:
        """Return the connections that hold work up."""
        return [one for one in self.connections if one.state not in (ConnectionState.ACTIVE, "disabled")]

    def seconds(self, link: LinkLine) -> float | None:
        """Return how long a link's waiting work takes at the pace of its slower end."""
        ends = [one.seconds for one in self.connections if one.id in (link.source_id, link.target_id)]
        known = [one for one in ends if one is not None]
        return max(known) if link.counts.waiting and known and len(known) == len(ends) else None


def read_overview(session: Session, runtime: Runtime) -> Overview:
    """Read it in six statements; the calls left come from Redis."""
    held = held_locks(session.connection())
    rows = session.execute(LINKS).all()
    links = [_link(row, counts, held) for row, counts in _counted(session, rows)]
    connections = session.scalars(select(Connection).order_by(Connection.name)).all()
    budgets = _budgets(session, runtime, [one for one in connections if one.enabled])
    waiting = _waiting(links)
    lines = [
        _connection(one, waiting.get(one.id, (0, 0)), budgets)
        for one in connections
        if not one.options.get(REMOVED) and TRIAL not in one.options
    ]
    return Overview(links, lines, DISPATCHER_LOCK in held, budgets is not None)


def _counted(session: Session, rows: Sequence[Row[Any]]) -> Iterable[tuple[Row[Any], Counts]]:
    """Join each link to its counts: the minute's where there are many relations, fresh ones elsewhere."""
    small = [row.id for row in rows if _size(row) <= LIVE_RELATIONS]
    fresh = {row.link_id: row for row in session.execute(COUNT, {"links": small})} if small else {}
    for row in rows:
        counted = fresh.get(row.id) if row.id in small else row
        yield row, NONE if counted is None else _counts(counted)


def _size(row: Row[Any]) -> int:
    return 0 if row.at is None else int(row.in_sync + row.waiting + row.wrong + row.excluded)


def _counts(row: Row[Any]) -> Counts:
    return Counts(row.in_sync, row.waiting, row.wrong, row.excluded, row.oldest, row.at)


def _link(row: Row[Any], counts: Counts, held: set[int]) -> LinkLine:
    last = None if row.report_id is None else Report(row.report_id, row.finished_at, row.counts)
    begun = None if row.begun_id is None else Begun(row.begun_id, RECONCILE_LOCK + row.id in held, row.read, row.of)
    ends = row.source_id, row.target_id
    return LinkLine(row.id, row.name, row.enabled, row.paused, *ends, counts, last, begun)


Budgets = Mapping[int, Sequence[BudgetLine]]


def _budgets(session: Session, runtime: Runtime, rows: Sequence[Connection]) -> tuple[Budgets, Any] | None:
    """Return the calls left by connection, and the connections as adapters know them; None without Redis."""
    infos = {row.id: connection_info(row, runtime.vault) for row in rows}
    try:
        lines = budget_lines(session, runtime.outside, infos.values())
    except redis.RedisError:
        return None
    return {one: [line for line in lines if line.connection_id == one] for one in infos}, infos


def _waiting(links: Sequence[LinkLine]) -> dict[int, tuple[int, int]]:
    """Count the changes that wait at each connection, as source and as target."""
    found: dict[int, tuple[int, int]] = {}
    for one in links:
        source, target = found.get(one.source_id, (0, 0)), found.get(one.target_id, (0, 0))
        found[one.source_id] = (source[0] + one.counts.waiting, source[1])
        found[one.target_id] = (target[0], target[1] + one.counts.waiting)
    return found


def _connection(row: Connection, waiting: tuple[int, int], known: tuple[Budgets, Any] | None) -> ConnectionLine:
    state, next_try = _state(row)
    budgets, infos = known or ({}, {})
    seconds = None
    if row.id in infos and state in (ConnectionState.ACTIVE, "throttled"):
        left = {one.window: one.left for one in budgets[row.id]}
        seconds = seconds_for(calls_for(*waiting), infos[row.id].limits, left)
    return ConnectionLine(
        row.id,
        row.name,
        row.system,
        state,
        row.state_since,
        paused["reason"] if (paused := pause_of(row)) else row.state_reason,
        next_try,
        sum(waiting),
        budgets.get(row.id, ()),
        seconds,
    )


def calls_for(reads: int, writes: int) -> int:
    """Return the calls that waiting changes ask of a connection: one each to read, a backfill's estimate to write."""
    return reads + (Estimate(writes, writes, 0, 0).calls if writes else 0)


def _state(row: Connection) -> tuple[str, datetime | None]:
    if not row.enabled:
        return "paused" if pause_of(row) else "disabled", None
    until = row.throttled_until
    if row.state == ConnectionState.ACTIVE and until is not None and until > datetime.now(until.tzinfo):
        return "throttled", until
    return row.state, row.next_probe_at
