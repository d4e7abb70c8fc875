"""Serve the connections: how each fares, testing, pausing, and connecting a new one step by step."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from adapters import registry
from sync import connecting, pausing, renewing
from sync.audit import Actor, Subject, record
from sync.causes import catalogue
from sync.connecting import Wish, keys_of
from sync.contact import check_row, remember
from sync.pausing import NotPaused
from sync.trials import LONGEST, NotConnected
from web.access.guard import Administrator, Operator, Viewer
from web.access.who import Who
from web.bounds import NAME_CHARACTERS, Short, printable
from web.queries import connections as asked
from web.queries.connections import Line
from web.site import Here, Site
from web.words import words_of

DONE = {
    "added": "good",
    "discarded": "good",
    "removed": "good",
    "renewed": "good",
    "paused": "good",
    "resumed": "good",
    "works": "good",
    "fails": "bad",
}
"""What a deed may report on the page that it leads to -> its tone."""
FREE = ("name", "base_url", "token_url", "domain")
"""Fields of the wizard that are shown again after a refusal; what is secret never is."""

router = APIRouter()


def notice(site: Site, request: Request, who: Who, done: str) -> dict[str, str] | None:
    """Say what the last deed did; a code that is not ours says nothing."""
    if done not in DONE:
        return None
    return {"tone": DONE[done], "text": words_of(site.language(request, who))[f"connections.done_{done}"]}


def to(name: str, done: str) -> RedirectResponse:
    """Lead to a connection's page."""
    return RedirectResponse(f"/connections/{name}?done={done}", 303)


@router.get("/connections")
def page(request: Request, here: Here, who: Viewer, after: Short = "", done: Short = "") -> HTMLResponse:
    """List the connections."""
    with here.runtime.sessions() as session:
        lines, more = asked.listed(session, here.runtime, after)
        return here.page(
            request, "connections.html", who, session, lines=lines, after=lines[-1].name if more else None,
            notice=notice(here, request, who, done),
        )  # fmt: skip


@router.get("/connections/new")
def new(request: Request, here: Here, who: Administrator, system: Short = "") -> HTMLResponse:
    """Start the wizard: choose a system, then paste its keys."""
    with here.runtime.sessions() as session:
        return _wizard(request, here, who, session, system if system in registry.SYSTEMS else "")


@router.post("/connections/new")
async def try_out(request: Request, here: Here, who: Administrator) -> Response:
    """Try what was pasted; what works is shown with the administration's name, to be confirmed."""
    given = await _form(request)
    return await here.in_thread(_try_out, request, here, who, given)


def _try_out(request: Request, here: Site, who: Who, given: Mapping[str, str]) -> Response:
    system = given.get("system", "")
    try:
        wish = _wish(given)
        connecting.try_new(here.runtime.outside, who.actor, wish)
    except NotConnected as error:
        with here.runtime.sessions() as session:
            typed = {key: given.get(key, "") for key in FREE}
            known = system if system in registry.SYSTEMS else ""
            return _wizard(request, here, who, session, known, typed=typed, refusal=error, status=422)
    return RedirectResponse(f"/connections/{wish.name}", 303)


def _wish(given: Mapping[str, str]) -> Wish:
    system = given.get("system", "")
    if system not in registry.SYSTEMS:
        raise NotConnected("system", "system")
    domain = given.get("domain", "").removeprefix("https://").partition("/")[0]
    return Wish(
        name=given.get("name", ""),
        system=system,
        base_url=given.get("base_url", "") or (f"https://{domain.lower()}/api/v2" if domain else ""),
        token_url=given.get("token_url", ""),
        credentials={key: given.get(key, "") for key in keys_of(system)},
        hook_secret=given.get("hook_secret", ""),
    )


def _wizard(
    request: Request, here: Site, who: Who, session: Session, system: str, *, status: int = 200, **more: Any
) -> HTMLResponse:
    fields = keys_of(system) if system else ()
    return here.page(
        request, "connect.html", who, session, status=status, system=system, systems=sorted(registry.SYSTEMS),
        keys=fields, own_domain=bool(system) and not registry.default_urls(system),
        elsewhere=bool(here.runtime.settings.allowed_hosts),
        hears=bool(system) and registry.hook_reader(system) is not None,
        **{"typed": {}, "refusal": None, **more},
    )  # fmt: skip


@router.get("/connections/{name}")
def detail(request: Request, here: Here, who: Viewer, name: Short, done: Short = "") -> HTMLResponse:
    """Show one connection."""
    with here.runtime.sessions() as session:
        return _detail(request, here, who, session, name, notice=notice(here, request, who, done))


def _detail(
    request: Request, here: Site, who: Who, session: Session, name: str, *, status: int = 200, **more: Any
) -> HTMLResponse:
    line = _found(session, here, name)
    shown = {
        "line": line,
        "issues": asked.issues_of(session, line.row.id),
        "links": asked.links_of(session, line.row.id),
        "hook": asked.hook_address(here.runtime, line.row) if who.may("administrator") else None,
        "refusal": None,
        "cause": catalogue().find,
        **more,
    }
    return here.page(request, "connection.html", who, session, status=status, **shown)


def _found(session: Session, here: Site, name: str) -> Line:
    line = asked.found(session, here.runtime, name)
    if line is None:
        raise HTTPException(404)
    return line


@router.post("/connections/{name}/confirm")
def confirm(here: Here, who: Administrator, name: Short) -> RedirectResponse:
    """Keep a connection that was tried out."""
    return _deed(here, lambda session: connecting.confirm(session, who.actor, name), f"/connections/{name}?done=added")


@router.post("/connections/{name}/discard")
def discard(here: Here, who: Administrator, name: Short) -> RedirectResponse:
    """Throw a connection away that was tried out."""
    return _deed(here, lambda session: connecting.discard(session, who.actor, name), "/connections?done=discarded")


@router.post("/connections/{name}/remove")
def remove(here: Here, who: Administrator, name: Short) -> RedirectResponse:
    """Remove a connection that a page made."""
    return _deed(here, lambda session: connecting.remove(session, who.actor, name), "/connections?done=removed")


def _deed(here: Site, deed: Callable[[Session], None], to: str) -> RedirectResponse:
    try:
        with here.runtime.sessions.begin() as session:
            deed(session)
    except NotConnected:
        raise HTTPException(404) from None
    return RedirectResponse(to, 303)


@router.post("/connections/{name}/check")
def check(here: Here, who: Operator, name: Short) -> RedirectResponse:
    """Call the system, and keep what came of it for the page."""
    with here.runtime.sessions() as session:
        row = _found(session, here, name).row
    checked = check_row(row, here.runtime.outside)
    with here.runtime.sessions.begin() as session:
        remember(session, row.id, checked)
        told(session, who.actor, name, checked.ok)
    return to(name, "works" if checked.ok else "fails")


def told(session: Session, actor: Actor, name: str, ok: bool) -> None:
    """Write a test down."""
    record(session, actor, "connection.check", Subject("connection", name), after={"ok": ok})


@router.post("/connections/{name}/pause")
async def pause(request: Request, here: Here, who: Operator, name: Short) -> Response:
    """Pause a connection, with a reason."""
    reason = (await _form(request)).get("reason", "")
    return await here.in_thread(_switch, request, here, who, name, reason)


@router.post("/connections/{name}/resume")
def resume(request: Request, here: Here, who: Operator, name: Short) -> Response:
    """Let a connection go on."""
    return _switch(request, here, who, name, None)


def _switch(request: Request, here: Site, who: Who, name: str, reason: str | None) -> Response:
    try:
        with here.runtime.sessions.begin() as session:
            if reason is None:
                pausing.resume(session, who.actor, "connection", name)
            else:
                pausing.pause(session, who.actor, "connection", name, reason)
    except NotPaused as error:
        with here.runtime.sessions() as session:
            return _detail(request, here, who, session, name, status=422, refusal=error)
    return to(name, "resumed" if reason is None else "paused")


@router.get("/connections/{name}/credentials")
def credentials(request: Request, here: Here, who: Administrator, name: Short) -> HTMLResponse:
    """Offer to renew what this page keeps itself, and say where the rest stands."""
    with here.runtime.sessions() as session:
        return _credentials(request, here, who, session, name)


def _credentials(
    request: Request, here: Site, who: Who, session: Session, name: str, *, status: int = 200, refusal: Any = None
) -> HTMLResponse:
    line = _found(session, here, name)
    return here.page(request, "credentials.html", who, session, status=status, line=line, refusal=refusal)


@router.post("/connections/{name}/credentials")
async def renew(request: Request, here: Here, who: Administrator, name: Short) -> Response:
    """Try new credentials beside the old ones, and replace those when they work."""
    return await here.in_thread(_renew, request, here, who, name, await _form(request))


def _renew(request: Request, here: Site, who: Who, name: str, given: Mapping[str, str]) -> Response:
    pasted = {key: value for key, value in given.items() if key != "csrf" and value}
    try:
        renewing.renew(here.runtime.outside, who.actor, name, pasted)
    except NotConnected as error:
        with here.runtime.sessions() as session:
            return _credentials(request, here, who, session, name, status=422, refusal=error)
    return to(name, "renewed")


async def _form(request: Request) -> dict[str, str]:
    """Read a form's texts; what cannot be printed, or is far too long, counts as empty."""
    read = {}
    for key, value in (await request.form(max_files=0, max_fields=20)).items():
        if isinstance(value, str) and len(key) <= NAME_CHARACTERS and len(value) <= LONGEST + 1:
            try:
                read[key] = printable(value.strip())
            except ValueError:
                read[key] = "\N{REPLACEMENT CHARACTER}"
    return read
