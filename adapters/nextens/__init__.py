"""Speak with Nextens: the Synchronization API v2, of which Boekbrug writes persons and companies."""

from adapters.base import ConnectionInfo
from adapters.nextens.codes import CAUSES
from adapters.nextens.fields import FIELDS
from adapters.nextens.options import CREDENTIALS, DEFAULT_LIMITS, DEFAULT_URLS, OPTIONAL_CREDENTIALS, Options
from adapters.nextens.target import Nextens
from adapters.outside import Outside
from models.words import Lane

NUMBERED = Nextens.numbered
OPTIONS = Options
"""Model of the connection's options; an unknown key is refused."""


def open_target(info: ConnectionInfo, outside: Outside, lane: Lane) -> Nextens:
    """Open one connection in one lane, without a call. Raises pydantic.ValidationError on bad options."""
    return Nextens(info, outside, lane)


__all__ = [
    "CAUSES", "CREDENTIALS", "DEFAULT_LIMITS", "DEFAULT_URLS", "FIELDS", "NUMBERED", "OPTIONAL_CREDENTIALS", "OPTIONS",
    "Nextens", "open_target",
]  # fmt: skip
