"""Reach the hook readers of the adapters."""

from adapters.base import HookReader


def registered_reader(system: str) -> HookReader:
    """Return the reader of a system. Raises LookupError when it sends no hooks."""
    from adapters.registry import hook_reader

    return hook_reader(system)
