"""Give a relation's timeline to applications, and let them synchronise it and undo what a sync overwrote."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from adapters.errors import AdapterError
from models.words import Lane
from sync.nudging import UnknownRelation, sync_now
from sync.undoing import CannotUndo, UndoPlan, plan, undo
from web.access.callers import Operating, Reader
from web.api.answers import UNREADABLE, Answers, refused
from web.bounds import BIGGEST, NAME_CHARACTERS, Long, PathInt, Short
from web.queries.places import moment_in, moment_text
from web.queries.relations import Story, story
from web.queries.timeline import Block, Entry
from web.site import Here

UNKNOWN: Answers = {404: refused("Nothing is known of such a relation.")}
CANNOT: Answers = {
    **UNREADABLE,
    404: refused("No such row in the log."),
    409: refused(
        "It cannot be undone, and nothing was changed; `detail` is a code of why, `undo.away` that the target does not "
        "answer now."
    ),
}
RecordId = Annotated[Short, Path(min_length=1)]

router = APIRouter(tags=["relations"])


class Step(BaseModel):
    """Be one thing that happened, in codes, ids and names of fields."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    at: datetime
    what: Literal["heard", "request", "attempt", "mapping", "issue", "review", "mail", "person"]
    code: str
    id: str
    state: str
    reason: str
    role: str
    by: str
    field: str
    target_id: str
    number: int | None
    until: datetime | None
    fields: list[str]
    source_calls: int
    target_calls: int
    duration_ms: int


class Change(BaseModel):
    """Be what one change led to, oldest step first."""

    correlation_id: UUID | None
    at: datetime
    total_ms: int | None
    steps: list[Step]


class Tie(BaseModel):
    """Be one mapping of the relation."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    role: str
    state: str
    target_id: str
    target_number: str | None
    matched_by: str


class Timeline(BaseModel):
    """Be one page of a relation's timeline, newest change first; `next` is the `before` of the following one."""

    link_id: int
    link: str
    record_id: str
    state: str
    since: datetime | None
    mappings: list[Tie]
    open_issues: list[int]
    open_reviews: list[int]
    changes: list[Change]
    next: str | None


class Asked(BaseModel):
    """Confirm what was put to work; the correlation id finds what follows."""

    correlation_id: UUID


class FieldPlan(BaseModel):
    """Be one field of a write: `restore` would be put back, `changed` only if it is named, `already` stands so."""

    field: str
    verdict: Literal["restore", "changed", "already"]


class Undone(BaseModel):
    """Be what undoing a write would put back, or did ask to be put back."""

    log_id: int
    link_id: int
    record_id: str
    role: str
    target_id: str
    fields: list[FieldPlan]
    seen: str
    """What stands there now, digested: sent along, it keeps an undo from being worth more than what was looked at."""
    put_back: list[str]
    """Fields that were asked to be put back; empty for a preview."""


class UndoWish(BaseModel):
    """Ask for a write to be undone; a preview unless `apply`."""

    model_config = ConfigDict(extra="forbid")

    log_id: int = Field(ge=1, le=BIGGEST)
    apply: bool = False
    fields: list[Short] | None = Field(default=None, max_length=200)
    """None takes the fields that nobody changed since."""
    seen: Short | None = None
    reason: Long = ""


@router.get("/relations/{link_id}/{record_id:path}", responses=UNKNOWN)
def timeline(
    here: Here,
    _: Reader,
    link_id: PathInt,
    record_id: RecordId,
    before: Annotated[str, Query(max_length=NAME_CHARACTERS)] = "",
) -> Timeline:
    """Return a page of what befell a relation on one link."""
    with here.runtime.sessions() as session:
        found = story(session, here.runtime.vault, link_id, record_id, moment_in(before))
        if found is None:
            raise HTTPException(404, "no such relation")
        return _timeline(found)


def _timeline(found: Story) -> Timeline:
    head = found.head
    return Timeline(
        link_id=head.link.id,
        link=head.link.name,
        record_id=head.record_id,
        state=head.state,
        since=head.since,
        mappings=[Tie.model_validate(row) for row in head.mappings],
        open_issues=[row.id for row in head.issues],
        open_reviews=[row.id for row in head.reviews],
        changes=[_change(block) for block in found.blocks],
        next=moment_text(found.next) if found.next else None,
    )


def _change(block: Block) -> Change:
    steps = [_step(entry) for entry in block.entries]
    return Change(correlation_id=block.correlation_id, at=block.at, total_ms=block.total_ms, steps=steps)


def _step(entry: Entry) -> Step:
    plain = {name: getattr(entry, name) for name in Step.model_fields if name != "fields"}
    return Step(**plain, fields=list(entry.names))


@router.post("/relations/{link_id}/{record_id:path}/sync", status_code=202, responses=UNKNOWN)
def synchronise(here: Here, caller: Operating, link_id: PathInt, record_id: RecordId) -> Asked:
    """Synchronise a relation now."""
    try:
        with here.runtime.sessions.begin() as session:
            correlation_id, jobs = sync_now(session, caller.actor, link_id, record_id)
    except UnknownRelation as error:
        raise HTTPException(404, "no such relation") from error
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return Asked(correlation_id=correlation_id)


@router.post("/undo", responses=CANNOT)
def undo_write(here: Here, caller: Operating, wish: UndoWish) -> Undone:
    """Show what undoing a write would put back, or ask for it to be put back."""
    try:
        if not wish.apply:
            return _undone(here, plan(here.runtime.outside, wish.log_id), [])
        planned, jobs = undo(
            here.runtime.outside, wish.log_id, caller.actor, wish.reason, names=wish.fields, seen=wish.seen
        )
    except CannotUndo as error:
        raise HTTPException(404 if error.code == "undo.unknown" else 409, error.code) from error
    except AdapterError as error:
        raise HTTPException(409, "undo.away") from error
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return _undone(here, planned, sorted(planned.default if wish.fields is None else wish.fields))


def _undone(here: Here, planned: UndoPlan, put_back: list[str]) -> Undone:
    return Undone(
        log_id=planned.log_id,
        link_id=planned.link_id,
        record_id=planned.record_id,
        role=planned.role,
        target_id=planned.target_id,
        fields=[FieldPlan(field=one.name, verdict=one.verdict) for one in planned.fields],
        seen=planned.fingerprint(here.runtime.vault),
        put_back=put_back,
    )
