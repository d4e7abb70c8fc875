"""Know the systems that have an adapter, by asking the adapters' own registry."""

from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel

from adapters import registry


class KnownSystems:
    """Answer from `adapters.registry`, which loads an adapter only when it is asked about."""

    def names(self) -> Sequence[str]:
        """Return all systems."""
        return sorted(registry.SYSTEMS)

    def roles_of(self, system: str) -> Collection[str]:
        """Return `source`, `target` or both."""
        return registry.roles_of(system)

    def options_model(self, system: str) -> type[BaseModel]:
        """Return the model of the system's own keys."""
        return registry.options_model(system)

    def credential_names(self, system: str) -> Sequence[str]:
        """Return the credentials a connection must hold."""
        return registry.credential_names(system)

    def optional_credentials(self, system: str) -> Sequence[str]:
        """Return the credentials a connection may hold besides."""
        return registry.optional_credentials(system)

    def default_url(self, system: str) -> str | None:
        """Return the system's own address, if all its users share one."""
        return registry.default_urls(system).get("base_url")

    def default_limits(self, system: str) -> Mapping[str, int]:
        """Return the calls the system allows when the file names none."""
        return registry.default_limits(system)


KNOWN = KnownSystems()
