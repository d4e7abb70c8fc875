"""Serve reports of comparisons: what differs between both sides, and its repair by one click with a preview."""

from collections.abc import Iterator
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from kombu.exceptions import OperationalError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from models.tables import Link, Reconciliation
from models.words import Lane
from sync import repairing
from sync.comparisons import ask
from sync.drift import FINDINGS
from sync.reconcile import FINDINGS_LIMIT
from sync.repairing import NotRepairable
from tasks.app import app
from tasks.settings import RECONCILE
from web.access.guard import Operator, Viewer
from web.bounds import BIGGEST, PathInt
from web.exporting import csv_answer
from web.notices import refused, told
from web.pages.overview import teller
from web.queries.reconciliations import FINE, PAGES, Finding, ReportLine, all_rows, names_of, read_report, read_rows
from web.site import Here, Site
from web.words import words_of
from web.words.fields import field_name

router = APIRouter(prefix="/reconciliations")
logger = structlog.get_logger()

Wanted = Annotated[Finding, Query()]


@router.post("")
def compare(here: Here, who: Operator, link: Annotated[int, Form(ge=1, le=BIGGEST)]) -> RedirectResponse:
    """Ask for a comparison, which a worker runs; where one is under way already, show that."""
    with here.runtime.sessions.begin() as session:
        row = ask(session, link, who.actor)
        if row is None:
            raise HTTPException(404)
        name, row_id = session.get_one(Link, link).name, row.id
    done = "compare" if start(name, row_id) else "broker_away"
    return RedirectResponse(f"/reconciliations/{row_id}?done={done}", 303)


def start(link_name: str, row_id: int) -> bool:
    """Tell a worker; False when the broker is away. A doubled message does the work once."""
    try:
        app.send_task(RECONCILE, args=[link_name], kwargs={"row_id": row_id}, retry=False)
    except (OperationalError, OSError):
        logger.warning("reconcile.not_sent", link=link_name)
        return False
    return True


def found(session: Session, report_id: int) -> ReportLine:
    """Return a report. Raises HTTPException 404."""
    report = read_report(session, report_id)
    if report is None:
        raise HTTPException(404)
    return report


@router.get("/{report_id}")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    report_id: PathInt,
    finding: Wanted = "",
    number: Annotated[int, Query(ge=1, le=PAGES, alias="page")] = 1,
    done: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Show one report; while it runs, how far it is."""
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        report = found(session, report_id)
        rows, more = read_rows(session, report_id, finding, number)
        shown: dict[str, Any] = {
            "report": report,
            "rows": rows,
            "names": names_of(session, here.runtime.vault, report.link_id, rows),
            "finding": finding,
            "previous": _address(report_id, finding, number - 1) if number > 1 else None,
            "next": _address(report_id, finding, number + 1) if more else None,
            "findings": [name for name in FINDINGS if name != "in_sync"],
            "repairable": any(name in report.counts for name in repairing.REPAIRABLE),
            "repaired": repairing.last_repair(session, report_id),
            "fine": FINE,
            "limit": FINDINGS_LIMIT,
            "tell": teller(here, language),
            "field_name": field_name,
            "notice": told(words_of(language), "reconcile", done),
        }
        return here.page(request, "reconciliation.html", who, session, **shown)


def _address(report_id: int, finding: str, number: int) -> str:
    return f"/reconciliations/{report_id}?finding={finding}&page={number}"


@router.get("/{report_id}/export")
def export(request: Request, here: Here, who: Viewer, report_id: PathInt, finding: Wanted = "") -> Response:
    """Send the rows as CSV."""
    words = words_of(here.language(request, who))
    with here.runtime.sessions() as session:
        found(session, report_id)
    heads = [
        words[code]
        for code in ("reconcile.finding", "record", "reconcile.role", "reconcile.target", "reconcile.fields")
    ]

    def rows() -> Iterator[tuple[str, ...]]:
        with here.runtime.sessions() as session:
            for row in all_rows(session, report_id, finding):
                role = words[row.role] if row.role else ""
                yield words[f"finding.{row.finding}"], row.record_id, role, row.target_id, ", ".join(row.fields)

    return csv_answer(f"boekbrug-{report_id}", heads, rows())


@router.get("/{report_id}/repair")
def preview(request: Request, here: Here, who: Operator, report_id: PathInt) -> HTMLResponse:
    """Show what a repair would do and cost, before anybody confirms it."""
    return _preview(request, here, who, report_id)


@router.post("/{report_id}/repair")
def repair(request: Request, here: Here, who: Operator, report_id: PathInt) -> Response:
    """Put the findings to work as ordinary bulk jobs."""
    try:
        with here.runtime.sessions.begin() as session:
            row = session.get(Reconciliation, report_id)
            if row is None:
                raise HTTPException(404)
            jobs = repairing.repair_report(session, here.runtime.vault, row, who.actor)
    except NotRepairable as error:
        return _preview(request, here, who, report_id, str(error))
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.BULK)
    return RedirectResponse(f"/reconciliations/{report_id}?done=repair", 303)


def _preview(request: Request, here: Site, who: Operator, report_id: int, why: str = "") -> HTMLResponse:
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        report = found(session, report_id)
        shown: dict[str, Any] = {
            "report": report,
            "repair": repairing.estimate(session, session.get_one(Reconciliation, report_id)),
            "tell": teller(here, language),
            "notice": refused(words_of(language), f"reconcile.repair_{why}") if why else None,
        }
        return here.page(request, "repair.html", who, session, status=422 if why else 200, **shown)
