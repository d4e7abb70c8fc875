"""Show links, their rules and field mapping, and pause and resume them, for other applications."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session

from sync.mapping_document import Mapping
from web.access.callers import Operating, Reader
from web.api.answers import UNREADABLE, Answers, refused
from web.api.connections import REFUSALS, Reason, Switched, switch
from web.bounds import Short
from web.queries import links as asked
from web.site import Here

router = APIRouter(tags=["links"])

MISSING: Answers = {404: refused("No such link.")}


class PauseOut(BaseModel):
    """Say who paused a link, when and why."""

    by: str
    at: datetime
    reason: str


class LinkOut(BaseModel):
    """Be one link with its two ends."""

    name: str
    source: str
    target: str
    state: Literal["running", "paused", "off"]
    paused: PauseOut | None = None


class RuleOut(BaseModel):
    """Be one rule in a sentence."""

    setting: str
    nl: str
    en: str


class LinkDetail(LinkOut):
    """Be one link with its rules."""

    rules: list[RuleOut]


class FieldOut(BaseModel):
    """Be one field of the target, with what fills it."""

    kind: Literal["organisation", "person"]
    crm: list[str]
    canonical: list[str]
    target: str
    translation: list[str]
    """In Dutch."""
    length: int | None
    required: bool
    winner: Literal["crm", "books", "ask"]


class LinkPage(BaseModel):
    """Be a page of links; `after` of the last one continues, None ends."""

    links: list[LinkOut]
    after: str | None


@router.get("/links")
def links(here: Here, _: Reader, after: Annotated[Short, Query()] = "") -> LinkPage:
    """List the links by name, fifty at a time."""
    with here.runtime.sessions() as session:
        lines, more = asked.listed(session, after)
    found = [
        LinkOut(
            name=line.row.name,
            source=line.row.source,
            target=line.row.target,
            state=line.state,
            paused=PauseOut.model_validate(line.paused, from_attributes=False) if line.paused else None,
        )
        for line in lines
    ]
    return LinkPage(links=found, after=found[-1].name if more else None)


@router.get("/links/{name}", responses=MISSING)
def link(here: Here, _: Reader, name: Short) -> LinkDetail:
    """Show one link with its rules in sentences."""
    with here.runtime.sessions() as session:
        found = _found(session, name)
    paused = asked.paused_in(found.link.rules)
    return LinkDetail(
        name=found.link.name,
        source=found.source.name,
        target=found.target.name,
        state=asked.state(found.link),
        paused=PauseOut.model_validate(paused) if paused else None,
        rules=[RuleOut(setting=one.setting, nl=one.nl, en=one.en) for one in found.sentences],
    )


@router.get("/links/{name}/fields", responses=MISSING)
def fields(here: Here, _: Reader, name: Short) -> list[FieldOut]:
    """Show which field becomes which."""
    with here.runtime.sessions() as session:
        found = _found(session, name)
    return [
        FieldOut(
            kind=row.shape,
            crm=list(row.places),
            canonical=list(row.target.reads),
            target=row.target.name,
            translation=row.rules("nl"),
            length=row.target.length,
            required=row.target.required,
            winner=row.winner,
        )
        for row in found.rows
    ]


@router.post("/links/{name}/pause", responses={**UNREADABLE, **REFUSALS})
def pause(here: Here, caller: Operating, name: Short, why: Reason) -> Switched:
    """Pause a link; live changes wait and nothing is lost."""
    return switch(here, caller, "link", name, why.reason)


@router.post("/links/{name}/resume", responses=REFUSALS)
def resume(here: Here, caller: Operating, name: Short) -> Switched:
    """Let a link go on."""
    return switch(here, caller, "link", name, None)


def _found(session: Session, name: str) -> Mapping:
    found = asked.found(session, name)
    if found is None:
        raise HTTPException(404, "no such link")
    return found
