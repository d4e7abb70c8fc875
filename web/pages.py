"""Serve the page for people: what runs, what waits and what went wrong, in Dutch or English."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection as Session
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.templating import Jinja2Templates

from models.causes import Language
from tasks.runtime import Runtime
from web.progress import JobCount, dispatcher_runs, job_counts, oldest_seconds
from web.words import WORDS

HERE = Path(__file__).parent

CONNECTIONS = text("SELECT name, system, enabled, state, state_reason, state_since FROM connection ORDER BY name")
LOG = text("""
SELECT log.at, link.name AS link, log.kind, log.record_id, log.role, log.outcome, log.reason, log.target_id,
    log.duration_ms, log.correlation_id
FROM sync_log AS log JOIN link ON link.id = log.link_id ORDER BY log.at DESC LIMIT 20
""")
ISSUES = text("""
SELECT link.name AS link, issue.cause, count(*) AS records, min(issue.opened_at) AS since
FROM issue JOIN link ON link.id = issue.link_id WHERE issue.closed_at IS NULL
GROUP BY link.name, issue.cause ORDER BY records DESC, issue.cause LIMIT 100
""")


def language_of(asked: str | None, accepted: str, default: str) -> Language:
    """Choose the page's language: asked for, else what the browser prefers first, else the setting."""
    wishes = [asked or "", *(piece.split(";")[0].strip() for piece in accepted.split(",")), default]
    for wish in wishes:
        if wish[:2].lower() in WORDS:
            return "nl" if wish[:2].lower() == "nl" else "en"
    return "nl"


def overview(session: Session) -> dict[str, Any]:
    """Read what the page shows; every question is indexed and bounded."""
    rows: dict[str, Sequence[Row[Any]] | Sequence[JobCount]] = {
        "connections": session.execute(CONNECTIONS).all(),
        "jobs": job_counts(session),
        "log": session.execute(LOG).all(),
        "issues": session.execute(ISSUES).all(),
    }
    return rows | {"age": oldest_seconds(session), "dispatcher": dispatcher_runs(session)}


def page_router(runtime: Runtime) -> APIRouter:
    """Serve /."""
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(HERE / "templates")

    @router.get("/")
    def page(
        request: Request,
        language: Annotated[Literal["nl", "en"] | None, Query()] = None,
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        """Show the overview; without PostgreSQL, say so."""
        chosen = language_of(language, accept_language, runtime.settings.language)
        shown = {"language": chosen, "words": WORDS[chosen]}
        try:
            with runtime.engine.connect() as session:
                return templates.TemplateResponse(request, "overview.html", shown | overview(session))
        except SQLAlchemyError:
            return templates.TemplateResponse(request, "away.html", shown, status_code=503)

    return router
