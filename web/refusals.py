"""Answer what cannot be done: on a page in words, in the API as JSON."""

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.access.guard import ChangeFirst, Forbidden, SignInFirst
from web.hooks import RETRY_SECONDS
from web.site import site_of

AWAY = (DBAPIError, PoolTimeout)
"""PostgreSQL does not answer, or all its connections are in use."""


def add_refusals(app: FastAPI) -> None:
    """Give the application its answers."""
    app.add_exception_handler(SignInFirst, _sign_in)
    app.add_exception_handler(ChangeFirst, _change)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for error in AWAY:
        app.add_exception_handler(error, _away)


def for_machines(request: Request) -> bool:
    """Tell whether an application asks, not a browser."""
    return request.url.path.startswith("/api/")


def _sign_in(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    return RedirectResponse(f"/sign-in?back={error.back}", status_code=303)


def _change(_: Request, __: Exception) -> Response:
    return RedirectResponse("/me?done=must_change", status_code=303)


def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    return site_of(request).page(request, "refused.html", error.who, status=403, code=error.code)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if for_machines(request) or error.status_code != 404:
        return await http_exception_handler(request, error)
    return site_of(request).page(request, "refused.html", None, status=404, code="not_found")


async def _invalid(request: Request, error: Exception) -> Response:
    """Refuse what has the wrong form without repeating it: it may hold a password or a number."""
    assert isinstance(error, RequestValidationError)
    kept = [{key: one[key] for key in ("type", "loc", "msg")} for one in error.errors()]
    return await request_validation_exception_handler(request, RequestValidationError(kept))


def _away(request: Request, _: Exception) -> Response:
    headers = {"retry-after": str(RETRY_SECONDS)}
    if for_machines(request):
        return JSONResponse({"detail": "the database does not answer, try again"}, 503, headers)
    answer = site_of(request).page(request, "away.html", None, status=503)
    answer.headers["retry-after"] = headers["retry-after"]
    return answer
