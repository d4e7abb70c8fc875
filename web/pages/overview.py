"""Serve the overview, that says whether everything is in."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from models.causes import Language
from sync.allowance import BudgetLine
from web.access.guard import Viewer
from web.bounds import BigInt
from web.charting import Ahead, Charter, Plot
from web.queries.charts import Span, read_chart
from web.queries.overview import ConnectionLine, Overview, calls_for, read_overview
from web.site import Here, Site
from web.telling import Teller
from web.words import words_of

SHOWN = 50
"""Links and connections on one page; those with something to tell come first."""
WINDOWS = ("hour", "day", "minute")
"""Which window of a connection is plotted: the one that holds work up longest."""
router = APIRouter()


@router.get("/")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    span: Annotated[Span, Query()] = "hour",
    connection: BigInt = 0,
) -> HTMLResponse:
    """Show the overview."""
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        seen = read_overview(session, here.runtime)
        shown = _shown(here, language, seen) | _plotted(session, here, language, seen, span, connection)
        return here.page(request, "overview.html", who, session, seen=seen, span=span, **shown)


def teller(here: Site, language: Language) -> Teller:
    """Return who speaks on a page, at this moment."""
    return Teller(words_of(language), language, ZoneInfo(here.runtime.settings.timezone), datetime.now(UTC))


def _shown(here: Site, language: Language, seen: Overview) -> dict[str, Any]:
    links = sorted(seen.links, key=lambda one: (not one.counts.wrong, not one.counts.waiting, one.name))
    connections = sorted(seen.connections, key=lambda one: (one not in seen.away, -one.waiting, one.name))
    return {
        "tell": teller(here, language),
        "links": links[:SHOWN],
        "more_links": max(0, len(links) - SHOWN),
        "connections": connections[:SHOWN],
        "more_connections": max(0, len(connections) - SHOWN),
        "plottable": [one for one in seen.connections if one.budgets],
    }


def _plotted(
    session: Session, here: Site, language: Language, seen: Overview, span: Span, wanted: int
) -> dict[str, Any]:
    chosen = _chosen(seen, wanted)
    line = _window(chosen)
    chart = read_chart(session, span, chosen.id if chosen else None, line.window if line else "")
    words = words_of(language)
    charter = Charter(words, ZoneInfo(here.runtime.settings.timezone), span, chart)
    plots: list[Plot] = []
    if chosen is not None and line is not None:
        title = words("plot.budget", name=chosen.name, window=words[f"window.{line.window}"])
        plots.append(charter.budget(title, _ahead(seen, chosen, line)))
    return {"plots": [*plots, charter.throughput(), charter.latency()], "chosen": chosen}


def _chosen(seen: Overview, wanted: int) -> ConnectionLine | None:
    """Return the connection that was asked for, else the one that has used most of its limit."""
    known = [one for one in seen.connections if one.budgets]
    asked = next((one for one in known if one.id == wanted), None)
    return asked or max(known, key=_pressure, default=None)


def _pressure(line: ConnectionLine) -> tuple[bool, float]:
    found = _window(line)
    return found is not None and found.window != "minute", found.used / max(1, found.limit) if found else 0.0


def _window(line: ConnectionLine | None) -> BudgetLine | None:
    budgets = {one.window: one for one in line.budgets} if line else {}
    return next((budgets[name] for name in WINDOWS if name in budgets), None)


def _ahead(seen: Overview, chosen: ConnectionLine, line: BudgetLine) -> Ahead | None:
    if chosen.seconds is None:
        return None
    reads = sum(one.counts.waiting for one in seen.links if one.source_id == chosen.id)
    writes = sum(one.counts.waiting for one in seen.links if one.target_id == chosen.id)
    return Ahead(datetime.now(UTC), line.used, line.limit, calls_for(reads, writes), chosen.seconds)
