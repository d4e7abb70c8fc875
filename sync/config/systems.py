"""Say what the configuration needs to know of outside systems, so it can be checked without them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel

Side = Literal["source", "target"]


class Systems(Protocol):
    """Answer for every system by its name in the file."""

    def names(self) -> Sequence[str]:
        """Return all systems."""

    def roles_of(self, system: str) -> Collection[str]:
        """Return on which sides of a link a system may stand: `source`, `target` or both."""

    def options_model(self, system: str) -> type[BaseModel]:
        """Return the model of the system's own keys."""

    def credential_names(self, system: str) -> Sequence[str]:
        """Return the credentials a connection must hold."""

    def optional_credentials(self, system: str) -> Sequence[str]:
        """Return the credentials a connection may hold besides."""

    def default_url(self, system: str) -> str | None:
        """Return the system's own address, if all its users share one."""

    def default_limits(self, system: str) -> Mapping[str, int]:
        """Return the calls the system allows when the file names none."""


def takes(systems: Systems, system: str, side: Side) -> bool:
    """Tell whether a system may stand on a side of a link."""
    return side in systems.roles_of(system)


def plain(value: Any) -> Any:
    """Return a value of the file as JSON has it, so that reading it back from a row gives an equal one."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
