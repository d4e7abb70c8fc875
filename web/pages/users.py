"""Serve the page of users: who may sign in, and as what.

A password that is made up for somebody is shown in the answer to the form itself, not after a redirect: it may
stand in no address and is kept nowhere.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from models.words import Access
from web.access.guard import Administrator
from web.access.users import (
    Refused,
    add_user,
    change_role,
    end_sessions,
    hash_new,
    made_up_password,
    set_password,
    switch,
)
from web.access.who import Who
from web.bounds import PathInt, Short
from web.notices import refused, told
from web.queries.users import PAGE, list_users, one_user, sessions_of
from web.site import Here, Site
from web.words import words_of

router = APIRouter(prefix="/users")

FormName = Annotated[Short, Form()]


@router.get("")
def page(request: Request, here: Here, who: Administrator, after: Annotated[Short, Query()] = "") -> Response:
    """List the users."""
    return _list(request, here, who, after=after)


@router.post("")
def add(
    request: Request,
    here: Here,
    who: Administrator,
    name: FormName,
    role: Annotated[Access, Form()],
    email: FormName = "",
    way: Annotated[str, Form(pattern="^(password|oidc)$")] = "password",
) -> Response:
    """Add a user and show the password to be used once, or leave signing in to the identity provider."""
    password = made_up_password() if way == "password" else None
    hashed = hash_new(password) if password else None
    try:
        with here.runtime.sessions.begin() as session:
            user = add_user(session, who.actor, name, role, email=email, hashed=hashed, once=password is not None)
            added = user.id
    except Refused as error:
        typed = {"name": name, "email": email, "role": role.value, "way": way}
        return _list(request, here, who, status=422, why=error.code, typed=typed)
    if password is None:
        return RedirectResponse(f"/users/{added}?done=added", status_code=303)
    return _one(request, here, who, added, password=password)


@router.get("/{user_id}")
def one(request: Request, here: Here, who: Administrator, user_id: PathInt, done: Short = "") -> Response:
    """Show one user and what may be changed."""
    return _one(request, here, who, user_id, done=done)


@router.post("/{user_id}/role")
def role(
    request: Request,
    here: Here,
    who: Administrator,
    user_id: PathInt,
    role: Annotated[Access, Form()],
    was: Annotated[Access | None, Form()] = None,
) -> Response:
    """Give another role."""
    return _do(request, here, who, user_id, "role", lambda session: change_role(session, who.actor, user_id, role, was))


@router.post("/{user_id}/off")
def off(request: Request, here: Here, who: Administrator, user_id: PathInt) -> Response:
    """Let somebody sign in no more."""
    return _do(request, here, who, user_id, "off", lambda session: switch(session, who.actor, user_id, on=False))


@router.post("/{user_id}/on")
def on(request: Request, here: Here, who: Administrator, user_id: PathInt) -> Response:
    """Let somebody sign in again."""
    return _do(request, here, who, user_id, "on", lambda session: switch(session, who.actor, user_id, on=True))


@router.post("/{user_id}/sessions")
def sessions(request: Request, here: Here, who: Administrator, user_id: PathInt) -> Response:
    """Show somebody out everywhere."""
    return _do(request, here, who, user_id, "ended", lambda session: end_sessions(session, who.actor, user_id))


@router.post("/{user_id}/password")
def password(request: Request, here: Here, who: Administrator, user_id: PathInt) -> Response:
    """Make up a password to be used once, and show it."""
    made = made_up_password()
    hashed = hash_new(made)
    try:
        with here.runtime.sessions.begin() as session:
            set_password(session, who.actor, user_id, hashed, once=True)
    except Refused as error:
        return _one(request, here, who, user_id, why=error.code)
    return _one(request, here, who, user_id, password=made)


def _do(request: Request, here: Site, who: Who, user_id: int, done: str, deed: Callable[[Session], object]) -> Response:
    try:
        with here.runtime.sessions.begin() as session:
            deed(session)
    except Refused as error:
        return _one(request, here, who, user_id, why=error.code)
    return RedirectResponse(f"/users/{user_id}?done={done}", status_code=303)


def _list(
    request: Request,
    here: Site,
    who: Who,
    after: str = "",
    *,
    status: int = 200,
    why: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    words = words_of(here.language(request, who))
    with here.runtime.sessions() as session:
        rows = list_users(session, after)
        return here.page(
            request,
            "users.html",
            who,
            session,
            status=status,
            rows=rows[:PAGE],
            after=rows[PAGE - 1].name if len(rows) > PAGE else None,
            typed=typed or {},
            notice=refused(words, why) if why else None,
        )


def _one(
    request: Request, here: Site, who: Who, user_id: int, *, done: str = "", why: str = "", password: str = ""
) -> Response:
    words = words_of(here.language(request, who))
    with here.runtime.sessions() as session:
        user = one_user(session, user_id)
        if user is None:
            raise HTTPException(404)
        return here.page(
            request,
            "user.html",
            who,
            session,
            status=422 if why else 200,
            user=user,
            sessions=len(sessions_of(session, user_id)),
            password=password,
            notice=refused(words, why) if why else told(words, "users", done),
        )
