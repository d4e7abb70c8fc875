"""Print for people or for programs: tables and sentences, or exactly one JSON document on stdout."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from models.causes import Language
from worker.cli.exits import Failure

Advance = Callable[[int], None]
"""Report that so many more are done."""


@dataclass(frozen=True)
class Output:
    """Be where a command says everything it says."""

    json: bool
    language: Language

    @property
    def console(self) -> Console:
        """Return stdout for people; wide when it is no terminal, so that `grep` sees whole lines."""
        return Console(file=sys.stdout, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)

    def words(self, nl: str, en: str) -> str:
        """Choose the sentence of the language asked for."""
        return nl if self.language == "nl" else en

    def show(self, document: Any, human: Callable[[], None]) -> None:
        """Give the command's answer, once: the document for programs, or what `human` prints."""
        if self.json:
            self.write(_json(document))
        else:
            human()

    def say(self, nl: str, en: str) -> None:
        """Print one line for people; programs read the document instead."""
        if not self.json:
            self.console.print(Text(self.words(nl, en)))

    @staticmethod
    def write(text: str) -> None:
        """Put text on stdout as it is."""
        sys.stdout.write(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
        """Print a table for people; values are taken literally, never as markup."""
        table = Table(title=title or None, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        self.console.print(table)

    def fail(self, failure: Failure) -> None:
        """Say why the command ended: on stderr for people, as the document for programs."""
        if self.json:
            error = {"exit": int(failure.code), "message": failure.words(self.language), **failure.document}
            self.write(_json({"error": error}))
        else:
            sys.stderr.write(f"{failure.words(self.language)}\n")

    @contextmanager
    def progress(self, nl: str, en: str, total: int | None = None) -> Iterator[Advance]:
        """Show a bar on stderr while a block runs; yields the function that moves it."""
        shown = sys.stderr.isatty() and not self.json
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(file=sys.stderr), disable=not shown) as bar:
            task = bar.add_task(self.words(nl, en), total=total)
            yield lambda done: bar.advance(task, done)


def _json(document: Any) -> str:
    return f"{json.dumps(document, default=_plain, ensure_ascii=False, indent=2)}\n"


def _plain(value: object) -> Any:
    """Turn what JSON does not know into text or a list."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not for JSON: {type(value).__name__}")
