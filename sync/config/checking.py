"""Check a whole file and return it as one configuration, or refuse it with everything that is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sync.config.flaws import FileRefused, Flaw, Path
from sync.config.judging import flaws_of, unknown_key
from sync.config.model import NAME, WEB_ADDRESS, Configuration, ConnectionBlock, LinkBlock
from sync.config.reading import Tree, read_yaml
from sync.config.rules import KINDS, Block
from sync.config.secrets import reference_flaws
from sync.config.systems import Systems, plain
from sync.config.topology import link_flaws

Model = TypeVar("Model", bound=BaseModel)

TOP = ("connections", "links")
OWN_KEYS = tuple(name for name in ConnectionBlock.model_fields if name != "options")
LINK_KEYS = tuple(name for name in LinkBlock.model_fields if name != "rules")


def read_configuration(content: bytes, systems: Systems) -> tuple[Configuration, Tree]:
    """Read and check a file's bytes. Raises FileRefused."""
    tree = read_yaml(content)
    return check_tree(tree, systems), tree


def check_tree(tree: Tree, systems: Systems) -> Configuration:
    """Check a file's values. Raises FileRefused with every flaw, sorted by line."""
    checker = _Checker(tree, systems)
    configuration = checker.configuration()
    if checker.flaws:
        raise FileRefused(checker.flaws)
    return configuration


class _Checker:
    """Walk through one file and gather flaws; a broken block is left out and the rest is still checked."""

    def __init__(self, tree: Tree, systems: Systems) -> None:
        self.tree = tree
        self.systems = systems
        self.flaws: list[Flaw] = []

    def configuration(self) -> Configuration:
        top = self._block((), self.tree.data)
        self.flaws += [unknown_key((key,), self.tree, TOP) for key in top if key not in TOP]
        if "connections" not in top:
            self._flaw("missing", (), key="connections")
        named = self._named(top, "connections")
        connections = {name: self._connection(name, given) for name, given in named.items()}
        links = {name: self._link(name, given) for name, given in self._named(top, "links").items()}
        good_links = {name: link for name, link in links.items() if link}
        self.flaws += link_flaws(good_links, connections, self.tree, self.systems)
        good_connections = {name: block for name, block in connections.items() if block}
        return Configuration(connections=good_connections, links=good_links)

    def _named(self, top: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return the named blocks under a top key, without those whose name cannot be one."""
        blocks = self._block((key,), top.get(key) or {})
        for name in blocks:
            if not NAME.fullmatch(name):
                self._flaw("name", (key, name), name=name)
        return {name: given for name, given in blocks.items() if NAME.fullmatch(name)}

    def _connection(self, name: str, given: Any) -> ConnectionBlock | None:
        path: Path = ("connections", name)
        block = self._block(path, given)
        system = block.get("system")
        known = isinstance(system, str) and system in self.systems.names()
        if isinstance(system, str) and not known:
            self._flaw("system", (*path, "system"), system=system, allowed=", ".join(self.systems.names()))
        rest = {key: value for key, value in block.items() if key not in OWN_KEYS}
        own = {key: value for key, value in block.items() if key in OWN_KEYS}
        if known:
            self._validated(self.systems.options_model(str(system)), rest, path, OWN_KEYS)
            self._credentials(str(system), own, path)
            self._addresses(rest, path)
            if "base_url" not in own and not self.systems.default_url(str(system)):
                self._flaw("base_url", path)
        result = self._validated(ConnectionBlock, own | {"options": plain(rest)}, path)
        self.flaws += reference_flaws(block, path, self.tree)
        return result

    def _addresses(self, options: Mapping[str, Any], path: Path) -> None:
        """Hold every further address to the rule of `base_url`: a token address receives the credentials."""
        for key, value in options.items():
            if key.endswith("_url") and isinstance(value, str):
                try:
                    WEB_ADDRESS.validate_python(value)
                except ValidationError as error:
                    self._flaw(str(error.errors(include_url=False, include_input=False)[0]["type"]), (*path, key))

    def _credentials(self, system: str, own: Mapping[str, Any], path: Path) -> None:
        """Name credentials that the system does not know, and those it cannot do without."""
        names, given = self.systems.credential_names(system), own.get("credentials", {})
        known = (*names, *self.systems.optional_credentials(system))
        if not isinstance(given, Mapping):
            return
        place: Path = (*path, "credentials")
        self.flaws += [unknown_key((*place, key), self.tree, known) for key in given if key not in known]
        for key in names:
            if key not in given:
                self._flaw("missing", place, key=key)

    def _link(self, name: str, given: Any) -> LinkBlock | None:
        path: Path = ("links", name)
        block = self._block(path, given)
        known = (*LINK_KEYS, *KINDS)
        self.flaws += [unknown_key((*path, key), self.tree, known) for key in block if key not in known]
        if not any(key in KINDS for key in block):
            self._flaw("no_kind", path, allowed=", ".join(KINDS))
        rules = {
            key: self._validated(model, self._block((*path, key), block[key]), (*path, key))
            for key, model in KINDS.items()
            if key in block
        }
        good: dict[str, Block] = {key: rule for key, rule in rules.items() if rule}
        own = {key: value for key, value in block.items() if key in LINK_KEYS}
        return self._validated(LinkBlock, own | {"rules": good}, path)

    def _validated(
        self, model: type[Model], given: Mapping[str, Any], path: Path, extra: Sequence[str] = ()
    ) -> Model | None:
        """Return a block as its model, or None beside its flaws."""
        try:
            return model.model_validate(given)
        except ValidationError as error:
            self.flaws += flaws_of(error, path, self.tree, model, extra)
            return None

    def _block(self, path: Path, given: Any) -> Mapping[str, Any]:
        """Return a block, or an empty one beside a flaw."""
        if isinstance(given, Mapping):
            return given
        self._flaw("type", path, wanted_nl="een blok: {sleutel: waarde}", wanted_en="a block: {key: value}")
        return {}

    def _flaw(self, code: str, path: Path, **params: str) -> None:
        self.flaws.append(Flaw(code, path, self.tree.mark(path), params))
