"""Put the command line together: global options, groups, and the one place where errors become exits."""

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from worker.cli import (
    backfill,
    configuration,
    connect,
    connections,
    database,
    demo,
    erase,
    health,
    issues,
    keys,
    log,
    mapping,
    mappings,
    reconcile,
    replay,
    reviews,
    sync,
    undo,
    users,
)
from worker.cli.context import Context
from worker.cli.exits import Exit, Failure
from worker.cli.failures import failure_of
from worker.cli.output import Output

GROUPS: Sequence[Callable[[typer.Typer], None]] = (
    demo.register,
    database.register,
    configuration.register,
    connections.register,
    connect.register,
    sync.register,
    backfill.register,
    reconcile.register,
    mappings.register,
    mapping.register,
    log.register,
    issues.register,
    reviews.register,
    replay.register,
    undo.register,
    health.register,
    keys.register,
    erase.register,
    users.register,
)
"""One `register(app)` per module, in the order of `boekbrug --help`."""

FLAGS = ("--json",)
VALUED = ("--language", "--config")
"""Global options, which may also stand behind the command's name."""

DEFAULT_FILE = Path("boekbrug.yaml")


class Tongue(StrEnum):
    """Offer the languages of sentences."""

    NL = "nl"
    EN = "en"


class Commands(TyperGroup):
    """Take global options anywhere on the line, and end every known failure with words and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move global options to the front, where the parser wants them."""
        return super().parse_args(ctx, global_first(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command and close what it opened."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            failure = failure_of(error)
            if failure is None or not isinstance(ctx.obj, Context):
                raise
            ctx.obj.output.fail(failure)
            raise typer.Exit(failure.code) from None
        finally:
            if isinstance(ctx.obj, Context):
                ctx.obj.closing.close()

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run the line; with `--json` a wrong line too is answered by one document."""
        given = list(sys.argv[1:] if args is None else args)
        if "--json" not in given or not more.get("standalone_mode", True):
            return super().main(args, *rest, **more)
        try:
            code = super().main(args, *rest, **(more | {"standalone_mode": False}))
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            _refuse_line(str(error.format_message()))
        sys.exit(code if isinstance(code, int) else Exit.OK)


def _refuse_line(message: str) -> NoReturn:
    Output(True, "en").fail(Failure(Exit.USAGE, message, message))
    sys.exit(Exit.USAGE)


def global_first(args: Sequence[str]) -> list[str]:
    """Bring the global options of a line to its front; what follows `--` is left alone."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in FLAGS or word.startswith(tuple(f"{name}=" for name in VALUED)):
            front.append(word)
        elif word in VALUED:
            front += [word, *(value for value in (next(words, None),) if value is not None)]
        else:
            rest.append(word)
    return [*front, *rest]


def build() -> typer.Typer:
    """Build the application with every group of commands."""
    app = typer.Typer(
        cls=Commands,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 something needs a person, 2 wrong command or file, 3 not reachable. "
        "Global options may stand anywhere on the line.",
    )
    app.callback()(start)
    for register in GROUPS:
        register(app)
    return app


def start(
    ctx: typer.Context,
    config: Annotated[Path, typer.Option("--config", help="The configuration file.")] = DEFAULT_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    language: Annotated[Tongue | None, typer.Option(help="Language of the sentences.")] = None,
) -> None:
    """Keep the books in agreement with the CRM."""
    chosen = language or (Tongue.EN if os.environ.get("BOEKBRUG_LANGUAGE") == "en" else Tongue.NL)
    ctx.obj = Context(config, Output(as_json, chosen.value))


app = build()


def main() -> None:
    """Run the command line; the entry point `boekbrug`."""
    app(prog_name="boekbrug")
