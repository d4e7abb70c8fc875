"""Read what changed, page by page, over a list that changes while it is read."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from adapters.base import Page, SourceRecord
from adapters.simplicate import marks
from adapters.simplicate.client import Listing, SimplicateClient
from adapters.simplicate.marks import Mark
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.resources import RESOURCES, whole_id
from adapters.simplicate.values import Raw, moment
from models.words import Kind

_TAIL = 3
"""Rows at a page's end of which the oldest starts the next page, should one change while the page is made."""
_STEP_BACK = 10
"""Rows read again within one second that fills a page: as many may move away unnoticed."""


class Poll:
    """Read changed organisations and persons.

    Pages follow each other by value, not by offset: the next one asks from the last time seen on. An edited
    record moves to the end of the list and would shift all that follows by one, so an offset skips records; a
    value does not. Only a second that fills a whole page is paged by offset, with some rows read twice.
    """

    def __init__(self, client: SimplicateClient, options: SimplicateOptions, key: str) -> None:
        self._client = client
        self._options = options
        self._overlap = timedelta(seconds=options.poll_overlap_seconds)
        self._key = key

    def pages(self, cursor: str | None) -> Iterator[Page]:
        """Yield a page per call, each with a cursor to go on from, the last and an empty one included."""
        state = marks.load(cursor)
        for resource in RESOURCES:
            if resource not in state:
                state[resource] = self._first_mark(resource)
            for records in self._resource(resource, state[resource]):
                yield Page(records, marks.dump(state))

    def _first_mark(self, resource: str) -> Mark:
        """Start at the newest record, or at the beginning when there is none or all is wanted."""
        now = self._client.now()
        if self._options.first_poll == "all":
            return Mark(marks.BEGINNING, now)
        newest = self._client.listing(f"crm/{resource}", sort="-updated_at", limit=1, offset=0)
        at = marks.wall(newest.rows[0].get("updated_at"), self._options.zone) if newest.rows else None
        return Mark(min(at or marks.BEGINNING, self._latest(now)), now)

    def _latest(self, now: datetime) -> datetime:
        """Return the latest believable time: one in the far future would hide every change until then."""
        return now.astimezone(self._options.zone).replace(tzinfo=None) + timedelta(days=1)

    def _resource(self, resource: str, mark: Mark) -> Iterator[list[SourceRecord]]:
        """Read one resource from its mark to its end, moving the mark along."""
        began, before = self._client.now(), mark.at
        start, offset, more = self._start(mark), 0, True
        while more:
            listing = self._list(resource, start, offset)
            fresh = self._take(resource, listing, mark)
            more = listing.more(self._options.page, offset)
            if not more:
                self._settle(mark, before, began)
            mark.prune(self._look_back(mark))
            yield fresh
            start, offset = self._next(listing, start, offset)

    def _start(self, mark: Mark) -> datetime:
        """Return from which time on to read."""
        return mark.at + timedelta(seconds=1) if mark.settled else mark.at - self._look_back(mark)

    def _look_back(self, mark: Mark) -> timedelta:
        return marks.look_back(mark.at, self._overlap, self._options.zone)

    def _list(self, resource: str, start: datetime, offset: int) -> Listing:
        """Ask for the records changed from a time on, oldest first."""
        params = {"q[updated_at][ge]": marks.stamp(start), "sort": "updated_at"}
        return self._client.listing(f"crm/{resource}", **params, limit=self._options.page, offset=offset)

    def _take(self, resource: str, listing: Listing, mark: Mark) -> list[SourceRecord]:
        """Return the records whose state was not told of yet, and move the mark."""
        fresh = []
        for raw in listing.rows:
            record_id = whole_id(resource, raw.get("id"))
            at = self._at(raw)
            if record_id and mark.note(record_id.partition(":")[2], at, marks.fingerprint(raw, self._key)):
                updated = moment(raw.get("updated_at"), self._options.zone)
                fresh.append(SourceRecord(Kind.RELATION, record_id, updated, raw, listing.started_at))
            if at and at <= self._latest(listing.started_at):
                mark.advance(at, listing.started_at)
        return fresh

    def _at(self, raw: Raw) -> datetime | None:
        return marks.wall(raw.get("updated_at"), self._options.zone)

    def _settle(self, mark: Mark, before: datetime, began: datetime) -> None:
        """Settle a mark that this pass found unchanged, long enough after it was first seen."""
        if mark.at == before and began - mark.since >= 2 * self._look_back(mark):
            mark.settled = True

    def _next(self, listing: Listing, start: datetime, offset: int) -> tuple[datetime, int]:
        """Return where the next page starts: at a later time if there is one, else further into it."""
        times = [at for raw in listing.rows[-_TAIL:] if (at := self._at(raw))]
        if times and min(times) > start:
            return min(times), 0
        return start, offset + max(len(listing.rows) - _STEP_BACK, 1)
