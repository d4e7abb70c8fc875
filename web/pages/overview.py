"""Serve the overview, that says whether everything is in."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from web.access.guard import Viewer
from web.progress import JobCount, dispatcher_runs, job_counts, oldest_seconds
from web.site import Here

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

router = APIRouter()


def overview(session: Session) -> dict[str, Any]:
    """Read what the page shows; every question is indexed and bounded."""
    rows: dict[str, Sequence[Row[Any]] | Sequence[JobCount]] = {
        "connections": session.execute(CONNECTIONS).all(),
        "jobs": job_counts(session.connection()),
        "log": session.execute(LOG).all(),
        "issues": session.execute(ISSUES).all(),
    }
    return rows | {"age": oldest_seconds(session.connection()), "dispatcher": dispatcher_runs(session.connection())}


@router.get("/")
def page(request: Request, here: Here, who: Viewer) -> HTMLResponse:
    """Show the overview."""
    with here.runtime.sessions() as session:
        return here.page(request, "overview.html", who, session, **overview(session))
