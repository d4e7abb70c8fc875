"""Read what is left of each connection's calls, for metrics."""

from sqlalchemy import select

from models.tables import Connection
from sync.allowance import BudgetLine, budget_lines
from sync.config.loading import connection_info
from tasks.runtime import Runtime

__all__ = ["BudgetLine", "all_budget_lines"]


def all_budget_lines(runtime: Runtime) -> list[BudgetLine]:
    """Return every window of every enabled connection. Raises redis.RedisError."""
    with runtime.sessions() as session:
        rows = session.scalars(select(Connection).where(Connection.enabled).order_by(Connection.name)).all()
        return budget_lines(session, runtime.outside, [connection_info(row, runtime.vault) for row in rows])
