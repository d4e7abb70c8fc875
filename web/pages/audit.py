"""Serve the audit trail: who did what, why, and what stood there before and after."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from web.access.guard import Administrator
from web.bounds import BIGGEST, Short
from web.exporting import csv_answer
from web.queries.audit import PAGE, Wanted, all_audit, in_words, read_audit
from web.site import Here, Site
from web.words import audit

router = APIRouter(prefix="/audit")

DEED, SUBJECT = "audit.do.", "audit.one."
"""Prefixes of the words of actions and of what they were done to."""
COLUMNS = ("at", "by", "via", "action", "subject_kind", "subject_id", "reason", "before", "after", "correlation_id")


def asked(
    by: Short = "", action: Short = "", kind: Short = "", subject: Short = "", since: Short = "", until: Short = ""
) -> dict[str, str]:
    """Gather what the form asked for, as it was typed."""
    given = {"by": by, "action": action, "kind": kind, "subject": subject, "since": since, "until": until}
    return {name: value.strip() for name, value in given.items()}


Asked = Annotated[dict[str, str], Depends(asked)]


def wanted_of(asked: dict[str, str], zone: ZoneInfo) -> Wanted:
    """Understand the question; days are those of the office, the last one included, and no day narrows nothing."""
    return Wanted(
        asked["by"],
        asked["action"],
        asked["kind"],
        asked["subject"],
        day_begins(asked["since"], zone),
        day_begins(asked["until"], zone, 1),
    )


def day_begins(text: str, zone: ZoneInfo, later: int = 0) -> datetime | None:
    """Return when a day begins, or so many days later; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=later), time(), zone)
    except (ValueError, OverflowError):
        return None


@router.get("")
def page(
    request: Request,
    here: Here,
    who: Administrator,
    asked: Asked,
    before: Annotated[int | None, Query(ge=1, le=BIGGEST)] = None,
) -> Response:
    """Show a page of the trail."""
    wanted = wanted_of(asked, ZoneInfo(here.runtime.settings.timezone))
    with here.runtime.sessions() as session:
        rows = read_audit(session, wanted, before)
        question = {name: value for name, value in asked.items() if value}
        older = urlencode(question | {"before": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
        return here.page(
            request,
            "audit.html",
            who,
            session,
            rows=[(row, in_words(row.before), in_words(row.after)) for row in rows[:PAGE]],
            asked=asked,
            actions=_codes(DEED, asked["action"]),
            kinds=_codes(SUBJECT, asked["kind"]),
            older=f"/audit?{older}" if older else None,
            file=f"/audit.csv?{urlencode(question)}",
        )


def _codes(prefix: str, asked: str) -> list[str]:
    """List what can be asked for; an unknown code that stands in an address stays chosen."""
    known = [code.removeprefix(prefix) for code in audit.WORDS if code.startswith(prefix)]
    return known if asked in known or not asked else [*known, asked]


@router.get(".csv")
def export(here: Here, _: Administrator, asked: Asked) -> Response:
    """Write the whole answer to a file."""
    wanted = wanted_of(asked, ZoneInfo(here.runtime.settings.timezone))
    return csv_answer("audit", COLUMNS, _lines(here, wanted))


def _lines(here: Site, wanted: Wanted) -> Iterator[list[object]]:
    with here.runtime.sessions() as session:
        for row in all_audit(session, wanted):
            told = [getattr(row, column) for column in COLUMNS]
            told[COLUMNS.index("before")] = _flat(row.before)
            told[COLUMNS.index("after")] = _flat(row.after)
            yield told


def _flat(values: dict[str, object]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in in_words(values))
