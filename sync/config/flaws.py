"""Say what is wrong in a configuration file: where it stands, what it is and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.causes import Catalogue, Cause, Language
from sync.config.sentences import CAUSES

CATALOGUE = Catalogue(CAUSES)

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the file: `("connections", "crm", "limits", "hour")`."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Point at one place in the file; both count from 1, as editors do."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Flaw:
    """Name one thing that is wrong. Never holds a value of the file that could be a secret."""

    code: str
    path: Path = ()
    mark: Mark = Mark()
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def field(self) -> str:
        """Return the dotted place in the file."""
        return ".".join(str(step) for step in self.path)

    def cause(self) -> Cause:
        """Return the cause with its sentences."""
        return CATALOGUE.find(f"config.{self.code}")

    def what(self, language: Language) -> str:
        """Tell what is wrong."""
        return self.cause().what(language, self.params)

    def remedy(self, language: Language) -> str:
        """Tell what to do about it."""
        return self.cause().do(language, self.params)

    def line(self, file: str, language: Language) -> str:
        """Write `file:line:col: field: what -> remedy`, which editors and people can follow."""
        place = f"{file}:{self.mark.line}:{self.mark.column}: "
        named = f"{self.field}: " if self.path else ""
        return f"{place}{named}{self.what(language)} -> {self.remedy(language)}"


class FileRefused(Exception):
    """Refuse a file with everything that is wrong in it, before anything changes."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws: Sequence[Flaw] = sorted(flaws, key=lambda flaw: (flaw.mark, flaw.field, flaw.code))
        super().__init__("; ".join(f"line {flaw.mark.line}: {flaw.code} {flaw.field}" for flaw in self.flaws))
