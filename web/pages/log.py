"""Serve the log: every attempt, newest first, to search, filter and take along."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.causes import Language
from models.words import Outcome
from web.access.guard import Viewer
from web.bounds import BIGGEST, Short
from web.exporting import csv_answer
from web.pages.audit import day_begins
from web.queries import log as query
from web.queries.log import LogFilter
from web.queries.names import names_at
from web.queries.places import place_in, place_text, relation_address
from web.site import Here
from web.words import words_of
from web.words.fields import field_name

HEADS = (
    "at", "link", "kind", "record_id", "role", "outcome", "reason", "fields", "target_id", "source_calls",
    "target_calls", "duration_ms", "waited_ms", "correlation_id",
)  # fmt: skip
NAMES = ("search", "link", "kind", "outcome", "since", "until")

TONES = {
    Outcome.ISSUE: "bad", Outcome.LOST: "bad", Outcome.HELD: "bad", Outcome.REVIEW: "wait", Outcome.PARKED: "wait",
    Outcome.UNKNOWN: "wait", Outcome.CREATED: "good", Outcome.UPDATED: "good",
}  # fmt: skip
"""Outcome -> how it is coloured beside its word."""

router = APIRouter()


def asked(
    search: Short = "", link: Short = "", kind: Short = "", outcome: Short = "", since: Short = "", until: Short = ""
) -> dict[str, str]:
    """Gather what the form asked for, as it was typed."""
    given = zip(NAMES, (search, link, kind, outcome, since, until), strict=True)
    return {name: value.strip() for name, value in given}


Asked = Annotated[dict[str, str], Depends(asked)]


def wanted_of(asked: dict[str, str], zone: ZoneInfo) -> LogFilter:
    """Understand the question; days are those of the office, the last one included, and nonsense narrows nothing."""
    link = int(asked["link"]) if asked["link"].isdecimal() and int(asked["link"]) <= BIGGEST else None
    return LogFilter(
        asked["search"],
        link,
        asked["kind"] if asked["kind"] in query.KINDS else "",
        asked["outcome"] if asked["outcome"] in set(Outcome) else "",
        day_begins(asked["since"], zone),
        day_begins(asked["until"], zone, 1),
    )


@router.get("/log")
def page(request: Request, here: Here, who: Viewer, asked: Asked, after: Short = "") -> HTMLResponse:
    """Show a page of the log."""
    language = here.language(request, who)
    wanted = wanted_of(asked, ZoneInfo(here.runtime.settings.timezone))
    question = {name: value for name, value in asked.items() if value}
    with here.runtime.sessions() as session:
        rows = query.find_log(session, wanted, place_in(after), query.PAGE + 1)
        shown, more = rows[: query.PAGE], len(rows) > query.PAGE
        named = names_at(session, here.runtime.vault, {(row.link_id, row.record_id) for row in shown})
        return here.page(
            request, "log.html", who, session, rows=shown, named=named, links=query.log_links(session), asked=asked,
            kinds=query.KINDS, outcomes=list(Outcome), question=urlencode(question),
            older=urlencode(question | {"after": place_text(shown[-1].place)}) if more else "", later=bool(after),
            **log_words(language),
        )  # fmt: skip


def log_words(language: Language) -> dict[str, Any]:
    """Give a template what puts an attempt into words."""
    return {
        "because": lambda reason: query.reason_words(reason, language),
        "field_name": lambda name: field_name(name, language),
        "address": relation_address,
        "tone": lambda outcome: TONES.get(outcome, ""),
    }


@router.get("/log.csv")
def export(request: Request, here: Here, who: Viewer, asked: Asked) -> Response:
    """Stream all rows that fit, as far back as the log is kept."""
    wanted = wanted_of(asked, ZoneInfo(here.runtime.settings.timezone))
    language = here.language(request, who)
    words = words_of(language)
    rows = query.export_log(here.runtime.sessions, wanted)
    return csv_answer(
        "logboek" if language == "nl" else "log", [words[f"log.{one}"] for one in HEADS], _cells(rows, language)
    )


def _cells(rows: Iterator[tuple[query.LogRow, str]], language: Language) -> Iterator[tuple[object, ...]]:
    words = words_of(language)
    for row, link in rows:
        yield (
            row.at, link, words[row.kind], row.record_id, words[row.role] if row.role else "", words[row.outcome],
            query.reason_words(row.reason, language), ", ".join(row.fields), row.target_id, row.source_calls,
            row.target_calls, row.duration_ms, row.waited_ms, row.correlation_id,
        )  # fmt: skip
