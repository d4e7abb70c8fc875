"""Hold what every command gets: global options, output, and a runtime that opens at first use."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import typer
from pydantic import ValidationError

from models.causes import Language
from models.settings import Settings
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output
from worker.logging import configure_logging
from worker.runtime import Runtime


@dataclass
class Context:
    """Be what `command(ctx)` returns; closed when the command ends, however it ends."""

    config: Path
    output: Output
    closing: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def settings(self) -> Settings:
        """Return the process's settings. Raises Failure that names the variable, never its value."""
        try:
            return Settings()
        except ValidationError as error:
            names = ", ".join(f"BOEKBRUG_{str(one['loc'][0]).upper()}" for one in error.errors(include_input=False))
            raise Failure(
                Exit.USAGE, f"Instelling niet te lezen: {names}", f"Setting cannot be read: {names}"
            ) from None

    @cached_property
    def runtime(self) -> Runtime:
        """Open database, Redis and vault, with logging for a command. Raises what the servers raise."""
        configure_logging(self.settings, quiet=True)
        return self.closing.enter_context(Runtime.open(self.settings))

    @property
    def language(self) -> Language:
        """Return the language of sentences."""
        return self.output.language


def command(ctx: typer.Context) -> Context:
    """Return the context of a running command."""
    found = ctx.obj
    if not isinstance(found, Context):
        raise TypeError("a command was called outside the application")
    return found
