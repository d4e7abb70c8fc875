"""Build the web application from settings; one process, no state that another could miss."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import FastAPI
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from models.settings import Settings, settings
from tasks.runtime import Runtime
from web.api import API
from web.api.answers import EVERYWHERE
from web.doors import Readers
from web.hooks import PREFIX, HookEndpoint
from web.inbox import Inbox
from web.metrics import MetricsEndpoint
from web.pages import PAGES
from web.probes import probe_router
from web.readers import registered_reader
from web.refusals import add_refusals
from web.security import harden
from web.site import HERE, Site

MOST_BYTES = 2_000_000
"""Of a form or an API call: above what a bulk action on a whole page of rows needs. Hooks have a limit of their own."""


def _set_up_logging(chosen: Settings) -> None:
    """Log as the other processes do; by name, because the room of processes is above this one."""
    try:
        logging = import_module("worker.logging")
    except ModuleNotFoundError:
        return
    logging.configure_logging(chosen)


class FrontDoor:
    """Send hooks to their endpoint and everything else to the framework, which costs half a hook's time."""

    def __init__(self, hooks: HookEndpoint, rest: FastAPI, hardened: ASGIApp) -> None:
        """Put one before the other; `hardened` is the rest with all that is wrapped around it."""
        self._hooks = hooks
        self.rest = rest
        self._hardened = hardened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._hooks(scope, receive, send)
        else:
            await self._hardened(scope, receive, send)


def create_app(chosen: Settings | None = None, readers: Readers = registered_reader) -> FrontDoor:
    """Create the application for uvicorn (`uvicorn --factory web.app:create_app`)."""
    chosen = chosen or settings()
    _set_up_logging(chosen)
    runtime = Runtime.open(chosen)
    inbox = Inbox(runtime)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        inbox.start()
        yield
        inbox.stop()
        runtime.close()

    app = FastAPI(
        title="Boekbrug",
        lifespan=lifespan,
        max_body_size=MOST_BYTES,
        openapi_url=None,  # web.api.openapi gives the document to those who may call.
    )
    app.state.site, app.state.inbox = Site(runtime), inbox
    app.router.routes.append(Route("/metrics", MetricsEndpoint(runtime).answer, methods=["GET"]))
    app.router.routes.append(Mount("/static", StaticFiles(directory=HERE / "static")))
    app.include_router(probe_router(runtime))
    for router in API:
        app.include_router(router, prefix="/api", responses=EVERYWHERE)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    add_refusals(app)
    return FrontDoor(HookEndpoint(runtime, inbox, readers), app, harden(app, chosen))
