"""Serve doubtful matches to other applications: what is asked, what each candidate holds, and to answer."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.causes import Mover
from models.tables import Review
from models.words import Lane
from sync.deciding import decide
from sync.reviews import Decision, Overtaken, UnknownReview, answers_of, stamp
from sync.weighing import weigh
from web.access.callers import Operating, Reader
from web.api.answers import UNREADABLE, Answers, refused
from web.bounds import BigInt, Long, PathInt, Short
from web.comparing import Line
from web.queries import reviews as asking
from web.queries.reviews import Question
from web.site import Here
from web.weighed import Shown, lay_out

router = APIRouter(prefix="/reviews", tags=["reviews"])

MISSING: Answers = {404: refused("No such question.")}
MOVED: Answers = {
    **UNREADABLE,
    **MISSING,
    409: refused("The question changed or was answered since it was shown, or the answer does not fit it."),
}


class QuestionAnswer(BaseModel):
    """Be one question; `shown` is to be sent back with the answer."""

    id: int
    link: str
    record_id: str
    role: str
    name: str
    reason: str
    whose_move: Mover
    what_nl: str
    what_en: str
    do_nl: str
    do_en: str
    since: datetime
    candidates: int
    answers: list[Decision]
    decision: str | None
    target_id: str | None
    decided_by: str | None
    decided_at: datetime | None
    shown: str


class Questions(BaseModel):
    """Be one page of questions."""

    reviews: list[QuestionAnswer]
    more: bool


class FieldAnswer(BaseModel):
    """Be one field on both sides; numbers of persons are masked."""

    field: str
    crm: str
    books: str
    differs: bool
    masked: bool
    will_be: str | None
    """What the books will hold; null where it stays."""


class CandidateAnswer(BaseModel):
    """Be one candidate: a record of the books (`target_id`) or another one of the CRM (`source_id`)."""

    target_id: str
    source_id: str
    state: Literal["read", "gone", "away", "unread", "unknown"]
    name: str
    number: str
    active: bool
    usable: bool
    evidence: dict[str, str]
    fields: list[FieldAnswer]


class Weighed(BaseModel):
    """Be one question with its candidates."""

    review: QuestionAnswer
    candidates: list[CandidateAnswer]


class Answer(BaseModel):
    """Answer a question; with `shown`, only if it is still what was shown."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    target_id: Short = ""
    reason: Long = ""
    shown: Short | None = None


class Decided(BaseModel):
    """Confirm an answer."""

    id: int
    decision: str
    target_id: str | None
    by: str


@router.get("")
def waiting(
    here: Here,
    _: Reader,
    link: Short = "",
    reason: Short = "",
    after: Annotated[AwareDatetime | None, Query(description="`since` of the last question of the page before")] = None,
    after_id: BigInt = 0,
) -> Questions:
    """List the questions that wait for an answer, oldest first."""
    edge = (after, after_id) if after is not None else None
    with here.runtime.sessions() as session:
        found, more = asking.waiting(session, here.runtime.vault, link=link, reason=reason, after=edge)
    return Questions(reviews=[_question(one) for one in found], more=more)


def _question(one: Question) -> QuestionAnswer:
    row, cause = one.review, one.cause
    return QuestionAnswer(
        id=row.id,
        link=one.link,
        record_id=row.record_id,
        role=row.role,
        name=one.name,
        reason=row.reason,
        whose_move=cause.mover,
        what_nl=cause.what("nl"),
        what_en=cause.what("en"),
        do_nl=cause.do("nl"),
        do_en=cause.do("en"),
        since=row.opened_at,
        candidates=len(row.candidates),
        answers=list(answers_of(row.reason)),
        decision=row.decision,
        target_id=row.decided_target_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        shown=stamp(row),
    )


@router.get("/{review_id}", responses=MISSING)
def question(review_id: PathInt, here: Here, _: Reader) -> Weighed:
    """Show one question with every candidate field by field, read from the target as it is now."""
    with here.runtime.sessions() as session:
        found = asking.question(session, here.runtime.vault, review_id)
    if found is None:
        raise HTTPException(404, "no such question")
    try:
        laid = lay_out(weigh(here.runtime.outside, found.review), "en")
    except LookupError:
        return Weighed(review=_question(found), candidates=[])
    return Weighed(review=_question(found), candidates=[_candidate(one) for one in laid.candidates])


def _candidate(one: Shown) -> CandidateAnswer:
    return CandidateAnswer(
        target_id=one.target_id,
        source_id=one.source_id,
        state=one.state,
        name=one.name,
        number=one.number,
        active=one.active,
        usable=one.usable,
        evidence={fact.identifier: fact.verdict for fact in one.evidence},
        fields=[_field(line) for line in one.lines],
    )


def _field(line: Line) -> FieldAnswer:
    return FieldAnswer(
        field=line.field,
        crm=line.left,
        books=line.right,
        differs=line.differs,
        masked=line.masked,
        will_be=line.will_be,
    )


@router.post("/{review_id}/decision", responses=MOVED)
def decision(review_id: PathInt, given: Answer, here: Here, caller: Operating) -> Decided:
    """Answer a question; the relation is synchronised at once and the answer is remembered."""
    with here.runtime.sessions.begin() as session:
        row = session.get(Review, review_id)
        if row is None:
            raise HTTPException(404, "no such question")
        if given.shown is None and row.decision is not None:
            raise HTTPException(409, f"already decided: {row.decision}, by {row.decided_by}")
        try:
            row, jobs = decide(
                session,
                review_id,
                given.decision,
                given.target_id or None,
                caller.actor,
                reason=given.reason,
                shown=given.shown,
            )
        except Overtaken as error:
            raise HTTPException(409, _overtaken(error.row)) from None
        except UnknownReview as error:
            raise HTTPException(409, str(error)) from None
        answer = Decided(id=row.id, decision=row.decision or "", target_id=row.decided_target_id, by=caller.name)
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    return answer


def _overtaken(row: Review) -> str:
    return f"already decided: {row.decision}, by {row.decided_by}" if row.decision else "the question has changed"
