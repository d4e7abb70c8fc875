"""The schema goes up, down and up again, and equals what the tables say."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from models.database import alembic_config, migrate
from models.tables import Base
from worker.embedded import Servers


def test_schema_goes_up_down_and_up_and_matches_the_tables(servers: Servers) -> None:
    admin = create_engine(servers.database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS boekbrug_migrations"))
        connection.execute(text("CREATE DATABASE boekbrug_migrations"))
    url = admin.url.set(database="boekbrug_migrations").render_as_string(hide_password=False)
    engine = create_engine(url, poolclass=NullPool)
    migrate(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _no_months})
        assert compare_metadata(context, Base.metadata) == []
    command.downgrade(alembic_config(url), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(url)
    assert {"sync_job", "relation_mapping"} <= set(inspect(engine).get_table_names())


def _no_months(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and "_p20" in (name or ""))
