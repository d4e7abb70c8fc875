"""Test, pause and resume connections for other applications."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from sync import pausing
from sync.contact import check_row, remember
from sync.pausing import LONGEST_REASON, NotPaused, Noun
from web.access.callers import Caller, Operating
from web.bounds import Short
from web.pages.connections import told
from web.queries import connections as asked
from web.site import Here, Site

router = APIRouter(tags=["connections"])

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "no such connection"},
    409: {"description": "nothing to do, or not ours to do"},
}


class Reason(BaseModel):
    """Say why something is paused."""

    model_config = ConfigDict(extra="forbid")

    reason: Short = Field(min_length=1, max_length=LONGEST_REASON)


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


@router.post("/connections/{name}/pause", responses=REFUSALS)
def pause(here: Here, caller: Operating, name: Short, why: Reason) -> Switched:
    """Pause a connection; changes wait and nothing is lost."""
    return switch(here, caller, "connection", name, why.reason)


@router.post("/connections/{name}/resume", responses=REFUSALS)
def resume(here: Here, caller: Operating, name: Short) -> Switched:
    """Let a connection go on."""
    return switch(here, caller, "connection", name, None)


def switch(here: Site, caller: Caller, noun: Noun, name: str, reason: str | None) -> Switched:
    """Pause (with a reason) or resume. Raises HTTPException 404, 409 or 422."""
    try:
        with here.runtime.sessions.begin() as session:
            if reason is None:
                pausing.resume(session, caller.actor, noun, name)
            else:
                pausing.pause(session, caller.actor, noun, name, reason)
    except NotPaused as error:
        status = {"gone": 404, "reason": 422}.get(error.code, 409)
        raise HTTPException(status, WORDS[error.code]) from None
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
