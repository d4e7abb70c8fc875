"""Serve the page where people manage what is their own: language, password and sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from models.causes import Language
from web.access.addresses import network_of
from web.access.entering import Unknown, prove
from web.access.guard import Passing
from web.access.lockout import LockedOut
from web.access.passwords import LONGEST
from web.access.sessions import HASH
from web.access.users import Refused, choose_language, end_sessions, hash_new, set_password
from web.access.who import Who
from web.bounds import Short
from web.notices import Notice, refused, told
from web.queries.users import one_user, sessions_of
from web.site import LANGUAGE_COOKIE, Here, Site
from web.words import words_of

router = APIRouter(prefix="/me")

Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("")
def page(request: Request, here: Here, who: Passing, done: Short = "") -> Response:
    """Show what is their own."""
    return _page(request, here, who, done=done)


@router.post("/language")
def language(here: Here, who: Passing, language: Annotated[Short, Form()] = "") -> Response:
    """Remember the language of the pages with the person; this browser's own choice makes way for it."""
    with here.runtime.sessions.begin() as session:
        chosen: Language | None = "nl" if language == "nl" else "en" if language == "en" else None
        choose_language(session, who.actor, who.user_id, chosen or "")
    answer = RedirectResponse("/me?done=language", status_code=303)
    answer.delete_cookie(LANGUAGE_COOKIE, path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


@router.post("/password")
def password(
    request: Request, here: Here, who: Passing, current: Typed = "", fresh: Typed = "", again: Typed = ""
) -> Response:
    """Choose another password; the current one is asked for, so that a screen left alone is no way in."""
    try:
        hashed = _chosen(current, fresh, again)
        prove(here.runtime, who.name, current, network_of(request))
        with here.runtime.sessions.begin() as session:
            set_password(session, who.actor, who.user_id, hashed, but=_own(request, here))
    except Unknown:
        return _page(request, here, who, why="me.wrong")
    except LockedOut:
        return _page(request, here, who, why="me.locked_out")
    except Refused as error:
        return _page(request, here, who, why=error.code)
    return RedirectResponse("/me?done=password", status_code=303)


@router.post("/sessions")
def sessions(request: Request, here: Here, who: Passing) -> Response:
    """Sign out everywhere else."""
    with here.runtime.sessions.begin() as session:
        end_sessions(session, who.actor, who.user_id, but=_own(request, here))
    return RedirectResponse("/me?done=ended", status_code=303)


def _chosen(current: str, fresh: str, again: str) -> str:
    if fresh != again:
        raise Refused("me.differ")
    if fresh == current:
        raise Refused("me.same")
    return hash_new(fresh)


def _own(request: Request, here: Site) -> list[bytes]:
    return here.runtime.vault.hashes(HASH, request.cookies.get(here.cookie, ""))


def _page(request: Request, here: Site, who: Who, *, done: str = "", why: str = "") -> Response:
    words = words_of(here.language(request, who))
    notice = refused(words, why) if why else told(words, "me", done)
    if notice is None and who.must_change:
        notice = Notice("wait", words["me.must_change"])
    own = _own(request, here)
    with here.runtime.sessions() as session:
        user = one_user(session, who.user_id)
        return here.page(
            request,
            "me.html",
            who,
            session,
            status=422 if why else 200,
            user=user,
            sessions=[(row, row.token_hash in own) for row in sessions_of(session, who.user_id)],
            notice=notice,
        )
