"""Serve one mapping: both sides, how it came about, its history; tie it to another, break it, take that back."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models.causes import Language
from models.words import Lane
from sync import breaking, relinking
from sync.causes import catalogue
from sync.choosing import Choice, choices
from sync.numbers_of_people import of_a_person
from sync.relinking import TARGET_ID, Preview
from sync.ties import Changed, Deed, Refused, Seen
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import Long, PathInt, Short
from web.comparing import Values, lines
from web.mapping_answers import notice as refusal
from web.mapping_answers import status_of
from web.notices import Notice, refused, told
from web.pages.mappings import words_for
from web.queries import mapping as query
from web.queries.log import reason_words
from web.queries.mapping import Detail
from web.queries.mappings import by_ids, named
from web.site import Here, Site
from web.words.fields import field_name

EMPTY = (None, "")

router = APIRouter()


def _detail(session: Session, here: Site, mapping_id: int) -> Detail:
    found = query.detail(session, here.runtime.outside, mapping_id)
    if found is None:
        raise HTTPException(404)
    return found


@router.get("/mappings/{mapping_id}")
def page(request: Request, here: Here, who: Viewer, mapping_id: PathInt, done: Short = "") -> HTMLResponse:
    """Show one mapping; its state keeps itself up to date."""
    return _page(request, here, who, mapping_id, told(words_for(here, request, who), "mapping", done))


def _page(
    request: Request, here: Site, who: Who, mapping_id: int, notice: Notice | None, status: int = 200
) -> HTMLResponse:
    with here.runtime.sessions() as session:
        found = _detail(session, here, mapping_id)
        language = here.language(request, who)
        evidence = [(field_name(name, language), verdict) for name, verdict in found.row.evidence.items()]
        return here.page(
            request, "mapping.html", who, session, status=status, notice=notice, one=found, evidence=evidence,
            because=lambda reason: reason_words(reason, language),
        )  # fmt: skip


@router.get("/mappings/{mapping_id}/relink")
def choose(
    request: Request,
    here: Here,
    who: Operator,
    mapping_id: PathInt,
    q: Short = "",
    target: Short = "",
    own: Short = "",
) -> HTMLResponse:
    """Search the target, or show what tying to one of its records would overwrite: one call at most."""
    words = words_for(here, request, who)
    text, target = q.strip(), target.strip()
    if of_a_person(text) or of_a_person(target):
        return _choose(request, here, who, mapping_id, 422, notice=refused(words, "mapping.personal_number"))
    try:
        found = choices(here.runtime.outside, mapping_id, text) if (text or own) and not target else None
        if not target and text and not found and len(text) > 15 and TARGET_ID.fullmatch(text):
            target = text
        plan = relinking.preview(here.runtime.outside, mapping_id, target) if target else None
    except Refused as error:
        rival, why = error.params.get("mapping", ""), refusal(error, words)
        return _choose(request, here, who, mapping_id, status_of(error), rival=rival, q=text, target=target, notice=why)
    return _choose(request, here, who, mapping_id, q=text, target=target, found=found, plan=plan)


def _choose(
    request: Request,
    here: Site,
    who: Who,
    mapping_id: int,
    status: int = 200,
    *,
    found: list[Choice] | None = None,
    plan: Preview | None = None,
    rival: str = "",
    **shown: Any,
) -> HTMLResponse:
    """Show the search; `rival` is the id of the mapping that has the record that was asked for."""
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        one = _detail(session, here, mapping_id)
        holders = named(session, here.runtime.vault, [choice.holder for choice in found or [] if choice.holder])
        called = {holder.row.id: holder.name for holder in holders}
        compared = _compared(plan, language) if plan else {}
        return here.page(
            request,
            "mapping_relink.html",
            who,
            session,
            status=status,
            one=one,
            found=found,
            plan=plan,
            holders=called,
            rivals=by_ids(session, here.runtime.vault, [int(rival)]) if rival else [],
            called_field=lambda name: field_name(name, language),
            **compared,
            **shown,
        )


def _compared(plan: Preview, language: Language) -> dict[str, Any]:
    # A field that is empty on both sides tells nothing and makes the table long.
    values = [
        Values(one.name, one.wanted, one.now, one.will_be)
        for one in plan.fields
        if not (one.wanted in EMPTY and one.now in EMPTY and one.will_be is None)
    ]
    causes = catalogue()
    return {
        "filled": sum(one.now in EMPTY for one in plan.fields if one.will_be is not None),
        "lines": lines(values, plan.same, language),
        "kept": ", ".join(field_name(one, language) for one in plan.kept),
        "asked": ", ".join(field_name(one, language) for one in plan.asked),
        "stopped": [causes.find(one.cause).what(language, one.params) for one in plan.problems],
    }


@router.post("/mappings/{mapping_id}/relink", response_model=None)
def relink(
    request: Request,
    here: Here,
    who: Operator,
    mapping_id: PathInt,
    target: Annotated[Short, Form()],
    was_target_id: Annotated[Short, Form()],
    was_state: Annotated[Short, Form()],
    reason: Annotated[Long, Form()] = "",
) -> HTMLResponse | RedirectResponse:
    """Tie the record to another target record and synchronise it at once."""
    try:
        seen = Seen(was_target_id, was_state)
        done = relinking.relink(here.runtime.outside, mapping_id, target.strip(), seen, Deed(who.actor, reason))
    except Refused as error:
        told_why = refusal(error, words_for(here, request, who))
        rival = error.params.get("mapping", "")
        return _choose(
            request, here, who, mapping_id, status_of(error), rival=rival, notice=told_why, target=target, reason=reason
        )
    return _done(here, done, "relinked")


def _done(here: Site, done: Changed, code: str) -> RedirectResponse:
    here.runtime.waker.wake([job.id for job in done.jobs if job.wake], Lane.LIVE)
    return RedirectResponse(f"/mappings/{done.mapping_id}?done={code}", 303)


@router.get("/mappings/{mapping_id}/break")
def ask_break(request: Request, here: Here, who: Operator, mapping_id: PathInt) -> HTMLResponse:
    """Show what breaking the tie does."""
    return _ask(request, here, who, mapping_id, "break")


@router.get("/mappings/{mapping_id}/restore")
def ask_restore(request: Request, here: Here, who: Operator, mapping_id: PathInt) -> HTMLResponse:
    """Show what restoring the tie does."""
    return _ask(request, here, who, mapping_id, "restore")


def _ask(
    request: Request, here: Site, who: Who, mapping_id: int, act: str, status: int = 200, **shown: Any
) -> HTMLResponse:
    with here.runtime.sessions() as session:
        one = _detail(session, here, mapping_id)
        return here.page(request, "mapping_ask.html", who, session, status=status, one=one, act=act, **shown)


@router.post("/mappings/{mapping_id}/break", response_model=None)
def break_tie(
    request: Request,
    here: Here,
    who: Operator,
    mapping_id: PathInt,
    was_target_id: Annotated[Short, Form()],
    was_state: Annotated[Short, Form()],
    reason: Annotated[Long, Form()] = "",
) -> HTMLResponse | RedirectResponse:
    """Break the tie: the record takes no part until somebody restores or relinks it."""
    seen, deed = Seen(was_target_id, was_state), Deed(who.actor, reason)
    try:
        with here.runtime.sessions.begin() as session:
            done = breaking.break_tie(session, mapping_id, seen, deed)
    except Refused as error:
        return _not_done(request, here, who, mapping_id, "break", error, reason)
    return _done(here, done, "broken")


@router.post("/mappings/{mapping_id}/restore", response_model=None)
def restore(
    request: Request,
    here: Here,
    who: Operator,
    mapping_id: PathInt,
    was_target_id: Annotated[Short, Form()],
    was_state: Annotated[Short, Form()],
    reason: Annotated[Long, Form()] = "",
) -> HTMLResponse | RedirectResponse:
    """Take a break back and bring the record up to date."""
    seen, deed = Seen(was_target_id, was_state), Deed(who.actor, reason)
    try:
        with here.runtime.sessions.begin() as session:
            done = breaking.restore(session, mapping_id, seen, deed)
    except Refused as error:
        return _not_done(request, here, who, mapping_id, "restore", error, reason)
    return _done(here, done, "restored")


def _not_done(
    request: Request, here: Site, who: Who, mapping_id: int, act: str, error: Refused, reason: str
) -> HTMLResponse:
    shown = {"notice": refusal(error, words_for(here, request, who)), "reason": reason}
    return _ask(request, here, who, mapping_id, act, status_of(error), **shown)


@router.post("/mappings/{mapping_id}/sync", response_model=None)
def synchronise(request: Request, here: Here, who: Operator, mapping_id: PathInt) -> HTMLResponse | RedirectResponse:
    """Let the record be looked at once more."""
    try:
        with here.runtime.sessions.begin() as session:
            done = breaking.synchronise(session, mapping_id, Deed(who.actor))
    except Refused:
        raise HTTPException(404) from None
    return _done(here, done, "synced")
