"""Hold the schema's steps; Alembic runs them one process at a time."""
