"""Begin the wait of all connections at once when Redis lost its counts, instead of each at its first call."""

import structlog
from sqlalchemy import select

from adapters.budget import Budget
from models.tables import Connection
from sync.config.loading import connection_info
from tasks.runtime import Runtime

MARK = "boekbrug:counting"
"""Stands in Redis as long as Redis keeps what it is told."""

logger = structlog.get_logger()


def begin_counting(using: Runtime) -> bool:
    """Start every enabled connection's count if Redis is empty; costs one small question when it is not.

    A change needs the CRM first and the books a moment later: begun one after the other, their full minutes
    of silence would add up. Raises RedisError.
    """
    outside = using.outside
    if not outside.redis.set(MARK, 1, nx=True):
        return False
    with outside.sessions.begin() as session:
        rows = session.scalars(select(Connection).where(Connection.enabled)).all()
        known = [connection_info(row, outside.vault) for row in rows]
    for info in known:
        Budget.of(info, outside).begin()
    logger.info("budget.begun", connections=len(known))
    return True
