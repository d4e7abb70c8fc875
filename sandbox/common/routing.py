"""Find the handler of a call."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from sandbox.common.http import Reply, Request

Handler = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Match:
    """Name the route that a call took; handler is None where nothing lives."""

    route: str
    handler: Handler | None
    args: tuple[str, ...] = ()

    def call(self, request: Request) -> Reply:
        """Run the handler with the variable parts of the path."""
        assert self.handler is not None
        return self.handler(request, *self.args)


class Router:
    """Map method and path template ("/relaties/{}") to a handler, by segment count and fixed parts."""

    def __init__(self) -> None:
        self._templates: dict[tuple[str, int], list[tuple[list[str], str, Handler]]] = {}

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Register a handler; fixed segments are tried in the order added."""
        parts = template.strip("/").split("/")
        self._templates.setdefault((method, len(parts)), []).append((parts, template, handler))

    def match(self, method: str, path: str) -> Match:
        """Return where a call goes."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        for template, name, handler in self._templates.get((method, len(parts)), ()):
            if all(want in ("{}", got) for want, got in zip(template, parts, strict=True)):
                args = tuple(got for want, got in zip(template, parts, strict=True) if want == "{}")
                return Match(f"{method} {name}", handler, args)
        return Match(f"{method} (unknown)", None)
