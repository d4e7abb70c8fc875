"""Reach the hook readers of the adapters."""

from adapters.base import HookReader
from adapters.errors import Unsupported
from adapters.registry import hook_reader


def registered_reader(system: str) -> HookReader | None:
    """Return the reader of a system's hooks; None when it sends none or its adapter is gone."""
    try:
        return hook_reader(system)
    except Unsupported:
        return None
