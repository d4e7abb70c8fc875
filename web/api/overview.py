"""Tell applications whether everything is in, and how each connection is."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from web.access.callers import Reader
from web.queries.overview import ConnectionLine, LinkLine, Overview, read_overview
from web.site import Here

router = APIRouter(tags=["overview"])


class LinkState(BaseModel):
    """Count one link's relations; each is in exactly one of the four."""

    id: int
    name: str
    enabled: bool
    in_sync: int
    waiting: int
    wrong: int
    excluded: int
    oldest_waiting_since: datetime | None
    counted_at: datetime | None
    done_in_seconds: float | None
    """At the pace of the slower end; null when nothing waits or it cannot be told."""
    last_reconciliation: int | None


class Window(BaseModel):
    """Count the calls of one window."""

    window: str
    used: int
    left: int


class ConnectionState(BaseModel):
    """Tell how one connection is and what it may still be asked."""

    id: int
    name: str
    system: str
    state: str
    """`active`, `throttled`, `parked`, `needs_consent`, `paused` or `disabled`."""
    since: datetime
    next_try: datetime | None
    waiting: int
    budget: list[Window]
    """Empty while Redis is away, and for a connection that is switched off."""


class Standing(BaseModel):
    """Tell whether everything is in."""

    everything_in: bool
    waiting: int
    wrong: int
    oldest_waiting_since: datetime | None
    dispatcher: bool
    """Whether a worker hands out work."""
    links: list[LinkState]


class Connections(BaseModel):
    """List the connections."""

    connections: list[ConnectionState]


@router.get("/overview")
def overview(here: Here, _: Reader) -> Standing:
    """Answer whether everything is in, per link."""
    seen = _read(here)
    return Standing(
        everything_in=not seen.waiting and not seen.wrong,
        waiting=seen.waiting,
        wrong=seen.wrong,
        oldest_waiting_since=seen.oldest,
        dispatcher=seen.dispatcher,
        links=[_link(seen, one) for one in seen.links],
    )


@router.get("/connections")
def connections(here: Here, _: Reader) -> Connections:
    """List connections with state and calls left."""
    return Connections(connections=[_connection(one) for one in _read(here).connections])


def _read(here: Here) -> Overview:
    with here.runtime.sessions() as session:
        return read_overview(session, here.runtime)


def _link(seen: Overview, one: LinkLine) -> LinkState:
    counts = one.counts
    return LinkState(
        id=one.id,
        name=one.name,
        enabled=one.enabled,
        in_sync=counts.in_sync,
        waiting=counts.waiting,
        wrong=counts.wrong,
        excluded=counts.excluded,
        oldest_waiting_since=counts.oldest,
        counted_at=counts.at,
        done_in_seconds=seen.seconds(one),
        last_reconciliation=one.last.id if one.last else None,
    )


def _connection(one: ConnectionLine) -> ConnectionState:
    budget = [Window(window=line.window, used=line.used, left=line.left) for line in one.budgets]
    return ConnectionState(
        id=one.id,
        name=one.name,
        system=one.system,
        state=one.state,
        since=one.since,
        next_try=one.next_try,
        waiting=one.waiting,
        budget=budget,
    )
