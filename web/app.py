"""Build the web application from settings; one process, no state that another could miss."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from models.settings import Settings, settings
from tasks.runtime import Runtime
from web.api import api_router
from web.doors import Readers
from web.hooks import HookEndpoint
from web.inbox import Inbox
from web.metrics import MetricsEndpoint
from web.pages import HERE, page_router
from web.probes import probe_router
from web.readers import registered_reader
from web.security import SecurityHeaders


def create_app(chosen: Settings | None = None, readers: Readers = registered_reader) -> FastAPI:
    """Create the application for uvicorn (`uvicorn --factory web.app:create_app`)."""
    runtime = Runtime.open(chosen or settings())
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
        openapi_url="/api/openapi.json",
        docs_url=None,  # The interactive page loads scripts from elsewhere.
        redoc_url=None,
    )
    # First in the list: it is the one route that must be fast, and Starlette tries them in order.
    app.router.routes.insert(0, Route("/hooks/{token}", HookEndpoint(runtime, inbox, readers), methods=["POST"]))
    app.router.routes.append(Route("/metrics", MetricsEndpoint(runtime).answer, methods=["GET"]))
    app.router.routes.append(Mount("/static", StaticFiles(directory=HERE / "static")))
    app.include_router(probe_router(runtime))
    app.include_router(api_router(runtime, inbox))
    app.include_router(page_router(runtime))
    app.add_middleware(SecurityHeaders)
    return app
