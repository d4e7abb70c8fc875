"""Say on pages and in the API why a tie is not changed."""

from sync.ties import Refused
from web.notices import Notice
from web.words import Words

CONFLICTS = frozenset({"mapping.moved", "mapping.taken", "mapping.writing", "mapping.busy", "mapping.unreachable"})
"""Refusals that others led to: looking again may help. A system that is away is no fault of ours, so no 5xx."""
SHOWN = frozenset({"by", "target", "holder", "system"})


def status_of(refused: Refused) -> int:
    """Return the HTTP status of a refusal."""
    if refused.code == "mapping.unknown":
        return 404
    return 409 if refused.code in CONFLICTS else 422


def sentence(refused: Refused, words: Words) -> str:
    """Say why nothing was done."""
    return words(refused.code, **{name: value for name, value in refused.params.items() if name in SHOWN})


def notice(refused: Refused, words: Words) -> Notice:
    """Say it above a page."""
    return Notice("bad", sentence(refused, words))
