"""Turn what pydantic found into flaws with a line, a near key and a remedy; values are never quoted."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sync.config.flaws import Flaw, Path
from sync.config.reading import Tree

WANTED: Mapping[str, tuple[str, str]] = {
    "int": ("een heel getal", "a whole number"),
    "float": ("een getal", "a number"),
    "decimal": ("een getal", "a number"),
    "bool": ("true of false", "true or false"),
    "string": ("een tekst", "text"),
    "list": ("een lijst: [a, b]", "a list: [a, b]"),
    "tuple": ("een lijst: [a, b]", "a list: [a, b]"),
    "set": ("een lijst: [a, b]", "a list: [a, b]"),
    "dict": ("een blok: {sleutel: waarde}", "a block: {key: value}"),
    "mapping": ("een blok: {sleutel: waarde}", "a block: {key: value}"),
    "model": ("een blok: {sleutel: waarde}", "a block: {key: value}"),
    "url": ("een volledig adres", "a complete address"),
}
"""First word of pydantic's error type -> what must stand there, in Dutch and English."""

TYPE_ENDINGS = ("_type", "_parsing", "_from_float", "_parsing_size", "_attributes_type")
OWN_TYPES = frozenset({"url", "insecure", "number_range"})


def flaws_of(
    error: ValidationError, base: Path, tree: Tree, model: type[BaseModel], extra: Iterable[str] = ()
) -> list[Flaw]:
    """Return one flaw per error; `extra` names keys that are known beside those of the model."""
    return [
        _flaw(found, base, tree, [*_keys(model, found["loc"][:-1]), *(extra if len(found["loc"]) == 1 else ())])
        for found in error.errors(include_url=False, include_input=False)
    ]


def _flaw(found: Mapping[str, Any], base: Path, tree: Tree, known: Sequence[str]) -> Flaw:
    kind, loc = str(found["type"]), tuple(step for step in found["loc"] if step != "[key]")
    path: Path = (*base, *loc)
    if kind == "extra_forbidden":
        return unknown_key(path, tree, known)
    if kind == "missing":
        return Flaw("missing", path[:-1], tree.mark(path[:-1]), {"key": str(path[-1])})
    mark = tree.mark(path)
    if kind in OWN_TYPES:
        return Flaw(kind, path, mark)
    if kind in ("literal_error", "enum"):
        return Flaw("choice", path, mark, {"allowed": str(found["ctx"]["expected"])})
    if (wanted := WANTED.get(kind.split("_", 1)[0])) and kind.endswith(TYPE_ENDINGS):
        return Flaw("type", path, mark, {"wanted_nl": wanted[0], "wanted_en": wanted[1]})
    return Flaw("value", path, mark, {"words": str(found["msg"])})


def unknown_key(path: Path, tree: Tree, known: Sequence[str]) -> Flaw:
    """Name an unknown key and the known one that is nearest to it."""
    key = str(path[-1])
    return Flaw("unknown_key", path, tree.mark(path), {"key": key, **hint(key, known)})


def hint(word: str, known: Sequence[str]) -> dict[str, str]:
    """Suggest the nearest known word, or list them all."""
    near = get_close_matches(word, known, n=1)
    if near:
        return {"hint_nl": f"bedoelde u `{near[0]}`?", "hint_en": f"did you mean `{near[0]}`?"}
    listed = ", ".join(sorted(known)) or "-"
    return {"hint_nl": f"hier kan: {listed}", "hint_en": f"possible here: {listed}"}


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the keys that a place inside a model knows."""
    current: Any = model
    for step in loc:
        current = _inner(current, step)
    return list(current.model_fields) if _is_model(current) else []


def _inner(kind: Any, step: str | int) -> Any:
    if _is_model(kind):
        field = kind.model_fields.get(step)
        return _bare(field.annotation) if field else None
    arguments = get_args(kind)
    return _bare(arguments[-1]) if arguments else None


def _bare(kind: Any) -> Any:
    """Take the None out of an optional type."""
    if get_origin(kind) in (Union, UnionType):
        return next((part for part in get_args(kind) if part is not type(None)), None)
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
