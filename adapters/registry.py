"""Find a system's adapter by its name: a new system is one folder and one row here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import cast
from urllib.parse import urlsplit

from pydantic import BaseModel

from adapters.base import ConnectionInfo, HookReader, Lane, Source, Target
from adapters.errors import Unsupported
from adapters.fields import SourceField, TargetField
from adapters.outside import Outside
from models.causes import Cause


@dataclass(frozen=True, slots=True)
class System:
    """Name a system's folder and what it can be in a link."""

    module: str
    roles: frozenset[str]


SYSTEMS: Mapping[str, System] = {
    "nextens": System("adapters.nextens", frozenset({"target"})),
    "simplicate": System("adapters.simplicate", frozenset({"source"})),
    "snelstart": System("adapters.snelstart", frozenset({"target"})),
}


def open_source(info: ConnectionInfo, outside: Outside, lane: Lane) -> Source:
    """Open a connection for reading a CRM. Raises Unsupported."""
    return cast("Source", _module(info.system, "source").open_source(info, outside, lane))


def open_target(info: ConnectionInfo, outside: Outside, lane: Lane) -> Target:
    """Open a connection for reading and writing books. Raises Unsupported."""
    return cast("Target", _module(info.system, "target").open_target(info, outside, lane))


def hook_reader(system: str) -> HookReader | None:
    """Return the reader of a system's web hooks; None when it sends none."""
    return cast("HookReader | None", getattr(_module(system), "HOOKS", None))


def options_model(system: str) -> type[BaseModel]:
    """Return the model that validates a connection's options."""
    return cast("type[BaseModel]", _module(system).OPTIONS)


def credential_names(system: str) -> tuple[str, ...]:
    """Return the names of the credentials a connection must hold."""
    return tuple(getattr(_module(system), "CREDENTIALS", ()))


def optional_credentials(system: str) -> tuple[str, ...]:
    """Return the names of the credentials a connection may hold besides."""
    return tuple(getattr(_module(system), "OPTIONAL_CREDENTIALS", ()))


def default_limits(system: str) -> dict[str, int]:
    """Return the call limits of a connection that names none."""
    return dict(_module(system).DEFAULT_LIMITS)


def default_urls(system: str) -> dict[str, str]:
    """Return the addresses of a connection that names none; empty where every customer has an own one."""
    return dict(getattr(_module(system), "DEFAULT_URLS", {}))


def hosts(system: str) -> frozenset[str]:
    """Return where a system is known to answer; `.example.nl` for customers with a name of their own below it."""
    own = {urlsplit(url).hostname or "" for url in default_urls(system).values()}
    return frozenset({*own, *getattr(_module(system), "HOSTS", ())})


def source_fields(system: str) -> Sequence[SourceField]:
    """Return where a CRM keeps what a relation holds."""
    return cast("Sequence[SourceField]", getattr(_module(system), "FIELDS", ()))


def target_fields(system: str) -> Sequence[TargetField]:
    """Return what a target's fields are filled from."""
    return cast("Sequence[TargetField]", getattr(_module(system), "FIELDS", ()))


def numbered(system: str) -> bool:
    """Tell whether a target's records carry a number of ours."""
    return bool(getattr(_module(system), "NUMBERED", False))


def causes() -> Iterator[Cause]:
    """Yield the causes of all systems."""
    for system in SYSTEMS:
        yield from _module(system).CAUSES


def roles_of(system: str) -> frozenset[str]:
    """Return what a system can be in a link: `source`, `target` or both. Raises Unsupported."""
    return _row(system).roles


def _row(system: str) -> System:
    if system not in SYSTEMS:
        raise Unsupported(f"unknown system {system!r}; known are {', '.join(sorted(SYSTEMS))}")
    return SYSTEMS[system]


def _module(system: str, role: str | None = None) -> ModuleType:
    """Load an adapter on first use, so that a process pays only for the systems it talks to."""
    row = _row(system)
    if role and role not in row.roles:
        raise Unsupported(f"{system} cannot be a {role}")
    return import_module(row.module)
