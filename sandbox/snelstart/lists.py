"""List answers with the OData options `$filter`, `$skip`, `$top`, `$select` and `$orderby`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.common.http import Reply, Request, dump, raw, reply
from sandbox.snelstart import errors
from sandbox.snelstart.fields import Table
from sandbox.snelstart.odata import Node, Parser, resolve, upper

Record = dict[str, Any]
#: 500: SnelStart's page maximum.
TOP = 500


@dataclass(slots=True)
class Options:
    """Hold the OData options of one call."""

    filter: Node | None
    skip: int
    top: int
    select: list[str]
    order: list[tuple[Callable[[Record], Any], bool]]


def parse(request: Request, table: Table, model: str, maximum: int = TOP) -> Options:
    """Read the options of a call; raise Refused as the vendor would."""
    params = {name.lower(): value for name, value in request.pairs()}
    if "$expand" in params:
        raise errors.odata("The query option '$expand' is not supported.")
    source = params.get("$filter")
    return Options(
        Parser(source, table, model).parse() if source else None,
        _count(params, "$skip", 0, None),
        _count(params, "$top", maximum, maximum),
        _names(params.get("$select", ""), table, model),
        _order(params.get("$orderby", ""), table, model),
    )


def _count(params: dict[str, str], name: str, default: int, maximum: int | None) -> int:
    value = params.get(name, str(default))
    if not value.isdigit():
        raise errors.odata(f"Invalid value '{value}' for {name} query option found.")
    if maximum is not None and int(value) > maximum:
        raise errors.odata(
            f"The limit of '{maximum}' for Top query has been exceeded. The incoming value is '{value}'."
        )
    return int(value)


def _names(value: str, table: Table, model: str) -> list[str]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    for name in names:
        if name not in map(upper, table):
            raise errors.odata(f"Could not find a property named '{name}' on type 'SnelStart.{model}'.")
    return [name[0].lower() + name[1:] for name in names]


def _order(value: str, table: Table, model: str) -> list[tuple[Callable[[Record], Any], bool]]:
    parts = [part.split() for part in value.split(",") if part.strip()]
    return [(_order_key(resolve(part[0], table, model)[1]), part[1:] == ["desc"]) for part in parts]


def _order_key(get: Callable[[Record], Any]) -> Callable[[Record], Any]:
    """Sort empty values first, as the vendor's database does."""
    return lambda record: (get(record) is not None, get(record) or 0)


def page(records: Iterable[Record], options: Options, show: Callable[[Record], bytes]) -> Reply:
    """Answer one page as a bare array; whole records go out as `show` serialised them."""
    test = options.filter.test if options.filter else None
    stop = options.skip + options.top
    found: list[Record] = []
    for record in records:
        if test is None or test(record):
            found.append(record)
            if len(found) == stop and not options.order:
                break
    for key, backwards in reversed(options.order):
        found.sort(key=key, reverse=backwards)
    found = found[options.skip : stop]
    if options.select:
        return reply([{name: record.get(name) for name in options.select} for record in found])
    return raw(b"[" + b",".join(map(show, found)) + b"]")


def odata_list(request: Request, records: Iterable[Record], table: Table, model: str) -> Reply:
    """Answer a small list that knows OData."""
    return page(records, parse(request, table, model), dump)
