"""Compare what is stored with what a file wants, as a list of changes. Pure: reads and writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sync.config.flaws import Flaw
from sync.config.model import Configuration, ConnectionBlock, LinkBlock
from sync.config.reading import Tree
from sync.config.secrets import Secrets

Action = Literal["created", "changed", "adopted", "restored", "removed", "disabled"]
Noun = Literal["connection", "link"]


@dataclass(frozen=True, slots=True)
class Detail:
    """Name one field that changes; before and after stay None for secrets, which are never shown."""

    field: str
    before: Any = None
    after: Any = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Hold one thing that applying a file does."""

    action: Action
    noun: Noun
    name: str
    details: tuple[Detail, ...] = ()

    def touches(self, *fields: str) -> bool:
        """Tell whether one of these fields, or one below them, changes."""
        return any(detail.field.split(".", 1)[0] in fields for detail in self.details)


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold what the database has: the configuration, and what a file removed but history needs."""

    configuration: Configuration = field(default_factory=Configuration)
    removed: Configuration = field(default_factory=Configuration)
    secrets: Mapping[str, Secrets | None] = field(default_factory=dict, repr=False)
    """Per connection; None when no configured key opens them."""
    used_connections: frozenset[str] = frozenset()
    """Connections whose rows must stay: mappings, calls or records hang on them."""
    used_links: frozenset[str] = frozenset()
    on_page: frozenset[str] = frozenset()
    """Connections made on a page, which no file has named yet."""
    trials: frozenset[str] = frozenset()
    """Connections that somebody is trying out on a page."""


def compare(stored: Stored, wanted: Configuration, secrets: Mapping[str, Secrets]) -> list[Change]:
    """List what must change, in the order of the file, removals last; an equal file gives an empty list."""
    now, gone = stored.configuration, stored.removed
    return [
        *_connections(stored, wanted, secrets),
        *_kept("link", now.links, wanted.links, gone.links, _link_details),
        *_removed("link", now.links, wanted.links, stored.used_links),
        *_removed("connection", _of_the_file(stored), wanted.connections, stored.used_connections),
    ]


def _of_the_file(stored: Stored) -> dict[str, ConnectionBlock]:
    return {name: one for name, one in stored.configuration.connections.items() if name not in stored.on_page}


def _connections(stored: Stored, wanted: Configuration, secrets: Mapping[str, Secrets]) -> Iterator[Change]:
    def details(name: str, before: ConnectionBlock, after: ConnectionBlock) -> tuple[Detail, ...]:
        return (*_fields(_plain(before), _plain(after)), *_secret_details(name, before, after))

    def _secret_details(name: str, before: ConnectionBlock, after: ConnectionBlock) -> Iterator[Detail]:
        old, new = stored.secrets.get(name), secrets[name]
        if old is None or old.credentials != new.credentials or before.credentials != after.credentials:
            yield Detail("credentials", secret=True)
        if old is None or old.hook_secrets != new.hook_secrets or before.hook_secrets != after.hook_secrets:
            yield Detail("hook_secrets", secret=True)

    gone = stored.removed.connections
    for name in wanted.connections:
        if name in stored.on_page and name not in gone:
            yield Change("adopted", "connection", name)
    others = {name: block for name, block in wanted.connections.items() if name not in stored.on_page or name in gone}
    yield from _kept("connection", stored.configuration.connections, others, gone, details)


def _kept(
    noun: Noun, now: Mapping[str, Any], wanted: Mapping[str, Any], gone: Mapping[str, Any], details: Any
) -> Iterator[Change]:
    for name, block in wanted.items():
        if name in now:
            if found := details(name, now[name], block):
                yield Change("changed", noun, name, found)
        elif name in gone:
            yield Change("restored", noun, name, details(name, gone[name], block))
        else:
            yield Change("created", noun, name)


def _removed(noun: Noun, now: Mapping[str, Any], wanted: Mapping[str, Any], used: frozenset[str]) -> Iterator[Change]:
    for name in now:
        if name not in wanted:
            yield Change("disabled" if name in used else "removed", noun, name)


def _link_details(_: str, before: LinkBlock, after: LinkBlock) -> tuple[Detail, ...]:
    return tuple(_fields(_plain(before), _plain(after)))


def _plain(block: ConnectionBlock | LinkBlock) -> dict[str, Any]:
    """Return a block's fields as the file names them, without secrets."""
    if isinstance(block, ConnectionBlock):
        return block.model_dump(exclude={"credentials", "hook_secrets", "options"}) | block.options
    rules = {kind: rule.model_dump() for kind, rule in block.rules.items()}
    return block.model_dump(exclude={"rules"}) | rules


def _fields(before: Any, after: Any, place: str = "") -> list[Detail]:
    """List the leaves that differ, by their dotted place."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*after, *(key for key in before if key not in after)]
        return [
            detail
            for key in keys
            for detail in _fields(before.get(key), after.get(key), f"{place}.{key}" if place else str(key))
        ]
    # JSON knows 1 and true apart, Python does not.
    same = before == after and isinstance(before, bool) == isinstance(after, bool)
    return [] if same else [Detail(place, before, after)]


def moved(stored: Stored, wanted: Configuration, tree: Tree) -> list[Flaw]:
    """Return a flaw for every change that would hang existing mappings on another system or pair."""
    return [
        *_made_on_pages(stored, wanted, tree),
        *_moved_connections(stored, wanted, tree),
        *_moved_links(stored, wanted, tree),
    ]


def _made_on_pages(stored: Stored, wanted: Configuration, tree: Tree) -> Iterator[Flaw]:
    """Name what a file would overwrite: it may take over what a page made only as it stands there."""
    now = stored.configuration.connections
    for name, block in wanted.connections.items():
        fields = ["name"] if name in stored.trials else []
        if name in stored.on_page and name in now:
            fields = [detail.field for detail in _fields(_plain(now[name]), _plain(block))]
            fields += [key for key in ("credentials", "hook_secrets") if _refs(now[name], key) != _refs(block, key)]
        if fields:
            path = ("connections", name)
            yield Flaw("on_page", path, tree.mark(path), {"name": name, "fields": ", ".join(fields)})


def _refs(block: ConnectionBlock, key: str) -> Any:
    return getattr(block, key)


def _moved_connections(stored: Stored, wanted: Configuration, tree: Tree) -> Iterator[Flaw]:
    before = {**stored.removed.connections, **stored.configuration.connections}
    for name, block in wanted.connections.items():
        known = name in before and name in stored.used_connections
        if known and before[name].system != block.system:
            yield _moved("connections", name, "system", tree)


def _moved_links(stored: Stored, wanted: Configuration, tree: Tree) -> Iterator[Flaw]:
    before = {**stored.removed.links, **stored.configuration.links}
    for name, link in wanted.links.items():
        if name in stored.used_links:
            if before[name].source != link.source:
                yield _moved("links", name, "source", tree)
            if before[name].target != link.target:
                yield _moved("links", name, "target", tree)


def _moved(top: str, name: str, key: str, tree: Tree) -> Flaw:
    path = (top, name, key)
    return Flaw("moved", path, tree.mark(path), {"name": name, "key": key})
