"""Run migrations on one connection under an advisory lock, so that two starting processes do not collide."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from models.tables import Base

MIGRATION_LOCK = 0x60E6B401
"""Any constant of our own; PostgreSQL advisory locks are one number space per database."""


def _run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, include_name=_ours)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and "_p20" in (name or ""))


_run()
