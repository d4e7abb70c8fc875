"""Send people to the identity provider, and take them in when it sends them back."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.access.addresses import safe_back
from web.access.cookies import keep_session
from web.access.entering import Entered, admit
from web.access.oidc import LIFE_SECONDS, Away, NotProven, Proof, begin, finish
from web.access.welcoming import Stranger, welcome
from web.site import Here, Site

router = APIRouter(prefix="/sign-in/oidc")
log = structlog.get_logger("web.sign_in")

Given = Annotated[str, Query(max_length=4000)]


@router.get("")
def leave(here: Here, back: str = "/") -> Response:
    """Send the browser to the provider."""
    settings = here.runtime.settings
    if settings.oidc_issuer is None:
        raise HTTPException(404)
    try:
        begun = begin(settings, here.runtime.vault, safe_back(back))
    except Away as error:
        return _sorry("oidc_away", str(error))
    answer = RedirectResponse(begun.url, status_code=303)
    answer.set_cookie(
        _cookie(here), begun.cookie, max_age=LIFE_SECONDS, path="/", secure=here.secure, httponly=True, samesite="lax"
    )
    return answer


@router.get("/back")
def come_back(request: Request, here: Here, state: Given = "", code: Given = "", error: Given = "") -> Response:
    """Take somebody in whom the provider vouches for; whatever else came back proves nothing."""
    settings = here.runtime.settings
    if settings.oidc_issuer is None:
        raise HTTPException(404)
    cookie = request.cookies.get(_cookie(here), "")
    try:
        proof, back = finish(settings, here.runtime.vault, cookie, state, "" if error else code)
        entered = _admit(here, proof, request.cookies.get(here.cookie, ""))
    except Away as away:
        return _sorry("oidc_away", str(away))
    except NotProven as why:
        return _sorry("oidc_failed", str(why))
    except Stranger:
        return _sorry("oidc_unknown", "unknown here")
    answer = RedirectResponse(safe_back(back), status_code=303)
    keep_session(here, answer, entered)
    answer.delete_cookie(_cookie(here), path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


def _admit(here: Site, proof: Proof, former: str) -> Entered:
    with here.runtime.sessions.begin() as session:
        user = welcome(session, here.runtime.settings, proof)
        session.flush()
        return admit(session, here.runtime, user, former, "oidc")


def _cookie(here: Site) -> str:
    return f"{here.cookie}-oidc"


def _sorry(code: str, why: str) -> Response:
    log.warning("sign_in.oidc_failed", reason=why)
    return RedirectResponse(f"/sign-in?done={code}", status_code=303)
