"""Show progress that is told as `so many of so many`, on stderr and only to a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from worker.cli.output import Output


class Tell(Protocol):
    """Tell how far it is."""

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Set the bar."""


@contextmanager
def bar(output: Output, nl: str, en: str, console: Console | None = None) -> Iterator[Tell]:
    """Show a bar while a block runs; a console of the caller's own is used as it is."""
    chosen = console or Console(file=sys.stderr)
    shown = not output.json and (console is not None or sys.stderr.isatty())
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=chosen, disable=not shown) as progress:
        task = progress.add_task(output.words(nl, en), total=None, note="")

        def tell(done: int, total: int | None = None, note: str = "") -> None:
            progress.update(task, completed=done, total=total, note=note)

        yield tell
