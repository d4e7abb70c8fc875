"""Gather the words of all pages in both languages; a word that is missing shows as its code."""

from collections.abc import Mapping
from typing import Any

from models.causes import Language
from web.words import (
    audit,
    common,
    compare,
    connections,
    fields,
    issues,
    links,
    log,
    mapping,
    me,
    overview,
    relations,
    reviews,
    sign_in,
    tokens,
    users,
)

TABLES: tuple[Mapping[str, tuple[str, str]], ...] = (
    common.WORDS,
    overview.WORDS,
    sign_in.WORDS,
    compare.WORDS,
    fields.WORDS,
    users.WORDS,
    me.WORDS,
    mapping.WORDS,
    tokens.WORDS,
    audit.WORDS,
    issues.WORDS,
    connections.WORDS,
    log.WORDS,
    relations.WORDS,
    reviews.WORDS,
    links.WORDS,
)
"""Code -> Dutch and English; a module per page, and no code in two of them."""


class Words(dict[str, str]):
    """Translate a code; unknown ones are shown as they are, so nothing is ever blank."""

    def __missing__(self, code: str) -> str:
        return code

    def __call__(self, code: str, **values: Any) -> str:
        """Return a sentence with its `{places}` filled."""
        return self[code].format(**values)


_ALL = {
    "nl": Words({code: pair[0] for table in TABLES for code, pair in table.items()}),
    "en": Words({code: pair[1] for table in TABLES for code, pair in table.items()}),
}


def words_of(language: Language) -> Words:
    """Return all words in one language."""
    return _ALL[language]
