"""Know the systems that have an adapter, by asking the adapters' own registry."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, cast

from pydantic import BaseModel


class KnownSystems:
    """Answer from `adapters.registry`, opened at first use: reading rows needs none of the adapters."""

    @property
    def _registry(self) -> Any:
        return import_module("adapters.registry")

    def names(self) -> Sequence[str]:
        """Return all systems."""
        return sorted(self._registry.SYSTEMS)

    def roles_of(self, system: str) -> str:
        """Return `source` or `target`."""
        return str(self._registry.roles_of(system))

    def options_model(self, system: str) -> type[BaseModel]:
        """Return the model of the system's own keys."""
        return cast(type[BaseModel], self._registry.options_model(system))

    def default_url(self, system: str) -> str | None:
        """Return the system's own address, if all its users share one."""
        urls: Mapping[str, str] = self._registry.default_urls(system)
        return urls.get("base_url")

    def default_limits(self, system: str) -> Mapping[str, int]:
        """Return the calls the system allows when the file names none."""
        return cast(Mapping[str, int], self._registry.default_limits(system))


KNOWN = KnownSystems()
