"""Give applications the reports of comparisons, and let them have one repaired."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from models.tables import Reconciliation
from models.words import Lane
from sync.repairing import NotRepairable, repair_report
from web.access.callers import Operating, Reader
from web.api.answers import Answers, refused
from web.bounds import BigInt, PathInt
from web.queries.reconciliations import NEWEST, PAGES, Finding, ReportLine, read_report, read_reports, read_rows
from web.site import Here

NOT_FOUND: Answers = {404: refused("No such report.")}
REFUSED: Answers = {
    **NOT_FOUND,
    409: refused("The comparison is `unfinished`, or holds `nothing` to repair; nothing was done."),
}
router = APIRouter(prefix="/reconciliations", tags=["reconciliations"])


class Report(BaseModel):
    """Hold one comparison of a link's sides."""

    id: int
    link: str
    state: Literal["finished", "running", "asked", "broken_off"]
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    """Finding -> how many; complete, while the rows are kept up to a limit."""


class Reports(BaseModel):
    """List reports, newest first; `next` is the `before` of the following page, 0 at the end."""

    reconciliations: list[Report]
    next: int


class Row(BaseModel):
    """Hold one finding: ids and names of fields, never a value."""

    finding: str
    record_id: str
    role: str
    target_id: str
    fields: list[str]


class Detail(Report):
    """Hold a report with one page of its rows."""

    rows: list[Row]
    more: bool


class Repaired(BaseModel):
    """Tell how many relations were put to work."""

    jobs: int


@router.get("")
def list_reports(here: Here, _: Reader, link: BigInt = 0, before: BigInt = NEWEST) -> Reports:
    """Return reports, newest first."""
    with here.runtime.sessions() as session:
        rows = read_reports(session, link or None, before)
    return Reports(reconciliations=[Report(**_document(one)) for one in rows], next=rows[-1].id if rows else 0)


@router.get("/{report_id}", responses=NOT_FOUND)
def one_report(
    here: Here,
    _: Reader,
    report_id: PathInt,
    finding: Annotated[Finding, Query()] = "",
    page: Annotated[int, Query(ge=1, le=PAGES)] = 1,
) -> Detail:
    """Return a report with one page of its rows."""
    with here.runtime.sessions() as session:
        report = read_report(session, report_id)
        if report is None:
            raise HTTPException(404, "no such report")
        rows, more = read_rows(session, report_id, finding, page)
    return Detail(**_document(report), rows=[_row(one) for one in rows], more=more)


@router.post("/{report_id}/repair", status_code=202, responses=REFUSED)
def repair(here: Here, caller: Operating, report_id: PathInt) -> Repaired:
    """Put the findings to work as ordinary bulk jobs, which look at both sides anew."""
    try:
        with here.runtime.sessions.begin() as session:
            row = session.get(Reconciliation, report_id)
            if row is None:
                raise HTTPException(404, "no such report")
            jobs = repair_report(session, here.runtime.vault, row, caller.actor)
    except NotRepairable as error:
        raise HTTPException(409, str(error)) from None
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.BULK)
    return Repaired(jobs=len(jobs))


def _row(row: Any) -> Row:
    return Row(
        finding=row.finding, record_id=row.record_id, role=row.role, target_id=row.target_id, fields=list(row.fields)
    )


def _document(report: ReportLine) -> dict[str, Any]:
    return {
        "id": report.id,
        "link": report.link,
        "state": report.state,
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "counts": dict(report.counts),
    }
