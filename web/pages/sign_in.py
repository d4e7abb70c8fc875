"""Serve the sign-in page, and the way out.

The form stands on a page that nobody is signed in to, so there is no session to derive a form token from. A
pre-session token would need a cookie before sign-in, which a neighbour under the same domain can plant and which
fails whoever has two tabs open; the browser's own word on where the form came from (Origin, Sec-Fetch-Site) can be
forged by no page and needs nothing stored. So that is what is checked.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from web.access.addresses import from_our_page, network_of, safe_back
from web.access.cookies import drop_session, keep_session
from web.access.entering import Unknown, enter
from web.access.guard import Forbidden, Passing, find_who
from web.access.lockout import LockedOut
from web.access.passwords import LONGEST
from web.access.sessions import close_session
from web.access.users import LONGEST_NAME, Refused, tidy_name
from web.site import Here, Site

DONE = ("signed_out", "oidc_failed", "oidc_unknown", "oidc_away")
"""What another page may have said here, by the code of a word."""

router = APIRouter()


@router.get("/sign-in")
def page(request: Request, here: Here, back: str = "/", done: str = "") -> Response:
    """Show the form; whoever is signed in already goes on."""
    if find_who(here, request.cookies.get(here.cookie, "")) is not None:
        return RedirectResponse(safe_back(back), status_code=303)
    return _form(request, here, back, refused=f"sign_in.{done}" if done in DONE else "")


@router.post("/sign-in")
def sign_in(
    request: Request,
    here: Here,
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Let somebody in, or show the form again with the reason in words."""
    if not from_our_page(request, here.runtime.settings.public_url):
        raise Forbidden("sign_in.elsewhere")
    former = request.cookies.get(here.cookie, "")
    try:
        entered = enter(here.runtime, tidy_name(name), password, network_of(request), former)
    except LockedOut as error:
        return _form(request, here, back, status=429, name=name, until=error.until)
    except (Unknown, Refused):
        return _form(request, here, back, status=422, name=name, refused="sign_in.unknown")
    answer = RedirectResponse(safe_back(back), status_code=303)
    keep_session(here, answer, entered)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, here: Here, _: Passing) -> RedirectResponse:
    """End this session, on this side too: a copied cookie is worth nothing afterwards."""
    with here.runtime.sessions.begin() as session:
        close_session(session, here.runtime.vault, request.cookies.get(here.cookie, ""))
    answer = RedirectResponse("/sign-in?done=signed_out", status_code=303)
    drop_session(here, answer)
    return answer


def _form(request: Request, here: Site, back: str, *, status: int = 200, **shown: Any) -> Response:
    return here.page(
        request,
        "sign_in.html",
        None,
        status=status,
        back=safe_back(back),
        oidc=here.runtime.settings.oidc_issuer is not None,
        **shown,
    )
