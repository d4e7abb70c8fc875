"""Open PostgreSQL: engine, sessions and migrations."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from models.partitions import ensure_partitions

Sessions = sessionmaker[Session]

IDLE_SECONDS = 1.0
"""How long a pooled connection is trusted without a question; a restarted server breaks those in use anyway."""

MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str, pool: int = 10) -> Engine:
    """Create an engine whose pool survives a server restart and whose connections notice a dead peer."""
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=10,
        # The text of an error would quote what was to be stored.
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _try_idle)
    return engine


def _note_return(connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _try_idle(connection: Any, record: Any, proxy: Any) -> None:
    """Try a connection that lay idle before it is used; one used a moment ago costs no extra round trip."""
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE_SECONDS:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def open_sessions(engine: Engine) -> Sessions:
    """Create the session factory; objects stay readable after commit, because no session outlives a call."""
    return sessionmaker(engine, expire_on_commit=False)


def alembic_config(url: str) -> Config:
    """Build the migration configuration for one database without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision and make the months ahead; safe to start twice, the second waits."""
    command.upgrade(alembic_config(url), revision)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        ensure_partitions(connection, datetime.now(UTC))
    engine.dispose()
