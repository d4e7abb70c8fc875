"""Try a parked connection with one cheap call, and open it again when that succeeds."""

from datetime import UTC, datetime

import structlog

from adapters import registry
from adapters.breaker import Breaker
from adapters.errors import AdapterError, Throttled
from adapters.outside import Outside
from models.tables import Connection
from models.words import ConnectionState, Lane
from sync.config.loading import connection_info

logger = structlog.get_logger()


def probe(outside: Outside, connection_id: int) -> bool:
    """Probe once; True when the connection may be called again."""
    with outside.sessions.begin() as session:
        row = session.get_one(Connection, connection_id)
        if row.state != ConnectionState.PARKED:
            return row.state == ConnectionState.ACTIVE
        info = connection_info(row, outside.vault)
    open_it = registry.open_source if "source" in registry.roles_of(info.system) else registry.open_target
    try:
        open_it(info, outside.once(), Lane.LIVE).identify()
    except Throttled as error:
        # A refusal by the system itself shows that it is back; one by our own budget shows nothing.
        if not error.reason.startswith("answered"):
            Breaker(info.id, outside).probe_later((error.retry_at - datetime.now(UTC)).total_seconds())
            return False
    except AdapterError as error:
        logger.info("probe.failed", connection=info.name, error=type(error).__name__)
        return False
    Breaker(info.id, outside).close()
    logger.info("probe.succeeded", connection=info.name)
    return True
