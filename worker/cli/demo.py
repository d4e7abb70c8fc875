"""Run everything on this machine with generated data, and tell a story that ends in proof."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from worker.cli.context import command
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output
from worker.demo.closing import addresses, close, document
from worker.demo.screen import Screen
from worker.demo.stage import open_stage
from worker.demo.story import tell_story
from worker.demo.verifying import verify

FOLDER = Path("var/demo")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)


def demo(ctx: typer.Context) -> None:
    """Run everything on this machine, with generated data and real limits, and watch it work.

    On a terminal it stays up until Ctrl-C; otherwise it ends, with 0 only if everything arrived exactly once.
    """
    here = command(ctx)
    chosen = ctx.find_root().params.get("language") or os.environ.get("BOEKBRUG_LANGUAGE")
    output = Output(here.output.json, here.output.language if chosen else "en")
    screen = Screen(output)
    signal.signal(signal.SIGTERM, _interrupt)
    with _failures(), open_stage(FOLDER.resolve(), output, screen) as stage:
        plot = tell_story(stage)
        verdict = verify(plot)
        output.show(document(plot, verdict), lambda: close(plot, verdict))
        addresses(stage)
        if sys.stdin.isatty() and sys.stdout.isatty() and not output.json:
            screen.say("Ctrl-C stopt alles.", "Ctrl-C stops everything.")
            _stay()
    raise typer.Exit(Exit.PERSON if verdict.flaws else Exit.OK)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what did not start in time into words."""
    try:
        yield
    except TimeoutError as error:
        raise Failure(Exit.UNREACHABLE, f"Iets startte niet: {error}", f"Did not start: {error}") from None


def _interrupt(number: int, frame: object) -> None:
    """End on SIGTERM as on Ctrl-C, so that everything is stopped."""
    raise KeyboardInterrupt


def _stay() -> None:
    """Wait for Ctrl-C."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
