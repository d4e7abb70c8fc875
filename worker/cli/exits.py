"""Say how a command ended: exit codes that scripts can rely on, and failures in words."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from models.causes import Language


class Exit(IntEnum):
    """Tell a script what to do next; part of the public face."""

    OK = 0
    PERSON = 1
    """It ran, and something needs a person."""
    USAGE = 2
    """The command, a setting or the configuration file is wrong; nothing changed."""
    UNREACHABLE = 3
    """A server or outside system did not answer; try again later."""
    INTERRUPTED = 130
    """Ctrl-C; what was done so far is kept, as shells expect of 128 + SIGINT."""


class Failure(Exception):
    """End a command with an exit code and sentences in both languages."""

    def __init__(self, code: Exit, nl: str, en: str, document: Mapping[str, Any] | None = None) -> None:
        super().__init__(en)
        self.code = code
        self.nl = nl
        self.en = en
        self.document = dict(document or {})
        """Further members of the JSON document."""

    def words(self, language: Language) -> str:
        """Return the sentence of one language."""
        return self.nl if language == "nl" else self.en
