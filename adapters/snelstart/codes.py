"""Map SnelStart's codes to decisions and sentences; the rows are in `codes_*.py`, by subject."""

from collections.abc import Iterable, Mapping

from adapters.snelstart.codes_general import GENERAL, OWN_CHECKS
from adapters.snelstart.codes_relation import RELATION
from adapters.snelstart.rows import Row
from models.causes import Cause

ROWS: tuple[Row, ...] = (*RELATION, *GENERAL, *OWN_CHECKS)

CAUSES: tuple[Cause, ...] = tuple(cause for row in ROWS for cause in row.causes)
"""Every cause this adapter can name, with its Dutch and English sentences."""

OPTIONAL = frozenset(
    {
        "contacts", "visiting", "mailing", "phone", "mobile", "email", "website",
        "kvk", "vat", "iban", "bic", "payment_term_days", "id",
    }
)  # fmt: skip
"""Attributes of a canonical relation that may be left out of a write so that the rest still arrives."""

_BY_CODE: Mapping[str, Row] = {code: row for row in ROWS for code in row.codes}


def row_of(code: str) -> Row | None:
    """Find the row of a vendor's code such as `REL-0008`, or of one of our own."""
    return _BY_CODE.get(code)


def weight(code: str) -> int:
    """Rank the codes of one answer: a taken number first, then what cannot be left out, then the optional."""
    row = row_of(code)
    if row is None:
        return 1
    if row.decision != "rejected":
        return 0
    return 2 if row.field in OPTIONAL else 1


def fields_of(codes: Iterable[str]) -> frozenset[str]:
    """Collect the attributes that the codes of one answer complain about; "" for a code that names none."""
    return frozenset(row.field if row else "" for row in map(row_of, codes))
