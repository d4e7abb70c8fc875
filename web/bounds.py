"""Bound what pages and API are given, so that nothing reaches the database that it cannot take."""

from typing import Annotated

from fastapi import Form, Path, Query
from pydantic import AfterValidator, StringConstraints

BIGGEST = 2**63 - 1
"""PostgreSQL's bigint."""
NAME_CHARACTERS = 200
PAGES = 10_000


def printable(text: str) -> str:
    """Return a text that PostgreSQL stores and a screen shows. Raises ValueError on NUL, half characters and controls.

    Line ends of a text field are turned into spaces: nothing that is asked for here has several lines.
    """
    flat = " ".join(text.splitlines())
    if not flat.isprintable():
        raise ValueError("holds characters that cannot be printed")
    return flat


Short = Annotated[str, StringConstraints(max_length=NAME_CHARACTERS), AfterValidator(printable)]
"""A name, code or id."""
Long = Annotated[str, StringConstraints(max_length=1000), AfterValidator(printable)]
"""A sentence that a person types."""
BigInt = Annotated[int, Query(ge=0, le=BIGGEST)]
FormInt = Annotated[int, Form(ge=0, le=BIGGEST)]
PathInt = Annotated[int, Path(ge=1, le=BIGGEST)]
PageNumber = Annotated[int, Query(ge=1, le=PAGES)]
