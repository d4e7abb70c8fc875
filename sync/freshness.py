"""Keep the target index young with the fewest list calls: a delta for a live create, one per hundred for bulk."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Target, TargetRecord
from adapters.errors import Throttled
from adapters.outside import Outside
from models.tables import Connection, TargetEntry, TargetIndex
from models.words import Lane
from sync import index

OVERLAP = timedelta(minutes=2)
"""Re-read before the cursor once the vendor's clock is known (design §2.4)."""
LEAST_OVERLAP = timedelta(seconds=30)
"""Re-read at the least, however much we wrote: longer than a request may last, so what was saved stands by then."""
ONE_PAGE = 400
"""Records that fit a list page and leave room for what others added (SnelStart: 500, facts/snelstart.md §2)."""
BLIND_OVERLAP = timedelta(hours=3)
"""Re-read while the vendor's clock is not known: its zone is undocumented (facts/snelstart.md §2)."""
REFRESH_SECONDS = 3
"""Lease of a refresh, renewed with each page: a reader that died holds up creates no longer than this."""
BULK_SECONDS = 600
"""How long one refresh may serve bulk creates at most."""
WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Hold from where a delta should be read, and from where at the latest."""

    wanted: datetime
    latest: datetime


def ensure_fresh(outside: Outside, target: Target, lane: Lane) -> None:
    """Make the index young enough for a create: one call for a live one, one per 100 for bulk. Raises Throttled."""
    asked = time.monotonic()
    while not serves(outside, target.info.id, lane, time.monotonic() - asked):
        if refresh(outside, target):
            continue
        if time.monotonic() - asked > WAIT_SECONDS:
            raise Throttled(datetime.now(UTC) + timedelta(seconds=WAIT_SECONDS), "index")
        time.sleep(0.05)


def serves(outside: Outside, connection_id: int, lane: Lane, waited: float = 0) -> bool:
    """Tell whether the index is young enough for a create as it is; bulk uses up one of its creates by asking."""
    now = func.clock_timestamp()
    own = update(TargetIndex).where(TargetIndex.connection_id == connection_id)
    if lane == Lane.LIVE:
        young = timedelta(seconds=outside.settings.index_seconds + waited)
        statement = own.where(TargetIndex.fresh_at > now - young).values(bulk_left=TargetIndex.bulk_left)
    else:
        young = timedelta(seconds=BULK_SECONDS)
        statement = own.where(TargetIndex.fresh_at > now - young, TargetIndex.bulk_left > 0).values(
            bulk_left=TargetIndex.bulk_left - 1
        )
    with outside.sessions.begin() as session:
        return session.scalar(statement.returning(TargetIndex.connection_id)) is not None


def refresh(outside: Outside, target: Target, *, full: bool = False) -> bool:
    """Read what changed in the target (or all) into the index; False when somebody else is at it."""
    since = _lease(outside, target.info.id)
    if since is False:
        return False
    try:
        for _ in reread(outside, target, None if full else since):
            pass
    finally:
        _release(outside, target.info.id)
    return True


def reread(outside: Outside, target: Target, since: datetime | None) -> Iterator[Sequence[TargetRecord]]:
    """Yield the records of each list page once they are indexed; a complete full read drops what is gone."""
    started: datetime | None = None
    highest: datetime | None = None
    seen: set[str] = set()
    known = _indexed(outside, target.info.id) if since is None else set()
    for page in target.pages(since):
        started = started or page.started_at
        with outside.sessions.begin() as session:
            index.store(session, outside.vault, target.info.id, page.records)
        seen.update(record.id for record in page.records)
        moments = [record.modified_on for record in page.records if record.modified_on]
        highest = max([*moments, *([highest] if highest else [])], default=None)
        yield page.records
        if page.last:
            _complete(outside, target.info.id, started, highest, known - seen if since is None else None)
        else:
            _go_on(outside, target.info.id)


def _lease(outside: Outside, connection_id: int) -> Any:
    with outside.sessions.begin() as session:
        _make(session, connection_id)
        row = session.scalar(
            update(TargetIndex)
            .where(
                TargetIndex.connection_id == connection_id,
                or_(TargetIndex.lease_until.is_(None), TargetIndex.lease_until < func.clock_timestamp()),
            )
            .values(lease_until=func.clock_timestamp() + timedelta(seconds=REFRESH_SECONDS))
            .returning(TargetIndex)
        )
        if row is None:
            return False
        cursor = _cursor(row, session.get_one(Connection, connection_id).clock_offset_seconds)
        return None if cursor is None else _in_one_page(session, connection_id, cursor)


def _cursor(row: TargetIndex, offset: float | None) -> _Cursor | None:
    """Return between which moments of ModifiedOn to start reading; None for everything.

    The last complete reading saw all that stood until its request, by the vendor's clock where that is known:
    without this, each refresh in quiet hours would read the last busy two minutes again.
    """
    if row.fresh_at is None or row.full_at is None or row.seen_modified is None:
        return None
    if offset is None:
        return _Cursor(row.seen_modified - BLIND_OVERLAP, row.seen_modified - BLIND_OVERLAP)
    read_at = row.fresh_at.astimezone(UTC).replace(tzinfo=None) + timedelta(seconds=offset)
    latest = max(row.seen_modified, read_at)
    return _Cursor(latest - OVERLAP, latest - LEAST_OVERLAP)


def _in_one_page(session: Session, connection_id: int, cursor: _Cursor) -> datetime:
    """Shorten the overlap where our own writes would fill a page, so that a create in a busy hour costs one call."""
    newest = (
        select(TargetEntry.modified_on)
        .where(TargetEntry.connection_id == connection_id, TargetEntry.modified_on > cursor.wanted)
        .order_by(TargetEntry.modified_on.desc())
        .offset(ONE_PAGE)
        .limit(1)
    )
    full = session.scalar(newest)
    return cursor.wanted if full is None else min(full, cursor.latest)


def _make(session: Session, connection_id: int) -> None:
    session.execute(insert(TargetIndex).values(connection_id=connection_id).on_conflict_do_nothing())


def _release(outside: Outside, connection_id: int) -> None:
    with outside.sessions.begin() as session:
        session.execute(
            update(TargetIndex).where(TargetIndex.connection_id == connection_id).values(lease_until=null())
        )


def _go_on(outside: Outside, connection_id: int) -> None:
    """Keep the lease over the next page. The cursor stays: pages come in no promised order."""
    until = func.clock_timestamp() + timedelta(seconds=REFRESH_SECONDS)
    with outside.sessions.begin() as session:
        session.execute(update(TargetIndex).where(TargetIndex.connection_id == connection_id).values(lease_until=until))


def _indexed(outside: Outside, connection_id: int) -> set[str]:
    """List what is indexed before a full read; what is added while it runs may be missing on its pages."""
    with outside.sessions.begin() as session:
        query = select(TargetEntry.target_id).where(TargetEntry.connection_id == connection_id)
        return set(session.scalars(query))


def _complete(
    outside: Outside,
    connection_id: int,
    started: datetime,
    highest: datetime | None,
    gone: set[str] | None,
) -> None:
    fresh: dict[str, Any] = {"fresh_at": started, "bulk_left": outside.settings.bulk_reserve}
    if highest:
        fresh["seen_modified"] = func.greatest(TargetIndex.seen_modified, highest)
    with outside.sessions.begin() as session:
        if gone is not None:
            fresh["full_at"] = started
            index.forget(session, connection_id, sorted(gone))
        session.execute(update(TargetIndex).where(TargetIndex.connection_id == connection_id).values(**fresh))


def read_all(outside: Outside, target: Target) -> Iterator[Sequence[TargetRecord]]:
    """Yield every record of the target page by page, waiting out its budget, and leave the index complete."""
    with outside.sessions.begin() as session:
        _make(session, target.info.id)
    yield from reread(outside, target, None)
