"""Serve the page of API tokens: which applications may call, and what for.

A new token is shown in the answer to the form itself, not after a redirect: it may stand in no address.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from web.access.callers import Scope
from web.access.guard import Administrator
from web.access.tokens import make_token, revoke_token
from web.access.users import Refused
from web.access.who import Who
from web.bounds import BIGGEST, PathInt, Short
from web.notices import refused, told
from web.queries.users import PAGE, list_tokens
from web.site import Here, Site
from web.words import words_of

router = APIRouter(prefix="/tokens")


@router.get("")
def page(
    request: Request,
    here: Here,
    who: Administrator,
    before: Annotated[int | None, Query(ge=1, le=BIGGEST)] = None,
    done: Short = "",
) -> Response:
    """List the tokens."""
    return _page(request, here, who, before=before, done=done)


@router.post("")
def add(
    request: Request,
    here: Here,
    who: Administrator,
    name: Annotated[Short, Form()],
    scope: Annotated[tuple[Scope, ...], Form()] = (),
    ends: Annotated[Short, Form()] = "",
) -> Response:
    """Make a token and show it."""
    try:
        until = _end(ends, here)
        with here.runtime.sessions.begin() as session:
            made = make_token(session, here.runtime.vault, who.actor, name, scope, until)
    except Refused as error:
        return _page(request, here, who, why=error.code, typed={"name": name, "ends": ends, "scope": scope})
    return _page(request, here, who, made=made)


@router.post("/{token_id}/revoke")
def revoke(request: Request, here: Here, who: Administrator, token_id: PathInt) -> Response:
    """Let a token in no more."""
    try:
        with here.runtime.sessions.begin() as session:
            revoke_token(session, who.actor, token_id)
    except Refused as error:
        return _page(request, here, who, why=error.code)
    return RedirectResponse("/tokens?done=revoked", status_code=303)


def _end(text: str, here: Site) -> datetime | None:
    """Return the end of the day that was typed, in the office's zone. Raises Refused."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=1)
        at = datetime.combine(day, time(), ZoneInfo(here.runtime.settings.timezone))
        if at <= datetime.now(UTC):
            raise Refused("tokens.past")
        return at
    except (ValueError, OverflowError):
        raise Refused("tokens.end_wrong") from None


def _page(
    request: Request,
    here: Site,
    who: Who,
    *,
    before: int | None = None,
    done: str = "",
    why: str = "",
    made: str = "",
    typed: dict[str, object] | None = None,
) -> Response:
    words = words_of(here.language(request, who))
    with here.runtime.sessions() as session:
        rows = list_tokens(session, before)
        return here.page(
            request,
            "tokens.html",
            who,
            session,
            status=422 if why else 200,
            rows=rows[:PAGE],
            before=rows[PAGE - 1].id if len(rows) > PAGE else None,
            scopes=list(Scope),
            made=made,
            typed=typed or {},
            notice=refused(words, why) if why else told(words, "tokens", done),
        )
