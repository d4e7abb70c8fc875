"""Serve the links: their rules in sentences, pausing, and the field mapping with a preview on a real record."""

from collections.abc import Iterable

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from models.causes import Language
from sync import pausing
from sync.mapping_document import HEADS, Mapping, markdown, table
from sync.mapping_table import NoRecord, Preview, preview, problem_words
from sync.pausing import NotPaused
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import Short, printable
from web.exporting import csv_answer
from web.queries import links as asked
from web.site import Here, Site
from web.words import words_of

DONE = {"paused": "good", "resumed": "good"}
"""What a deed may report on the page that it leads to -> its tone."""

router = APIRouter()


def notice(site: Site, request: Request, who: Who, done: str) -> dict[str, str] | None:
    """Say what the last deed did; a code that is not ours says nothing."""
    if done not in DONE:
        return None
    return {"tone": DONE[done], "text": words_of(site.language(request, who))[f"links.done_{done}"]}


@router.get("/links")
def page(request: Request, here: Here, who: Viewer, after: Short = "") -> HTMLResponse:
    """List the links."""
    with here.runtime.sessions() as session:
        lines, more = asked.listed(session, after)
        last = lines[-1].row.name if more else None
        return here.page(request, "links.html", who, session, lines=lines, after=last)


@router.get("/links/{name}")
def detail(request: Request, here: Here, who: Viewer, name: Short, done: Short = "") -> HTMLResponse:
    """Show one link: its ends, its state and its rules."""
    with here.runtime.sessions() as session:
        return _detail(request, here, who, session, name, done)


def _detail(
    request: Request,
    here: Site,
    who: Who,
    session: Session,
    name: str,
    done: str = "",
    refusal: NotPaused | None = None,
) -> HTMLResponse:
    found = _found(session, name)
    return here.page(
        request, "link.html", who, session, status=422 if refusal else 200, link=found, refusal=refusal,
        state=asked.state(found.link), paused=asked.paused_in(found.link.rules),
        notice=notice(here, request, who, done),
    )  # fmt: skip


def _found(session: Session, name: str) -> Mapping:
    found = asked.found(session, name)
    if found is None:
        raise HTTPException(404)
    return found


@router.post("/links/{name}/pause")
async def pause(request: Request, here: Here, who: Operator, name: Short) -> Response:
    """Pause a link, with a reason; live changes wait."""
    given = (await request.form()).get("reason")
    return await here.in_thread(_switch, request, here, who, name, _text(given))


def _text(given: object) -> str:
    try:
        return printable(given) if isinstance(given, str) else ""
    except ValueError:
        return ""


@router.post("/links/{name}/resume")
def resume(request: Request, here: Here, who: Operator, name: Short) -> Response:
    """Let a link go on."""
    return _switch(request, here, who, name, None)


def _switch(request: Request, here: Site, who: Who, name: str, reason: str | None) -> Response:
    try:
        with here.runtime.sessions.begin() as session:
            if reason is None:
                pausing.resume(session, who.actor, "link", name)
            else:
                pausing.pause(session, who.actor, "link", name, reason)
    except NotPaused as error:
        with here.runtime.sessions() as session:
            return _detail(request, here, who, session, name, refusal=error)
    return RedirectResponse(f"/links/{name}?done={'resumed' if reason is None else 'paused'}", 303)


@router.get("/links/{name}/fields")
def fields(request: Request, here: Here, who: Viewer, name: Short, record: Short = "") -> HTMLResponse:
    """Show which field becomes which; with a record, its values on their way."""
    return _fields(request, here, who, name, record.strip(), read=False)


@router.post("/links/{name}/fields")
async def fields_in_books(request: Request, here: Here, who: Operator, name: Short) -> HTMLResponse:
    """Show the same with what stands in the target now, for which it is asked once."""
    record = _text((await request.form()).get("record"))[:200].strip()
    return await here.in_thread(_fields, request, here, who, name, record, read=True)


def _fields(request: Request, here: Site, who: Who, name: str, record: str, *, read: bool) -> HTMLResponse:
    with here.runtime.sessions() as session:
        found = _found(session, name)
    shown, missing = _preview(here, name, record, read=read)
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        return here.page(
            request, "fields.html", who, session, link=found, record=record, preview=shown, missing=missing,
            shapes=_shapes(found, shown), told=lambda problems: [problem_words(one, language) for one in problems],
        )  # fmt: skip


def _preview(here: Site, name: str, record: str, *, read: bool) -> tuple[Preview | None, bool]:
    if not record:
        return None, False
    try:
        return preview(here.runtime.outside, name, record, read=read), False
    except NoRecord:
        return None, True


def _shapes(found: Mapping, shown: Preview | None) -> Iterable[str]:
    if shown is not None:
        return [shown.samples[0].row.shape] if shown.samples else []
    return dict.fromkeys(row.shape for row in found.rows)


@router.get("/links/{name}/mapping.md")
def mapping_as_markdown(request: Request, here: Here, who: Viewer, name: Short) -> PlainTextResponse:
    """Download the documented mapping."""
    found, language = _document(request, here, who, name)
    headers = {"content-disposition": f'attachment; filename="{found.link.name}.md"'}
    return PlainTextResponse(markdown(found, language), media_type="text/markdown; charset=utf-8", headers=headers)


@router.get("/links/{name}/mapping.csv")
def mapping_as_csv(request: Request, here: Here, who: Viewer, name: Short) -> StreamingResponse:
    """Download the fields for a spreadsheet."""
    found, language = _document(request, here, who, name)
    return csv_answer(found.link.name, HEADS[language], table(found, language))


def _document(request: Request, here: Site, who: Who, name: str) -> tuple[Mapping, Language]:
    with here.runtime.sessions() as session:
        return _found(session, name), here.language(request, who)
