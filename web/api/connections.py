"""Test, pause and resume connections for other applications."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sync import pausing
from sync.contact import check_row, remember
from sync.pausing import LONGEST_REASON, NotPaused, Noun
from web.access.callers import Caller, Operating
from web.api.answers import UNREADABLE, Answers, refused
from web.bounds import Short
from web.pages.connections import told
from web.queries import connections as asked
from web.site import Here, Site

router = APIRouter(tags=["connections"])

REFUSALS: Answers = {404: refused("No such name."), 409: refused("Nothing to do, or not ours to do.")}


def _said(text: str) -> str:
    """Refuse a reason of spaces: a colleague must be able to see why."""
    if not text.strip():
        raise ValueError("a reason is needed")
    return text


class Reason(BaseModel):
    """Say why something is paused."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Short, Field(min_length=1, max_length=LONGEST_REASON), AfterValidator(_said)]


class Switched(BaseModel):
    """Say whether it runs now."""

    name: str
    enabled: bool


class FindingOut(BaseModel):
    """Be one line of a check, in Dutch and English."""

    ok: bool
    nl: str
    en: str


class CheckOut(BaseModel):
    """Be what a check found."""

    name: str
    ok: bool
    reachable: bool
    at: datetime
    findings: list[FindingOut]


@router.post("/connections/{name}/check", responses={404: REFUSALS[404]})
def check(here: Here, caller: Operating, name: Short) -> CheckOut:
    """Call the system: credentials, rights, clock and limits."""
    with here.runtime.sessions() as session:
        line = asked.found(session, here.runtime, name)
    if line is None:
        raise HTTPException(404, "no such connection")
    checked = check_row(line.row, here.runtime.outside)
    with here.runtime.sessions.begin() as session:
        remember(session, line.row.id, checked)
        told(session, caller.actor, name, checked.ok)
    findings = [FindingOut(ok=one.ok, nl=one.nl, en=one.en) for one in checked.findings]
    return CheckOut(name=name, ok=checked.ok, reachable=not checked.away, at=checked.at, findings=findings)


@router.post("/connections/{name}/pause", responses={**UNREADABLE, **REFUSALS})
def pause(here: Here, caller: Operating, name: Short, why: Reason) -> Switched:
    """Pause a connection; changes wait and nothing is lost."""
    return switch(here, caller, "connection", name, why.reason)


@router.post("/connections/{name}/resume", responses=REFUSALS)
def resume(here: Here, caller: Operating, name: Short) -> Switched:
    """Let a connection go on."""
    return switch(here, caller, "connection", name, None)


def switch(here: Site, caller: Caller, noun: Noun, name: str, reason: str | None) -> Switched:
    """Pause (with a reason) or resume. Raises HTTPException 404 or 409."""
    try:
        with here.runtime.sessions.begin() as session:
            if reason is None:
                pausing.resume(session, caller.actor, noun, name)
            else:
                pausing.pause(session, caller.actor, noun, name, reason)
    except NotPaused as error:
        raise HTTPException(404 if error.code == "gone" else 409, WORDS[error.code]) from None
    with here.runtime.sessions() as session:
        enabled = pausing.runs(session, noun, name)
    return Switched(name=name, enabled=enabled)


WORDS = {
    "gone": "no such name",
    "off": "switched off in the configuration file",
    "paused": "paused already",
    "running": "not paused",
    "reason": "a reason is needed",
}
