"""Serve the error inbox: what went wrong by cause, whose move it is, and what can be done about it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from models.words import Lane
from sync import ignoring, replaying
from sync.feedback import resending
from sync.ignoring import Group, ReasonNeeded
from sync.replaying import Retry
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import BigInt, FormInt, Long, PageNumber, Short
from web.exporting import csv_answer
from web.queries import issues as inbox
from web.queries import mails
from web.queries.issues import Filter
from web.site import Here, Site
from web.words import words_of

DONE = {
    "retried": "good",
    "nothing": "wait",
    "ignored": "good",
    "taken_back": "good",
    "mail_again": "good",
    "mail_aside": "good",
}
"""What a deed may report on the page that it leads to -> its tone."""

router = APIRouter()


def notice(site: Site, request: Request, who: Who, done: str) -> dict[str, str] | None:
    """Say what the last deed did; a code that is not ours says nothing."""
    if done not in DONE:
        return None
    return {"tone": DONE[done], "text": words_of(site.language(request, who))[f"issues.done_{done}"]}


def to_cause(link: str, group: Group, done: str) -> RedirectResponse:
    """Lead back to the page of a cause."""
    query = urlencode({"link": link, "cause": group.cause, "field": group.field, "done": done})
    return RedirectResponse(f"/issues/cause?{query}", 303)


@router.get("/issues")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    link: Short = "",
    mover: Short = "",
    ignored: bool = False,
    page: PageNumber = 1,
    done: Short = "",
) -> HTMLResponse:
    """Show the open issues by cause."""
    wanted = Filter(link, mover if mover in inbox.MOVERS else "", "", ignored)
    with here.runtime.sessions() as session:
        groups, more = inbox.groups(session, wanted, page=page)
        return here.page(
            request, "issues.html", who, session, tab="open", groups=groups, wanted=wanted, movers=inbox.MOVERS,
            links=inbox.link_names(session), mail_count=mails.refused_count(session), page=page, more=more,
            notice=notice(here, request, who, done),
        )  # fmt: skip


@router.get("/issues/closed")
def closed(
    request: Request, here: Here, who: Viewer, link: Short = "", before: datetime | None = None, before_id: BigInt = 0
) -> HTMLResponse:
    """Show what was closed in the last month."""
    edge = (before, before_id) if before is not None and before.tzinfo is not None else None
    with here.runtime.sessions() as session:
        rows, more = inbox.closed(session, here.runtime.vault, link, before=edge)
        return here.page(
            request, "issues_closed.html", who, session, tab="closed", rows=rows, more=more, link=link,
            links=inbox.link_names(session), mail_count=mails.refused_count(session), later=edge is not None,
        )  # fmt: skip


@router.get("/issues/mails")
def refused_mails(request: Request, here: Here, who: Viewer, done: Short = "") -> HTMLResponse:
    """Show the mails that were refused; who they were for is an operator's to see."""
    with here.runtime.sessions() as session:
        rows = mails.refused(session, here.runtime.vault, whole=who.may("operator"))
        return here.page(
            request, "issues_mails.html", who, session, tab="mails", rows=rows, mail_count=len(rows),
            notice=notice(here, request, who, done),
        )  # fmt: skip


@router.post("/issues/mails/{mail_id}/again")
def send_again(here: Here, who: Operator, mail_id: UUID) -> RedirectResponse:
    """Queue a copy of a refused mail."""
    with here.runtime.sessions.begin() as session:
        done = resending.send_again(session, who.actor, mail_id)
    return RedirectResponse(f"/issues/mails?done={'mail_again' if done else 'nothing'}", 303)


@router.post("/issues/mails/{mail_id}/aside")
def put_mail_aside(here: Here, who: Operator, mail_id: UUID) -> RedirectResponse:
    """Take a refused mail off the list."""
    with here.runtime.sessions.begin() as session:
        done = resending.put_aside(session, who.actor, mail_id)
    return RedirectResponse(f"/issues/mails?done={'mail_aside' if done else 'nothing'}", 303)


@router.get("/issues/cause")
def cause(
    request: Request,
    here: Here,
    who: Viewer,
    link: Short,
    cause: Short,
    field: Short = "",
    after: BigInt = 0,
    done: Short = "",
) -> HTMLResponse:
    """List the records of one cause."""
    with here.runtime.sessions() as session:
        group = inbox.group_named(session, link, cause, field)
        rows, following = inbox.records(session, here.runtime.vault, group.group, after=after) if group else ([], None)
        return here.page(
            request, "issues_cause.html", who, session, tab="open", group=group, rows=rows, following=following,
            after=after, link=link, mail_count=0, notice=notice(here, request, who, done),
        )  # fmt: skip


@router.get("/issues/retry")
def retry_preview(
    request: Request, here: Here, who: Operator, link: Short, cause: Short, field: Short = ""
) -> HTMLResponse:
    """Say how many records a retry of a cause offers again and how long that takes."""
    with here.runtime.sessions() as session:
        group = inbox.group_named(session, link, cause, field)
        told = replaying.foretell(session, group.group) if group else None
        return here.page(
            request, "issues_retry.html", who, session, group=group, told=told, takes=_takes(told), link=link
        )


def _takes(told: Retry | None) -> tuple[str, int]:
    """Choose the sentence for a duration, rounded up as a person would."""
    seconds = told.seconds if told else 0
    if seconds <= 60:
        return "issues.takes_moments", 1
    if seconds < 90 * 60:
        return "issues.takes_minutes", -int(-seconds // 60)
    return "issues.takes_hours", -int(-seconds // 3600)


@router.post("/issues/retry")
def retry(
    here: Here,
    who: Operator,
    link: Annotated[Short, Form()] = "",
    cause: Annotated[Short, Form()] = "",
    field: Annotated[Short, Form()] = "",
    issue: FormInt = 0,
) -> RedirectResponse:
    """Offer one record or all of a cause again."""
    with here.runtime.sessions.begin() as session:
        name, group = _target(session, link, cause, field, issue)
        count, jobs = replaying.retry(session, who.actor, group, issue or None)
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return to_cause(name, group, "retried" if count else "nothing")


@router.get("/issues/ignore")
def ignore_form(
    request: Request,
    here: Here,
    who: Operator,
    link: Short = "",
    cause: Short = "",
    field: Short = "",
    issue: BigInt = 0,
) -> HTMLResponse:
    """Ask why one issue, or all of a cause, is put aside."""
    with here.runtime.sessions() as session:
        name, chosen = _target(session, link, cause, field, issue)
        return _ignore_page(request, here, who, session, name, chosen, issue)


def _ignore_page(
    request: Request, here: Site, who: Who, session: Session, link: str, chosen: Group, issue: int, problem: str = ""
) -> HTMLResponse:
    group = inbox.group_named(session, link, chosen.cause, chosen.field)
    row = inbox.issue_row(session, here.runtime.vault, issue) if issue else None
    return here.page(
        request, "issues_ignore.html", who, session, status=422 if problem else 200, group=group, row=row, link=link,
        issue=issue, problem=problem,
    )  # fmt: skip


@router.post("/issues/ignore")
def ignore(
    request: Request,
    here: Here,
    who: Operator,
    link: Annotated[Short, Form()] = "",
    cause: Annotated[Short, Form()] = "",
    field: Annotated[Short, Form()] = "",
    issue: FormInt = 0,
    up_to: FormInt = 0,
    reason: Annotated[Long, Form()] = "",
) -> Response:
    """Put one issue, or all of a cause, aside."""
    with here.runtime.sessions.begin() as session:
        name, group = _target(session, link, cause, field, issue)
        try:
            count = ignoring.ignore(
                session, who.actor, group, reason, issue_id=issue or None, up_to=None if issue else up_to
            )
        except ReasonNeeded:
            return _ignore_page(request, here, who, session, name, group, issue, "issues.reason_needed")
    return to_cause(name, group, "ignored" if count else "nothing")


@router.post("/issues/take-back")
def take_back(
    here: Here,
    who: Operator,
    link: Annotated[Short, Form()] = "",
    cause: Annotated[Short, Form()] = "",
    field: Annotated[Short, Form()] = "",
    issue: FormInt = 0,
) -> RedirectResponse:
    """Ask for attention again for what was put aside."""
    with here.runtime.sessions.begin() as session:
        name, group = _target(session, link, cause, field, issue)
        count = ignoring.take_back(session, who.actor, group, issue_id=issue or None)
    return to_cause(name, group, "taken_back" if count else "nothing")


def _target(session: Session, link: str, cause: str, field: str, issue: int) -> tuple[str, Group]:
    """Return what a form is about: one issue's group, or the group it names. Raises HTTPException 404."""
    names = inbox.link_names(session)
    if issue:
        group = ignoring.group_of(session, issue)
    else:
        known = [number for number, name in names.items() if name == link]
        group = Group(known[0], cause, field) if known and cause else None
    if group is None:
        raise HTTPException(404, "no such issue")
    return names.get(group.link_id, ""), group


HEADS = ("link", "cause", "field", "record", "role", "name", "since", "seen", "times", "whose_move", "what", "do",
         "words", "ignored", "reason", "url")  # fmt: skip


@router.get("/issues/export.csv")
def export(
    request: Request,
    here: Here,
    who: Viewer,
    link: Short = "",
    mover: Short = "",
    cause: Short = "",
    field: Short | None = None,
    ignored: bool = False,
) -> StreamingResponse:
    """Send the open issues as a table."""
    wanted = Filter(link, mover if mover in inbox.MOVERS else "", cause, ignored)
    language = here.language(request, who)

    def rows() -> Iterator[list[object]]:
        with here.runtime.sessions() as session:
            for name, row in inbox.export(session, here.runtime.vault, wanted, field):
                one = row.issue
                yield [
                    name, one.cause, one.field, one.record_id, one.role, row.name, one.opened_at, one.seen_at,
                    one.times, row.mover, row.what(language), row.do(language), row.words, one.ignored_at,
                    one.ignored_reason, row.url,
                ]  # fmt: skip

    return csv_answer("boekbrug-meldingen" if language == "nl" else "boekbrug-issues", HEADS, rows())
