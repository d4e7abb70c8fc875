"""Bring the database's schema up to date."""

import typer

from models.database import migrate as run_migrations
from worker.cli.context import command
from worker.logging import configure_logging
from worker.runtime import Runtime


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(migrate)


def migrate(ctx: typer.Context) -> None:
    """Create or update the tables; safe to run twice, also at the same moment."""
    here = command(ctx)
    configure_logging(here.settings, quiet=True)
    with Runtime.open(here.settings, migrated=False) as runtime:
        run_migrations(str(runtime.settings.database_url))
    done = {"migrated": True}
    here.output.show(done, lambda: here.output.say("Het schema is bij de tijd.", "The schema is up to date."))
