"""Serve what went wrong to other applications: groups and records to read, another try and putting aside to do."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from models.causes import Mover
from models.words import Lane
from sync import ignoring, replaying
from sync.ignoring import Group
from web.access.callers import Operating, Reader
from web.api.answers import UNREADABLE, Answers, refused
from web.bounds import BIGGEST, BigInt, Long, PageNumber, Short
from web.queries import issues as inbox
from web.queries.issues import Filter, IssueGroup, IssueRow
from web.site import Here

router = APIRouter(prefix="/issues", tags=["issues"])

MISSING: Answers = {404: refused("No such link or open issue.")}


class Sentences(BaseModel):
    """Say what happened, whose move it is and what to do."""

    whose_move: Mover
    what_nl: str
    what_en: str
    do_nl: str
    do_en: str


class GroupAnswer(Sentences):
    """Be one cause in one field of one link."""

    link: str
    cause: str
    field: str
    records: int
    ignored: int
    since: datetime
    blocking: bool
    of_connection: bool


class Groups(BaseModel):
    """Be one page of causes."""

    issues: list[GroupAnswer]
    more: bool


class RecordAnswer(Sentences):
    """Be one issue of one record; the name is a person's or company's."""

    id: int
    record_id: str
    role: str
    name: str
    field: str
    since: datetime
    seen: datetime
    times: int
    blocking: bool
    waits: bool
    """It is being tried again."""
    words: str
    url: str
    ignored_at: datetime | None
    ignored_by: str
    ignored_reason: str


class Records(BaseModel):
    """Be one page of issues; `next` is the `after` of the following page."""

    records: list[RecordAnswer]
    next: int | None


class Chosen(BaseModel):
    """Name one issue by its id, or all of a cause by link, cause and field."""

    model_config = ConfigDict(extra="forbid")

    issue: int | None = Field(None, ge=1, le=BIGGEST)
    link: Short = ""
    cause: Short = ""
    field: Short = ""

    @model_validator(mode="after")
    def _one_or_all(self) -> Self:
        if (self.issue is None) == (not (self.link and self.cause)):
            raise ValueError("name either `issue`, or `link` and `cause`")
        return self


class Aside(Chosen):
    """Put issues aside for a reason, or take that back."""

    reason: Long = ""
    take_back: bool = False

    @model_validator(mode="after")
    def _why(self) -> Self:
        if not self.take_back and not self.reason.strip():
            raise ValueError("`reason` is needed: a colleague must be able to see why")
        return self


class Offered(BaseModel):
    """Count the records that are offered again."""

    offered: int


class Changed(BaseModel):
    """Count the issues that changed."""

    changed: int


@router.get("")
def groups(
    here: Here, _: Reader, link: Short = "", mover: Mover | None = None, ignored: bool = False, page: PageNumber = 1
) -> Groups:
    """List open issues by cause, what stops records first."""
    with here.runtime.sessions() as session:
        found, more = inbox.groups(session, Filter(link, mover or "", "", ignored), page=page)
    return Groups(issues=[_group(one) for one in found], more=more)


def _group(one: IssueGroup) -> GroupAnswer:
    return GroupAnswer(
        whose_move=one.cause.mover,
        what_nl=one.what("nl"),
        what_en=one.what("en"),
        do_nl=one.do("nl"),
        do_en=one.do("en"),
        link=one.link,
        cause=one.group.cause,
        field=one.group.field,
        records=one.records,
        ignored=one.ignored,
        since=one.since,
        blocking=one.blocking,
        of_connection=one.of_connection,
    )


@router.get("/records", responses=MISSING)
def records(
    here: Here,
    _: Reader,
    link: Short,
    cause: Short,
    field: Short = "",
    after: BigInt = 0,
    ignored: Annotated[bool | None, Query(description="only those put aside, or only the others")] = None,
) -> Records:
    """List the issues of one cause, oldest first."""
    with here.runtime.sessions() as session:
        group = _named(session, link, cause, field)
        rows, following = inbox.records(session, here.runtime.vault, group, after=after, ignored=ignored)
    return Records(records=[_record(row) for row in rows], next=following)


def _record(row: IssueRow) -> RecordAnswer:
    one = row.issue
    return RecordAnswer(
        whose_move=row.mover,
        what_nl=row.what("nl"),
        what_en=row.what("en"),
        do_nl=row.do("nl"),
        do_en=row.do("en"),
        id=one.id,
        record_id=one.record_id,
        role=one.role,
        name=row.name,
        field=one.field,
        since=one.opened_at,
        seen=one.seen_at,
        times=one.times,
        blocking=one.blocking,
        waits=row.waits,
        words=row.words,
        url=row.url,
        ignored_at=one.ignored_at,
        ignored_by=one.ignored_by,
        ignored_reason=one.ignored_reason,
    )


@router.post("/retry", responses=UNREADABLE | MISSING)
def retry(chosen: Chosen, here: Here, caller: Operating) -> Offered:
    """Offer the record of an issue, or all records of a cause, again."""
    with here.runtime.sessions.begin() as session:
        count, jobs = replaying.retry(session, caller.actor, _target(session, chosen), chosen.issue)
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return Offered(offered=count)


@router.post("/ignore", responses=UNREADABLE | MISSING)
def ignore(chosen: Aside, here: Here, caller: Operating) -> Changed:
    """Put an issue, or all of a cause, aside for a reason, or take that back; they stay open until cured."""
    with here.runtime.sessions.begin() as session:
        group = _target(session, chosen)
        if chosen.take_back:
            return Changed(changed=ignoring.take_back(session, caller.actor, group, issue_id=chosen.issue))
        count = ignoring.ignore(session, caller.actor, group, chosen.reason, issue_id=chosen.issue)
    return Changed(changed=count)


def _target(session: Session, chosen: Chosen) -> Group:
    if chosen.issue is None:
        return _named(session, chosen.link, chosen.cause, chosen.field)
    group = ignoring.group_of(session, chosen.issue)
    if group is None:
        raise HTTPException(404, "no such open issue")
    return group


def _named(session: Session, link: str, cause: str, field: str) -> Group:
    known = [number for number, name in inbox.link_names(session).items() if name == link]
    if not known:
        raise HTTPException(404, "no such link")
    return Group(known[0], cause, field)
