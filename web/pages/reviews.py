"""Serve the reviews: doubtful matches side by side, and a person's answer to each."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import StringConstraints
from starlette.responses import Response

from models.causes import Language
from models.tables import Review
from models.words import Lane
from sync.causes import catalogue
from sync.deciding import decide
from sync.reviews import DECISIONS, Decision, Overtaken, UnknownReview, answers_of
from sync.weighing import Weighing, weigh
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import BIGGEST, BigInt, Long, PathInt, Short
from web.queries import reviews as asking
from web.queries.issues import link_names
from web.queries.reviews import PAGE, Question
from web.site import Here, Site
from web.weighed import lay_out
from web.words import words_of

BOTH = "review.both_changed"
Stamped = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}:[0-9a-f]{32}$")]
"""A question's id with the stamp of what was shown of it."""
Counted = Annotated[int, Query(ge=0, le=PAGE)]

router = APIRouter()


def said(decision: str | None, target_id: str | None, reason: str, language: Language) -> str:
    """Tell in words what was decided."""
    both = "both_" if reason == BOTH else ""
    return words_of(language)(f"reviews.said_{both}{decision}", id=target_id or "") if decision in DECISIONS else ""


@router.get("/reviews")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    link: Short = "",
    reason: Short = "",
    after: datetime | None = None,
    after_id: BigInt = 0,
    done: Short = "",
    saved: Counted = 0,
    skipped: Counted = 0,
) -> HTMLResponse:
    """List the questions that wait for an answer."""
    edge = (after, after_id) if after is not None and after.tzinfo is not None else None
    with here.runtime.sessions() as session:
        questions, more = asking.waiting(session, here.runtime.vault, link=link, reason=reason, after=edge)
        return here.page(
            request, "reviews.html", who, session, tab="open", questions=questions, more=more, later=edge is not None,
            link=link, reason=reason, reasons=asking.reasons(session, link), links=link_names(session),
            answers=[one for one in answers_of(reason) if one != "use"], both=reason == BOTH,
            what_of=_what_of(here, request, who),
            notice=_notice(here, request, who, done, saved, skipped),
        )  # fmt: skip


def _what_of(site: Site, request: Request, who: Who) -> Any:
    """Return a function for templates that tells a question's reason in the reader's language."""
    language = site.language(request, who)
    return lambda code: catalogue().find(code).what(language)


def _notice(site: Site, request: Request, who: Who, done: str, saved: int, skipped: int) -> dict[str, str] | None:
    t = words_of(site.language(request, who))
    if done == "decided":
        return {"tone": "good", "text": t("reviews.done_decided")}
    if done != "several":
        return None
    left = t("reviews.done_skipped", n=skipped) if skipped else ""
    return {"tone": "wait" if skipped else "good", "text": f"{t('reviews.done_several', n=saved)} {left}".strip()}


@router.get("/reviews/decided")
def decided(
    request: Request, here: Here, who: Viewer, before: datetime | None = None, before_id: BigInt = 0
) -> HTMLResponse:
    """List the answers that were given."""
    edge = (before, before_id) if before is not None and before.tzinfo is not None else None
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        questions, more = asking.decided(session, here.runtime.vault, before=edge)
        told = {one.review.id: _told(one.review, language) for one in questions}
        return here.page(
            request, "reviews_decided.html", who, session, tab="decided", questions=questions, more=more, told=told,
            later=edge is not None,
        )  # fmt: skip


def _told(row: Review, language: Language) -> str:
    return said(row.decision, row.decided_target_id, row.reason, language)


@router.get("/reviews/several")
def several_preview(
    request: Request,
    here: Here,
    who: Operator,
    question: Annotated[list[Annotated[int, Query(ge=1, le=BIGGEST)]], Query(max_length=PAGE)] = [],  # noqa: B006
    decision: Short = "",
) -> HTMLResponse:
    """Show what one answer to several questions of a kind would do."""
    with here.runtime.sessions() as session:
        chosen = asking.chosen(session, here.runtime.vault, question) if question else []
        problem = _unfit(chosen, decision)
        return here.page(
            request, "reviews_several.html", who, session, status=422 if problem else 200, chosen=chosen,
            decision=decision, problem=problem, both=bool(chosen) and chosen[0].review.reason == BOTH,
        )  # fmt: skip


def _unfit(chosen: list[Question], decision: str) -> str:
    """Name what stands in the way of one answer for all; empty when nothing does."""
    if not chosen:
        return "reviews.several_none"
    reasons = {one.review.reason for one in chosen}
    fits = len(reasons) == 1 and decision in ("create", "never") and decision in answers_of(chosen[0].review.reason)
    return "" if fits else "reviews.several_mixed"


@router.post("/reviews/several")
def several(
    here: Here,
    who: Operator,
    decision: Annotated[Decision, Form()],
    question: Annotated[list[Stamped], Form(max_length=PAGE)],
    reason: Annotated[Long, Form()] = "",
) -> RedirectResponse:
    """Give several questions the same answer; those that changed since the preview are skipped."""
    saved, jobs = 0, []
    for one in sorted(set(question)):
        number, _, shown = one.partition(":")
        try:
            with here.runtime.sessions.begin() as session:
                jobs += decide(session, int(number), decision, None, who.actor, reason=reason, shown=shown)[1]
        except UnknownReview:
            continue
        saved += 1
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return RedirectResponse(f"/reviews?done=several&saved={saved}&skipped={len(set(question)) - saved}", 303)


@router.get("/reviews/{review_id}")
def question(request: Request, here: Here, who: Viewer, review_id: PathInt) -> HTMLResponse:
    """Show one question with its candidates side by side."""
    return _question(request, here, who, review_id)


def _question(
    request: Request, here: Site, who: Who, review_id: int, *, status: int = 200, problem: str = "", **typed: str
) -> HTMLResponse:
    language = here.language(request, who)
    with here.runtime.sessions() as session:
        found = asking.question(session, here.runtime.vault, review_id)
    if found is None:
        raise HTTPException(404, "no such question")
    weighing = _weighed(here, found)
    tied_to = weighing.tied_to if weighing else ""
    row = found.review
    with here.runtime.sessions() as session:
        why = asking.whys(session, [review_id]).get(review_id, "") if row.decision else ""
        return here.page(
            request, "review.html", who, session, status=status, question=found, weighing=weighing,
            laid=lay_out(weighing, language) if weighing else None, both=row.reason == BOTH, problem=problem,
            may=row.superseded_at is None and (row.decision is None or not tied_to), told=_told(row, language), why=why,
            tied_to=tied_to, typed=typed,
        )  # fmt: skip


def _weighed(here: Site, found: Question) -> Weighing | None:
    try:
        return weigh(here.runtime.outside, found.review)
    except LookupError:
        return None


@router.post("/reviews/{review_id}")
def answer(
    request: Request,
    here: Here,
    who: Operator,
    review_id: PathInt,
    answer: Annotated[Short, Form()] = "",
    other: Annotated[Short, Form()] = "",
    reason: Annotated[Long, Form()] = "",
    shown: Annotated[Short, Form()] = "",
) -> Response:
    """Store an answer to what the form showed, and put the relation to work."""
    typed = {"answer": answer, "other": other, "reason": reason}
    decision, target_id = _parsed(answer, other)
    if decision is None or (decision == "use" and not target_id):
        problem = "reviews.other_needed" if decision else "reviews.pick"
        return _question(request, here, who, review_id, status=422, problem=_word(here, request, who, problem), **typed)
    try:
        with here.runtime.sessions.begin() as session:
            _, jobs = decide(session, review_id, decision, target_id, who.actor, reason=reason, shown=shown)
    except Overtaken as error:
        return _question(request, here, who, review_id, status=409, problem=_overtaken(here, request, who, error.row))
    except UnknownReview:
        problem = _word(here, request, who, "reviews.unfit")
        return _question(request, here, who, review_id, status=422, problem=problem, **typed)
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return RedirectResponse("/reviews?done=decided", 303)


def _parsed(answer: str, other: str) -> tuple[Decision | None, str | None]:
    """Read a form's answer: `use:ID`, `other` with an id beside it, `create` or `never`."""
    if answer == "other":
        return "use", other.strip()
    if answer.startswith("use:"):
        return "use", answer.removeprefix("use:")
    return next((one for one in DECISIONS if one == answer and one != "use"), None), None


def _word(site: Site, request: Request, who: Who, code: str) -> str:
    return words_of(site.language(request, who))(code)


def _overtaken(site: Site, request: Request, who: Who, row: Review) -> str:
    """Tell the second person who decided what, or that the question is another one now."""
    language = site.language(request, who)
    t = words_of(language)
    if row.decision is not None:
        return t("reviews.overtaken", by=row.decided_by or "?", what=_told(row, language))
    return t("reviews.withdrawn" if row.superseded_at is not None else "reviews.moved")
