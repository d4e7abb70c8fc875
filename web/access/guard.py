"""Let a page's request in by session, role and form token; every page route names the role it needs."""

import hmac
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from models.words import Access
from web.access.sessions import find_session
from web.access.who import Who
from web.site import Site, site_of

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD")
LONGEST_TOKEN = 200


class SignInFirst(Exception):
    """Send the browser to the sign-in page; `back` is where it wanted to go."""

    def __init__(self, back: str) -> None:
        """Remember the path."""
        super().__init__("sign in first")
        self.back = back


class ChangeFirst(Exception):
    """Send somebody who came in with another's choice of password to the page where they choose their own."""


class Forbidden(Exception):
    """Say that the role does not allow this, or that a form did not come from our page."""

    def __init__(self, code: str, who: Who | None = None) -> None:
        """Name the word that explains it to a person."""
        super().__init__(code)
        self.code = code
        self.who = who


async def passing(request: Request, site: Annotated[Site, Depends(site_of)]) -> Who:
    """Return who is signed in, whatever they must do first.

    Raises SignInFirst, or Forbidden for a form without this session's token.
    """
    who = await site.in_thread(find_who, site, request.cookies.get(site.cookie, ""))
    if who is None:
        raise SignInFirst(_back(request))
    if request.method not in SAFE and not hmac.compare_digest(await _form_token(request), who.csrf):
        raise Forbidden("form_expired", who)
    return who


async def signed_in(who: Annotated[Who, Depends(passing)]) -> Who:
    """Return who is signed in with a password of their own choice. Raises ChangeFirst."""
    if who.must_change:
        raise ChangeFirst
    return who


def find_who(site: Site, token: str) -> Who | None:
    """Return whose session a cookie's value is, if anybody's."""
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    with site.runtime.sessions.begin() as session:
        return find_session(session, site.runtime.vault, token)


def _back(request: Request) -> str:
    """Return where to go on after signing in: the page with its question, as one value."""
    if request.method not in SAFE:
        return "/"
    return quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


async def _form_token(request: Request) -> str:
    given = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD)
    return given if isinstance(given, str) and given.isascii() else ""


class Needs:
    """Be the dependency that lets one role and those above it in; it names the role, so that a test can list it."""

    def __init__(self, role: Access) -> None:
        """Take the least role that may."""
        self.role = role

    def __call__(self, who: Annotated[Who, Depends(signed_in)]) -> Who:
        """Return who asks. Raises Forbidden."""
        if not who.role.covers(self.role):
            raise Forbidden("role_needed", who)
        return who


Passing = Annotated[Who, Depends(passing)]
"""For the few routes that stay open to somebody who has yet to choose a password: their own page, and the way out."""
Viewer = Annotated[Who, Depends(Needs(Access.VIEWER))]
Operator = Annotated[Who, Depends(Needs(Access.OPERATOR))]
Administrator = Annotated[Who, Depends(Needs(Access.ADMINISTRATOR))]
