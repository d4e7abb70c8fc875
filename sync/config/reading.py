"""Read YAML into plain values and remember where each stands; what is unreadable becomes a flaw."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import Mark as YamlMark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from sync.config.flaws import FileRefused, Flaw, Mark, Path

MAX_BYTES = 1_000_000
"""A thousand connections with their links stay below half of this."""
MAX_DEPTH = 20
"""The deepest block of the file has 6; a limit keeps a hostile file from exhausting the stack."""

PLAIN = "tag:yaml.org,2002:"
SCALARS = {f"{PLAIN}{name}" for name in ("null", "bool", "int", "float", "str", "timestamp", "value", "merge")}
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL's JSONB stores neither the zero character nor half a surrogate pair."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Hold the file's values and, per path, where the key (or list item) stands."""

    data: Any
    marks: Mapping[Path, Mark] = field(default_factory=dict)

    def mark(self, path: Path) -> Mark:
        """Return where a path stands, or the nearest block around it that is in the file."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, Mark())


def read_yaml(content: bytes) -> Tree:
    """Read a file's bytes. Raises FileRefused with every flaw found, each with its line."""
    node = _compose(_decode(content))
    if node is None or _is_null(node):
        raise FileRefused([Flaw("empty")])
    reader = _Reader()
    data = reader.value(node, ())
    if reader.flaws:
        raise FileRefused(reader.flaws)
    return Tree(data, reader.marks)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise FileRefused([Flaw("too_large")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", errors="replace")
        raise FileRefused([Flaw("encoding", mark=_mark_after(before))]) from None


def _compose(text: str) -> Node | None:
    try:
        loader = _Loader(text)
    except ReaderError as error:
        raise FileRefused([Flaw("encoding", mark=_mark_after(text[: error.position]))]) from None
    try:
        node: Node | None = loader.get_single_node()
        return node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileRefused([Flaw("unreadable", mark=_mark(mark), params={"words": error.problem or ""})]) from None
    finally:
        loader.dispose()


def _mark(mark: YamlMark | None) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark()


def _mark_after(before: str) -> Mark:
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == f"{PLAIN}null"


class _Loader(yaml.SafeLoader):
    """Compose nodes only, no deeper than allowed and without aliases, which can blow a small file up."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileRefused([Flaw("alias", mark=_mark(event.start_mark))])
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FileRefused([Flaw("too_large", mark=_mark(event.start_mark))])
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Reader:
    """Turn nodes into plain values, gathering marks and flaws on the way."""

    def __init__(self) -> None:
        self.marks: dict[Path, Mark] = {}
        self.flaws: list[Flaw] = []
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: Node, path: Path) -> Any:
        """Return a node's value; an unreadable one is None beside its flaw."""
        self.marks.setdefault(path, _mark(node.start_mark))
        if isinstance(node, MappingNode) and node.tag == f"{PLAIN}map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == f"{PLAIN}seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, ScalarNode) and node.tag in SCALARS:
            return self._scalar(node, path)
        return self._flaw("tag", node, path, tag=node.tag.removeprefix(PLAIN))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value or UNSTORABLE.search(key.value):
                self._flaw("key", key, path)
                continue
            place = (*path, key.value)
            if key.value in result:
                self._flaw("duplicate", key, place, first=str(self.marks[place].line))
                continue
            self.marks[place] = _mark(key.start_mark)
            result[key.value] = self.value(value, place)
        return result

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        try:
            value = self._construct(node)
        except (ValueError, LookupError, OverflowError, yaml.YAMLError):
            return self._flaw("scalar", node, path)
        storable = not UNSTORABLE.search(value) if isinstance(value, str) else True
        if not storable or (isinstance(value, float) and not math.isfinite(value)):
            return self._flaw("scalar", node, path)
        return value

    def _construct(self, node: ScalarNode) -> Any:
        kind = node.tag.removeprefix(PLAIN)
        if kind == "null":
            return None
        if kind == "bool":
            return self._scalars.construct_yaml_bool(node)
        if kind == "int":
            return self._scalars.construct_yaml_int(node)
        if kind == "float":
            return self._scalars.construct_yaml_float(node)
        # A date, `=` or `<<` without quotes is text here: the file knows no such values.
        return node.value

    def _flaw(self, code: str, node: Node, path: Path, **params: str) -> None:
        self.flaws.append(Flaw(code, path, _mark(node.start_mark), params))
