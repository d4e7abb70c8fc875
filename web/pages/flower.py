"""Answer a reverse proxy that asks whether a browser may see Flower, which has no sign-in of its own."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.words import Access
from web.access.guard import find_who
from web.site import Here

router = APIRouter(prefix="/access")


@router.get("/flower")
def flower(request: Request, here: Here) -> Response:
    """Answer 204 for an operator or administrator, else 401, which the proxy turns into our sign-in page."""
    who = find_who(here, request.cookies.get(here.cookie, ""))
    may = who is not None and not who.must_change and who.role.covers(Access.OPERATOR)
    return Response(status_code=204 if may else 401)
