"""Check the links against the connections: what exists, which side may stand where, no circle, no double."""

from collections.abc import Iterator, Mapping, Sequence

from sync.config.flaws import Flaw
from sync.config.judging import hint
from sync.config.model import ConnectionBlock, LinkBlock
from sync.config.reading import Tree
from sync.config.systems import Side, Systems, takes

SIDES: tuple[Side, ...] = ("source", "target")
DUTCH: Mapping[Side, str] = {"source": "bron", "target": "doel"}


def link_flaws(
    links: Mapping[str, LinkBlock],
    connections: Mapping[str, ConnectionBlock | None],
    tree: Tree,
    systems: Systems,
) -> list[Flaw]:
    """Return every flaw of the links; connections that are broken themselves (None) count as existing."""
    return [
        *_ends(links, connections, tree, systems),
        *_circles(links, tree),
        *_doubles(links, tree),
    ]


def _ends(
    links: Mapping[str, LinkBlock],
    connections: Mapping[str, ConnectionBlock | None],
    tree: Tree,
    systems: Systems,
) -> Iterator[Flaw]:
    for name, link in links.items():
        for side in SIDES:
            end = link.source if side == "source" else link.target
            path = ("links", name, side)
            if end not in connections:
                yield Flaw("no_connection", path, tree.mark(path), {"name": end, **hint(end, list(connections))})
                continue
            block = connections[end]
            if block and block.system in systems.names() and not takes(systems, block.system, side):
                words = {"name": end, "system": block.system, "role": side, "role_nl": DUTCH[side]}
                yield Flaw("role", path, tree.mark(path), words)


def _circles(links: Mapping[str, LinkBlock], tree: Tree) -> Iterator[Flaw]:
    """Report each link that leads back to its own source through the links before it."""
    onward: dict[str, list[str]] = {}
    for name, link in links.items():
        path = ("links", name)
        if link.source == link.target:
            yield Flaw("itself", path, tree.mark((*path, "target")), {})
            continue
        if way := _way(onward, link.target, link.source):
            words = " -> ".join((link.source, *way))
            yield Flaw("circle", path, tree.mark(path), {"way": words})
        onward.setdefault(link.source, []).append(link.target)


def _way(onward: Mapping[str, Sequence[str]], start: str, end: str) -> list[str] | None:
    """Find a way along the links from one connection to another, breadth first."""
    ways, seen = [[start]], {start}
    for way in ways:
        if way[-1] == end:
            return way
        for step in onward.get(way[-1], ()):
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return None


def _doubles(links: Mapping[str, LinkBlock], tree: Tree) -> Iterator[Flaw]:
    first: dict[tuple[str, str, str], str] = {}
    for name, link in links.items():
        for kind in link.rules:
            other = first.setdefault((link.source, link.target, kind), name)
            if other != name:
                path = ("links", name, kind)
                yield Flaw("twice", path, tree.mark(path), {"other": other, "kind": kind})
