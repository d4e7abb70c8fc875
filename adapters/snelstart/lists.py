"""Page through a list that promises neither an order nor a total."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.snelstart.limits import PAGE, PAGE_OVERLAP

GetList = Callable[[str, Mapping[str, str]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Hold the rows of one page that earlier pages did not have."""

    rows: list[dict[str, Any]]
    started_at: datetime
    last: bool


def since_filter(since: datetime | None) -> str | None:
    """Ask for what changed at or after a moment of SnelStart's own clock, which knows no zone."""
    if since is None:
        return None
    return f"ModifiedOn ge datetime'{since.replace(tzinfo=None).isoformat(timespec='milliseconds')}'"


def rows(get_list: GetList, condition: str | None) -> Iterator[Rows]:
    """Yield the relaties page by page, each row once.

    There is no `$orderby`. A row deleted while we page moves the later ones up, so pages overlap by a few
    rows; one added or changed meanwhile has a newer ModifiedOn and is found by the next reading from our
    start on.
    """
    seen: set[str] = set()
    skip = 0
    while True:
        started_at = datetime.now(UTC)
        page = get_list("relaties", _query(condition, skip))
        fresh = [row for row in page if row.get("id") not in seen]
        seen.update(str(row.get("id")) for row in fresh)
        # A full page without one new row means that `$skip` is ignored: going on would never end.
        last = len(page) < PAGE or not fresh
        yield Rows(fresh, started_at, last)
        if last:
            return
        skip += PAGE - PAGE_OVERLAP


def _query(condition: str | None, skip: int) -> dict[str, str]:
    query = {"$top": str(PAGE)}
    if skip:
        query["$skip"] = str(skip)
    return query | {"$filter": condition} if condition else query
