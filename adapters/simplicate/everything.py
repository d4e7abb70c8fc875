"""Read every organisation and person, resumable, a hundred a call."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from adapters.base import Page, SourceRecord
from adapters.simplicate.client import SimplicateClient
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.resources import RESOURCES, whole_id
from adapters.simplicate.values import moment
from models.words import Kind


@dataclass
class Place:
    """Hold how far one resource was listed."""

    offset: int = 0
    count: int | None = None
    done: bool = False

    def move(self, read: int, count: int | None, more: bool) -> None:
        """Go past what was read, or back when rows vanished: as many unread ones slipped before this page."""
        gone = max(self.count - count, 0) if self.count is not None and count is not None else 0
        self.offset = max(self.offset - gone, 0) if gone else self.offset + read
        self.count = count
        self.done = not more and not gone


class Everything:
    """List both resources sorted by id.

    An id never changes, so an edit during the listing moves nothing, and a record added before the place
    only causes one to be read twice (it is itself found by polling). Only a record deleted and another added
    between two calls could hide one; the next reconciliation finds it.
    """

    def __init__(self, client: SimplicateClient, options: SimplicateOptions) -> None:
        self._client = client
        self._options = options

    def pages(self, cursor: str | None) -> Iterator[Page]:
        """Yield pages; the first holds the first page of each resource, so that its total is of both."""
        read = json.loads(cursor) if cursor else {}
        places = {name: Place(**read.get(name, {})) for name in RESOURCES}
        while waiting := [name for name in RESOURCES if not places[name].done]:
            batch = [name for name in waiting if not places[name].offset] or waiting[:1]
            records = [record for name in batch for record in self._page(name, places[name])]
            ended = all(place.done for place in places.values())
            yield Page(records, None if ended else _dump(places), _total(places))

    def _page(self, resource: str, place: Place) -> Iterator[SourceRecord]:
        """Read one page of a resource and move its place."""
        limit = self._options.page
        listing = self._client.listing(f"crm/{resource}", sort="id", limit=limit, offset=place.offset)
        place.move(len(listing.rows), listing.count, listing.more(limit, place.offset))
        for raw in listing.rows:
            if record_id := whole_id(resource, raw.get("id")):
                updated = moment(raw.get("updated_at"), self._options.zone)
                yield SourceRecord(Kind.RELATION, record_id, updated, raw, listing.started_at)


def _dump(places: dict[str, Place]) -> str:
    return json.dumps({name: asdict(place) for name, place in places.items()}, separators=(",", ":"))


def _total(places: dict[str, Place]) -> int | None:
    counts = [place.count for place in places.values()]
    return sum(count for count in counts if count is not None) if None not in counts else None
