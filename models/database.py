"""Open PostgreSQL: engine, sessions and migrations."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from models.partitions import ensure_partitions

Sessions = sessionmaker[Session]

MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str, pool: int = 10) -> Engine:
    """Create an engine whose pool survives a server restart and whose connections notice a dead peer."""
    return create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )


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
