"""Read what is left of each connection's calls, for metrics and pages."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters.base import ConnectionInfo
from adapters.budget import Budget
from models.tables import Connection
from sync.config.loading import connection_info
from tasks.runtime import Runtime


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Count one window of one connection."""

    connection: str
    window: str
    used: int
    left: int


def budget_lines(runtime: Runtime) -> list[BudgetLine]:
    """Return every window of every enabled connection."""
    with runtime.sessions() as session:
        rows = session.scalars(select(Connection).where(Connection.enabled).order_by(Connection.name)).all()
        known = [connection_info(row, runtime.vault) for row in rows]
    return [line for info in known for line in _lines(info, runtime)]


def _lines(info: ConnectionInfo, runtime: Runtime) -> list[BudgetLine]:
    state = Budget.of(info, runtime.outside).snapshot()
    return [BudgetLine(info.name, window.name, window.used, window.left) for window in state.windows]
