"""Simplicate as a source of relations. The README beside this file says what is known, how surely."""

from collections.abc import Mapping

from adapters.base import ConnectionInfo, HookReader, Lane
from adapters.outside import Outside
from adapters.simplicate.codes import CAUSES
from adapters.simplicate.fields import FIELDS
from adapters.simplicate.hooks import SimplicateHooks
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.source import Simplicate

OPTIONS = SimplicateOptions
HOOKS: HookReader = SimplicateHooks()
CREDENTIALS = ("key", "secret")
"""What a connection must hold: Simplicate's `Authentication-Key` and `Authentication-Secret`."""
HOSTS = (".simplicate.nl", ".simplicate.com", ".simplicate.app")
"""Where environments live, one name each (facts/simplicate-nextens.md 1.1)."""
DEFAULT_URLS: Mapping[str, str] = {}
"""None: every environment has a host of its own."""
DEFAULT_LIMITS: Mapping[str, int] = {"minute": 60, "poll": 24}
"""60 a minute may be expected (facts/simplicate-nextens.md 1.8); polling leaves most to the live lane."""


def open_source(info: ConnectionInfo, outside: Outside, lane: Lane) -> Simplicate:
    """Open a connection in one lane. Raises pydantic.ValidationError on options it does not know."""
    return Simplicate(info, outside, lane)


__all__ = [
    "CAUSES",
    "CREDENTIALS",
    "DEFAULT_LIMITS",
    "DEFAULT_URLS",
    "FIELDS",
    "HOOKS",
    "HOSTS",
    "OPTIONS",
    "Simplicate",
    "open_source",
]
