"""Mask identifiers in a vendor's text before it is stored, logged or shown."""

import re
from collections.abc import Iterable

MASK = "***"
DIGITS = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){7,8}(?!\d)")
"""Eight or nine digits, as a BSN or RSIN is written: in one piece or in groups."""
WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes_eleven_test(digits: str) -> bool:
    """Tell whether 8 or 9 digits could be a BSN or RSIN; the 8-digit form lacks its leading zero."""
    padded = digits.zfill(9)
    return len(padded) == 9 and sum(w * int(d) for w, d in zip(WEIGHTS, padded, strict=True)) % 11 == 0


def mask(words: str, identifiers: Iterable[str | None] = ()) -> str:
    """Mask a record's own identifiers and every digit run that passes the 11-test; keep the rest as it is."""
    for identifier in sorted(filter(None, identifiers), key=len, reverse=True):
        if len(identifier) >= 4:
            words = re.sub(re.escape(identifier), MASK, words, flags=re.IGNORECASE)
    return DIGITS.sub(_mask_run, words)


def _mask_run(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    return MASK if passes_eleven_test(digits) else match.group()
