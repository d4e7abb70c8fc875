"""Write places as text for an address and read them back: a relation, a moment to the microsecond, an id."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})", re.ASCII)
MOMENT = re.compile(r"[0-9]{1,17}", re.ASCII)
"""17 digits of microseconds: the year 5138."""


def moment_text(at: datetime) -> str:
    """Write a moment."""
    return str((at - BEGIN) // MICROSECOND)


def moment_in(text: str) -> datetime | None:
    """Read a moment; None for anything else."""
    return BEGIN + int(text) * MICROSECOND if MOMENT.fullmatch(text) else None


def place_text(place: tuple[datetime, int]) -> str:
    """Write a moment and an id."""
    return f"{moment_text(place[0])}-{place[1]}"


def place_in(text: str) -> tuple[datetime, int] | None:
    """Read a moment and an id; None for anything else."""
    found = PLACE.fullmatch(text)
    return None if found is None else (BEGIN + int(found[1]) * MICROSECOND, int(found[2]))


def relation_address(link_id: int, record_id: str, **more: str) -> str:
    """Return the address of a relation's timeline."""
    question = f"?{urlencode(more)}" if more else ""
    return f"/relations/{link_id}/{quote(record_id, safe=':')}{question}"
