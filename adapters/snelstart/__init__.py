"""Speak with SnelStart: the B2B API v2, of which Boekbrug writes the relaties."""

from adapters.base import ConnectionInfo
from adapters.outside import Outside
from adapters.snelstart.codes import CAUSES, OPTIONAL
from adapters.snelstart.fields import FIELDS
from adapters.snelstart.options import CREDENTIALS, DEFAULT_LIMITS, DEFAULT_URLS, Options
from adapters.snelstart.target import SnelStart
from models.words import Lane

NUMBERED = SnelStart.numbered
OPTIONS = Options
"""Model of the connection's options; an unknown key is refused."""


def open_target(info: ConnectionInfo, outside: Outside, lane: Lane) -> SnelStart:
    """Open one connection in one lane, without a call. Raises pydantic.ValidationError on bad options."""
    return SnelStart(info, outside, lane)


__all__ = [
    "CAUSES", "CREDENTIALS", "DEFAULT_LIMITS", "DEFAULT_URLS", "FIELDS", "NUMBERED", "OPTIONAL", "OPTIONS", "SnelStart",
    "open_target",
]  # fmt: skip
