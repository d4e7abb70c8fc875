"""Judge one process, for health checks of Docker Compose and the supervisor."""

from typing import Annotated

import typer

from worker.cli.context import command
from worker.cli.exits import Exit, Failure
from worker.health import CHECKS, check


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(health)


def health(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help=f"The process: {', '.join(CHECKS)}.")],
    url: Annotated[str | None, typer.Option(help="Address of a web process elsewhere.")] = None,
) -> None:
    """Tell whether a process makes progress; exit 1 when it does not."""
    here = command(ctx)
    if name not in CHECKS:
        known = ", ".join(CHECKS)
        raise Failure(
            Exit.USAGE,
            f"Onbekend proces {name}; kies uit {known}.",
            f"Unknown process {name}; choose from {known}.",
        )
    well, words = check(name, here.settings, url)
    here.output.show({"process": name, "healthy": well, "words": words}, lambda: here.output.say(words, words))
    raise typer.Exit(Exit.OK if well else Exit.PERSON)
