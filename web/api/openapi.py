"""Describe the API to those who may use it: an application with the scope read, or anybody who is signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from web.access.callers import Allows, Scope
from web.access.guard import find_who
from web.site import Here

router = APIRouter(include_in_schema=False)
_reading = Allows(Scope.READ)


@router.get("/openapi.json")
def document(
    request: Request,
    here: Here,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(HTTPBearer(auto_error=False))],
) -> dict[str, Any]:
    """Return the OpenAPI document. Raises HTTPException 401 or 403."""
    who = None if given else find_who(here, request.cookies.get(here.cookie, ""))
    if who is None:
        _reading(here, given)
    elif who.must_change:
        raise HTTPException(403, "choose a password of your own first")
    described: dict[str, Any] = request.app.openapi()
    return described
