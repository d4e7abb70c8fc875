"""Tell numbers that may be a person's from those that may stand in an address, and what a typed text may be."""

import re

from stdnum.nl import bsn

from sync.identifiers import Invalid, clean_bsn, clean_kvk, clean_vat

_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[a-z]+:[0-9A-Za-z_-]+")
"""Ids of the systems: their digits are nobody's number, whatever test they pass."""


def of_a_person(text: str) -> bool:
    """Tell whether a text holds nine digits that pass the 11-test: a BSN, an RSIN, or a VAT number with one.

    Eight digits are a KvK number's form, which is public; a BSN has nine, its leading zero included.
    """
    if _ID.fullmatch(text.strip()):
        return False
    runs = re.findall(r"[0-9]+", re.sub(r"[\s.\-/_]", "", text))
    return any(len(run) == 9 and bsn.is_valid(run) for run in runs)


def identifier_values(text: str) -> list[tuple[str, str]]:
    """Return what a text may be, as (identifier, value) in every form in which a target's adapter keeps it."""
    found: list[tuple[str, str]] = []
    for name, clean in (("kvk", clean_kvk), ("vat", clean_vat), ("bsn", clean_bsn), ("rsin", clean_bsn)):
        try:
            value = clean(text)
        except Invalid:
            continue
        if value:
            found += [(name, value)] if name != "vat" else [(name, value), (name, value.removeprefix("NL"))]
    return found
