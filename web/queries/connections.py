"""Read what the pages of connections show; every question is bounded and indexed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import RedisError
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from models.tables import Connection
from models.vault import Unreadable
from sync.allowance import BudgetLine, budget_lines
from sync.config.loading import HOOK_TOKEN, PAGE, REFS, REMOVED, TRIAL, connection_info
from sync.contact import Checked, remembered
from sync.pausing import pause_of
from sync.renewing import renewable
from tasks.runtime import Runtime

MOST = 50
SCANNED = 50
"""Attempts per link among which the last call is looked for."""

# The last call that an attempt made, the last poll and the last reading of the index, whichever is latest.
CONTACT = text("""
SELECT connection.id, greatest(
    (SELECT max(updated_at) FROM cursor WHERE cursor.connection_id = connection.id),
    (SELECT fresh_at FROM target_index WHERE target_index.connection_id = connection.id),
    (SELECT max(last.at) FROM link, LATERAL (
        SELECT log.at, log.source_calls, log.target_calls FROM sync_log AS log
        WHERE log.link_id = link.id ORDER BY log.at DESC LIMIT :scanned
    ) AS last WHERE (link.source_id = connection.id AND last.source_calls > 0)
        OR (link.target_id = connection.id AND last.target_calls > 0))
) AS at FROM connection WHERE connection.id = ANY(:ids)
""")
ISSUES = text("""
SELECT link.name AS link, issue.cause, count(*) AS records, min(issue.opened_at) AS since
FROM link JOIN issue ON issue.link_id = link.id AND issue.closed_at IS NULL
WHERE link.source_id = :id OR link.target_id = :id
GROUP BY link.name, issue.cause ORDER BY records DESC, issue.cause LIMIT 10
""")
LINKS = text("""
SELECT name, enabled FROM link
WHERE (source_id = :id OR target_id = :id) AND NOT jsonb_exists(rules, '_removed') ORDER BY name LIMIT 50
""")


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one connection as its pages show it; secrets are not among it."""

    row: Connection
    contact: datetime | None
    budget: Sequence[BudgetLine]
    checked: Checked | None

    @property
    def name(self) -> str:
        """Return its name."""
        return self.row.name

    @property
    def state(self) -> str:
        """Return the code of its state: what a person did to it counts before what the system does."""
        if TRIAL in self.row.options:
            return "trial"
        if self.paused:
            return "paused"
        return self.row.state if self.row.enabled else "disabled"

    @property
    def paused(self) -> Mapping[str, Any] | None:
        """Return who paused it, when and why."""
        return pause_of(self.row)

    @property
    def on_page(self) -> bool:
        """Tell whether a page made it, and no file names it."""
        return PAGE in self.row.options

    @property
    def trial(self) -> bool:
        """Tell whether it waits to be confirmed."""
        return TRIAL in self.row.options

    @property
    def renewable(self) -> Sequence[str]:
        """Return the credentials that can be renewed on a page."""
        return renewable(self.row)

    @property
    def references(self) -> Mapping[str, str]:
        """Return where each credential stands: references, never values."""
        found: Mapping[str, str] = self.row.options.get(REFS, {}).get("credentials", {})
        return found


def listed(session: Session, runtime: Runtime, after: str = "") -> tuple[list[Line], bool]:
    """Return a page of connections by name, and whether more follow."""
    wanted = select(Connection).where(Connection.name > after, ~Connection.options.has_key(REMOVED))
    rows = session.scalars(wanted.order_by(Connection.name).limit(MOST + 1)).all()
    return _lines(session, runtime, [row for row in rows[:MOST] if "~" not in row.name]), len(rows) > MOST


def found(session: Session, runtime: Runtime, name: str) -> Line | None:
    """Return one connection."""
    wanted = select(Connection).where(Connection.name == name, ~Connection.options.has_key(REMOVED))
    row = session.scalar(wanted)
    return None if row is None or "~" in name else _lines(session, runtime, [row])[0]


def issues_of(session: Session, connection_id: int) -> Sequence[Row[Any]]:
    """Return what is open at the connection's links, by cause."""
    return session.execute(ISSUES, {"id": connection_id}).all()


def links_of(session: Session, connection_id: int) -> Sequence[Row[Any]]:
    """Return the links that a connection is an end of."""
    return session.execute(LINKS, {"id": connection_id}).all()


def hook_address(runtime: Runtime, row: Connection) -> str | None:
    """Return where the CRM sends its hooks; whoever knows it may knock, so it is an administrator's to see."""
    if row.hook_token is None:
        return None
    try:
        token = runtime.vault.open(row.hook_token, HOOK_TOKEN).decode()
    except Unreadable:
        return None
    return f"{runtime.settings.public_url.rstrip('/')}/hooks/{token}"


def _lines(session: Session, runtime: Runtime, rows: Sequence[Connection]) -> list[Line]:
    ids = [row.id for row in rows]
    contacts = {row.id: row.at for row in session.execute(CONTACT, {"ids": ids, "scanned": SCANNED})}
    budgets = _budgets(session, runtime, rows)
    return [
        Line(
            row,
            _latest(contacts.get(row.id), row),
            [one for one in budgets if one.connection_id == row.id],
            remembered(row.options),
        )
        for row in rows
    ]


def _latest(contact: datetime | None, row: Connection) -> datetime | None:
    """Return the last contact; a test that succeeded was one as well."""
    checked = remembered(row.options)
    moments = [one for one in (contact, checked.at if checked and checked.ok else None) if one]
    return max(moments, default=None)


def _budgets(session: Session, runtime: Runtime, rows: Sequence[Connection]) -> list[BudgetLine]:
    """Return what is left of everybody's calls; nothing while Redis is away or a secret cannot be opened."""
    try:
        infos = [connection_info(row, runtime.vault) for row in rows if row.enabled]
        return budget_lines(session, runtime.outside, infos)
    except (RedisError, Unreadable):
        return []
