"""Say what went wrong, whose move it is and what to do, in Dutch and English, one row per cause."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["nl", "en"]
Mover = Literal["crm_user", "bookkeeper", "administrator", "vendor", "boekbrug"]

MOVERS: Mapping[Mover, tuple[str, str]] = {
    "crm_user": ("gebruiker van het CRM", "CRM user"),
    "bookkeeper": ("boekhouder", "bookkeeper"),
    "administrator": ("beheerder", "administrator"),
    "vendor": ("leverancier van het systeem", "vendor"),
    "boekbrug": ("Boekbrug", "Boekbrug"),
}
"""Whose move it is, in Dutch and English."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Hold the sentences of one cause; `{name}` places are filled from the issue's parameters."""

    code: str
    """Stable and namespaced: `check.kvk`, `snelstart.REL-0008`."""
    mover: Mover
    what_nl: str
    what_en: str
    do_nl: str
    do_en: str

    def what(self, language: Language, params: Mapping[str, str] | None = None) -> str:
        """Tell what happened."""
        return _fill(self.what_nl if language == "nl" else self.what_en, params or {})

    def do(self, language: Language, params: Mapping[str, str] | None = None) -> str:
        """Tell what to do about it."""
        return _fill(self.do_nl if language == "nl" else self.do_en, params or {})


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _fill(sentence: str, params: Mapping[str, str]) -> str:
    return sentence.format_map(_Blank(params))


class Catalogue:
    """Find a cause by its code; an unknown code still gives sentences, so no issue is ever mute."""

    def __init__(self, *tables: Iterable[Cause]) -> None:
        self._causes = {cause.code: cause for table in tables for cause in table}

    def __iter__(self) -> Iterator[Cause]:
        return iter(self._causes.values())

    def find(self, code: str) -> Cause:
        """Return the cause of a code, or one that quotes the code and the vendor's words."""
        return self._causes.get(code) or Cause(
            code,
            "administrator",
            "Onbekende melding {code}: {words}",
            "Unknown message {code}: {words}",
            "Lees de melding; corrigeer het veld en bied het record opnieuw aan.",
            "Read the message, correct the field and offer the record again.",
        )
