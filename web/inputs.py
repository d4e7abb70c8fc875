"""Bound what forms and addresses may carry, so that no number is too big for the database and no text unstorable."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, StringConstraints

from web.hooks import storable

BIGGEST = 2**63 - 1
"""Of PostgreSQL's bigint."""


def _storable(text: str) -> str:
    if not storable(text):
        raise ValueError("holds characters that cannot be stored")
    return text


RowId = Annotated[int, Path(ge=1, le=BIGGEST)]
"""The id of a row, in an address."""
PathInt = RowId
Short = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
"""One line of a form or of an address."""
