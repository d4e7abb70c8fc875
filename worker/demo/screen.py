"""Show the story: acts with a title, sentences, bars; above a running bar everything stays in order."""

import io
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from worker.cli.bars import Tell, bar
from worker.cli.output import Output

WIDTH = 110
"""Of text that goes to no terminal."""


class Screen:
    """Be where the story is told; silent when a program reads the answer."""

    def __init__(self, output: Output) -> None:
        """Tell it on stdout."""
        self.output = output
        terminal = sys.stdout.isatty()
        self.console = Console(
            file=io.StringIO() if output.json else sys.stdout,
            highlight=False,
            width=None if terminal else WIDTH,
        )
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Tell how long the demonstration has run."""
        return time.monotonic() - self._began

    def words(self, nl: str, en: str) -> str:
        """Choose the sentence of the language asked for."""
        return self.output.words(nl, en)

    def act(self, nl: str, en: str) -> None:
        """Begin an act."""
        title = Text(f" {self.words(nl, en)} ", style="bold")
        self.console.print()
        self.console.print(Rule(title, align="left", style="dim"))

    def say(self, nl: str, en: str, style: str = "") -> None:
        """Print one line."""
        self.console.print(Text(self.words(nl, en), style=style))

    def note(self, nl: str, en: str) -> None:
        """Print one line that explains, less loudly."""
        self.say(nl, en, style="dim")

    def good(self, nl: str, en: str) -> None:
        """Print one line of something that came right."""
        line = Text("✓ ", style="green")
        self.console.print(line.append(self.words(nl, en), style="default"))

    @contextmanager
    def bar(self, nl: str, en: str) -> Iterator[Tell]:
        """Show a bar while a block runs."""
        with bar(self.output, nl, en, self.console) as tell:
            yield tell

    def table(self, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
        """Print a table; values are taken literally."""
        table = Table(header_style="bold", show_lines=False)
        for column in columns:
            table.add_column(self.words(*column), overflow="fold")
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row))
        self.console.print(table)
