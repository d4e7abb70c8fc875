"""Serve the timeline of one relation on one link, and the undo of what a sync overwrote."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from adapters.errors import AdapterError
from models.causes import Language
from models.words import Lane
from sync.causes import catalogue
from sync.nudging import UnknownRelation, sync_now
from sync.undoing import CannotUndo, UndoPlan, plan, undo
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import Long, PathInt, Short
from web.comparing import Values, lines, shown
from web.notices import refused, told
from web.pages.log import log_words
from web.queries import relations as query
from web.queries.log import correlation_in
from web.queries.places import moment_in, moment_text, relation_address
from web.queries.timeline import Entry
from web.site import Here, Site
from web.words import words_of
from web.words.fields import field_name
from web.words.mapping import EVENTS, MATCHED
from web.words.relations import UNDO

RecordId = Short
AWAY = "undo.away"

router = APIRouter()


@router.get("/relations")
def find(request: Request, here: Here, who: Viewer, correlation: Short = "") -> Response:
    """Find what one change led to: its relation, or a choice where it touched several."""
    sought = correlation_in(correlation.strip())
    with here.runtime.sessions() as session:
        found = query.by_correlation(session, sought) if sought is not None else []
        if len(found) == 1:
            return RedirectResponse(relation_address(found[0][0], found[0][2]), 303)
        status = 200 if found or not correlation else 404
        return here.page(
            request, "relations_found.html", who, session, status=status, found=found, correlation=correlation,
            address=relation_address,
        )  # fmt: skip


@router.get("/relations/{link_id}/{record_id:path}")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    link_id: PathInt,
    record_id: RecordId,
    before: Short = "",
    done: Short = "",
) -> HTMLResponse:
    """Show everything of one relation, newest change first."""
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        story = query.story(session, here.runtime.vault, link_id, record_id, moment_in(before))
        if story is None:
            return here.page(request, "refused.html", who, session, status=404, code="not_found")
        return here.page(
            request, "relation.html", who, session, story=story, head=story.head, later=bool(before),
            older=relation_address(link_id, record_id, before=moment_text(story.next)) if story.next else "",
            here_address=relation_address(link_id, record_id), notice=told(words_of(language), "relations", done),
            **tools(language),
        )  # fmt: skip


def tools(language: Language) -> dict[str, Any]:
    """Give the template what puts codes into words and values beside each other."""

    def table(entry: Entry) -> Any:
        empty = ({None}, {""}, {None, ""})
        filled = {name: pair for name, pair in entry.values.items() if set(pair) not in empty}
        values = [Values(name, before, after) for name, (before, after) in filled.items()]
        return lines(values, lambda _, one, other: one == other, language)

    def cause(entry: Entry) -> str:
        return catalogue().find(entry.code).what(language, {"code": entry.code, **entry.params})

    return {
        "table": table,
        "cause": cause,
        "cause_of": lambda row: catalogue().find(row.cause).what(language, {"code": row.cause, **row.params}),
        "happened": lambda code: _happened(code, language),
        "known": words_of(language).__contains__,
        **log_words(language),
    }


def _happened(event: str, language: Language) -> str:
    """Say what befell a mapping."""
    pair = (MATCHED | EVENTS | {"put_back": UNDO["put_back"]}).get(event, (event, event))
    return pair[0 if language == "nl" else 1]


@router.post("/relations/{link_id}/{record_id:path}/sync")
def synchronise(request: Request, here: Here, who: Operator, link_id: PathInt, record_id: RecordId) -> Response:
    """Synchronise the relation now."""
    try:
        with here.runtime.sessions.begin() as session:
            _, jobs = sync_now(session, who.actor, link_id, record_id)
    except UnknownRelation:
        return here.page(request, "refused.html", who, status=404, code="not_found")
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return RedirectResponse(relation_address(link_id, record_id, done="synced"), 303)


@router.get("/undo/{log_id}")
def preview(request: Request, here: Here, who: Operator, log_id: PathInt) -> HTMLResponse:
    """Show what undoing a write would put back, and what stands there now."""
    try:
        planned = plan(here.runtime.outside, log_id)
    except (CannotUndo, AdapterError) as error:
        return _cannot(request, here, who, error)
    return _preview(request, here, who, planned)


@router.post("/undo/{log_id}")
def carry_out(
    request: Request,
    here: Here,
    who: Operator,
    log_id: PathInt,
    names: Annotated[list[Short], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    seen: Annotated[Short, Form()] = "",
    reason: Annotated[Long, Form()] = "",
) -> Response:
    """Ask for the chosen fields to be put back, if what stands there is still what was shown."""
    try:
        planned, jobs = undo(here.runtime.outside, log_id, who.actor, reason.strip(), names=names, seen=seen)
    except CannotUndo as error:
        if error.code in ("undo.stale", "undo.nothing", "undo.no_such_field"):
            return _again(request, here, who, log_id, error.code, reason)
        return _cannot(request, here, who, error)
    except AdapterError as error:
        return _cannot(request, here, who, error)
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return RedirectResponse(relation_address(planned.link_id, planned.record_id, done="undone"), 303)


def _again(request: Request, here: Site, who: Who, log_id: int, code: str, reason: str) -> HTMLResponse:
    """Show the preview anew, with why nothing was done."""
    try:
        planned = plan(here.runtime.outside, log_id)
    except (CannotUndo, AdapterError) as error:
        return _cannot(request, here, who, error)
    return _preview(request, here, who, planned, 422, code, reason)


def _preview(
    request: Request, here: Site, who: Who, planned: UndoPlan, status: int = 200, code: str = "", reason: str = ""
) -> HTMLResponse:
    language = here.language(request, who)
    rows = [
        (one, field_name(one.name, language), *(shown(one.name, value) for value in (one.former, one.wrote, one.now)))
        for one in planned.fields
    ]
    with here.runtime.sessions() as session:
        return here.page(
            request, "undo.html", who, session, status=status, planned=planned, rows=rows, reason=reason,
            seen=planned.fingerprint(here.runtime.vault), back=relation_address(planned.link_id, planned.record_id),
            notice=refused(words_of(language), code) if code else None,
        )  # fmt: skip


def _cannot(request: Request, here: Site, who: Who, error: Exception) -> HTMLResponse:
    """Say why a write is not undone."""
    code = error.code if isinstance(error, CannotUndo) else AWAY
    status = 404 if code == "undo.unknown" else 409
    with here.runtime.sessions() as session:
        return here.page(request, "undo_refused.html", who, session, status=status, code=code)
