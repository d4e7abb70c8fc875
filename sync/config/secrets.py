"""Resolve references to secrets, and refuse a secret that stands in the file itself."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from sync.config.flaws import FileRefused, Flaw, Path
from sync.config.model import ConnectionBlock
from sync.config.reading import Tree

ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
FILE = re.compile(r"file:(/[^\x00]+)")
STORED = "stored"
"""Reference to what was pasted on a page: the file keeps it as it is, and the page may renew it."""
MAX_SECRET_BYTES = 100_000
"""A certificate chain stays below this; a device that never ends does not."""

Environment = Mapping[str, str]


class _Kept(str):
    """Stand for a value that is stored already, until the database is asked."""

    __slots__ = ()


KEPT = _Kept()


@dataclass(frozen=True, slots=True)
class Secrets:
    """Hold the resolved secrets of one connection; never printed."""

    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    hook_secrets: tuple[str, ...] = field(default=(), repr=False)


def is_reference(text: object) -> bool:
    """Tell whether a value of the file refers to a secret instead of being one."""
    return isinstance(text, str) and bool(text == STORED or ENV.fullmatch(text) or FILE.fullmatch(text))


def reference_flaws(block: Mapping[str, Any], path: Path, tree: Tree) -> list[Flaw]:
    """Return a flaw for every secret that stands in the file itself, without quoting it."""
    return [
        Flaw("literal_secret", place, tree.mark(place))
        for place, value in _secret_places(block, path)
        if isinstance(value, str | int | float) and not is_reference(value)
    ]


def _secret_places(block: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    credentials, hooks = block.get("credentials"), block.get("hook_secrets")
    if isinstance(credentials, Mapping):
        yield from (((*path, "credentials", key), value) for key, value in credentials.items())
    if isinstance(hooks, list):
        yield from (((*path, "hook_secrets", index), value) for index, value in enumerate(hooks))
    # A bare secret where a list or block belongs is a secret in the file all the same.
    yield from (((*path, key), value) for key, value in (("credentials", credentials), ("hook_secrets", hooks)))


def resolve_all(connections: Mapping[str, ConnectionBlock], tree: Tree, environment: Environment) -> dict[str, Secrets]:
    """Resolve the secrets of every connection. Raises FileRefused with all that are missing."""
    flaws: list[Flaw] = []
    resolved = {}
    for name, block in connections.items():
        path: Path = ("connections", name)

        def find(reference: str, *place: str | int, path: Path = path) -> str:
            try:
                return _resolve(reference, environment)
            except _Missing as missing:
                full = (*path, *place)
                flaws.append(Flaw(missing.code, full, tree.mark(full), {"name": missing.name}))
                return ""

        resolved[name] = _secrets(block, find)
    if flaws:
        raise FileRefused(flaws)
    return resolved


def _secrets(block: ConnectionBlock, find: Callable[..., str]) -> Secrets:
    return Secrets(
        {key: find(reference, "credentials", key) for key, reference in block.credentials.items()},
        tuple(find(reference, "hook_secrets", index) for index, reference in enumerate(block.hook_secrets)),
    )


def with_stored(wanted: Mapping[str, Secrets], stored: Mapping[str, Secrets | None], tree: Tree) -> dict[str, Secrets]:
    """Fill in what the file leaves as it is stored. Raises FileRefused where nothing is."""
    flaws: list[Flaw] = []
    filled = {}
    for name, secrets in wanted.items():
        path: Path = ("connections", name)
        old = stored.get(name) or Secrets()
        given = {key: old.credentials.get(key) if one is KEPT else one for key, one in secrets.credentials.items()}
        hooks = [_at(old.hook_secrets, place) if one is KEPT else one for place, one in enumerate(secrets.hook_secrets)]
        places: list[Path] = [(*path, "credentials", key) for key, one in given.items() if one is None]
        places += [(*path, "hook_secrets", place) for place, one in enumerate(hooks) if one is None]
        flaws += [Flaw("secret_stored", place, tree.mark(place), {"name": name}) for place in places]
        kept = {key: one for key, one in given.items() if one is not None}
        filled[name] = Secrets(kept, tuple(one for one in hooks if one is not None))
    if flaws:
        raise FileRefused(flaws)
    return filled


def _at(values: tuple[str, ...], place: int) -> str | None:
    return values[place] if place < len(values) else None


class _Missing(Exception):
    """Carry which reference leads nowhere."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.code = code
        self.name = name


def _resolve(reference: str, environment: Environment) -> str:
    if reference == STORED:
        return KEPT
    if found := ENV.fullmatch(reference):
        code, name = "secret_env", found[1]
        value = environment.get(name, "")
    else:
        code, name = "secret_file", reference.removeprefix("file:")
        value = _read(FilePath(name))
    value = value.strip()
    if not value:
        raise _Missing(code, name)
    return value


def _read(path: FilePath) -> str:
    """Return a secret file's text; empty when it is not there, no plain file, too large or no text."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_SECRET_BYTES:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
