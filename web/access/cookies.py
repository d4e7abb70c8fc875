"""Set the cookies that a browser keeps for us, each as narrow as it can be."""

from starlette.responses import Response

from web.access.entering import Entered
from web.access.sessions import LIFE
from web.site import LANGUAGE_COOKIE, Site


def keep_session(site: Site, answer: Response, entered: Entered) -> None:
    """Give the browser its session; a language that a former user of it chose makes way for the user's own."""
    answer.set_cookie(
        site.cookie,
        entered.token,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )
    if entered.language:
        answer.delete_cookie(LANGUAGE_COOKIE, path="/", secure=site.secure, httponly=True, samesite="lax")


def drop_session(site: Site, answer: Response) -> None:
    """Take the session's cookie back."""
    answer.delete_cookie(site.cookie, path="/", secure=site.secure, httponly=True, samesite="lax")
