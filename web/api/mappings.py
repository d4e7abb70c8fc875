"""Give mappings to applications: list, choose another target record with a preview, break, restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import Session

from models.words import Lane, MappingState
from sync import breaking, relinking
from sync.causes import catalogue
from sync.choosing import choices
from sync.numbers_of_people import of_a_person
from sync.ties import Changed, Deed, Refused
from web.access.callers import Caller, Operating, Reader
from web.api.answers import UNREADABLE, Answers
from web.api.mapping_models import (
    Bulk,
    Choice,
    Choices,
    Detail,
    Done,
    Entry,
    FieldPlan,
    Mapping,
    Number,
    Page,
    Plan,
    Refusal,
    Relink,
    Result,
    Results,
    Target,
    Was,
    Wish,
)
from web.bounds import BigInt, PathInt, Short
from web.comparing import shown
from web.mapping_answers import sentence
from web.queries import mapping as one_query
from web.queries import mappings as query
from web.queries.issues import link_names
from web.queries.mappings import PAGE, Filter, Named, Place, Sort
from web.site import Here, Site
from web.words import words_of

router = APIRouter(tags=["mappings"])


NOT_FOUND: Answers = {404: {"model": Refusal, "description": "No such mapping."}}
POSSIBLE: Answers = {
    **NOT_FOUND,
    409: {
        "model": Refusal,
        "description": "Not possible, or somebody was first; nothing was done. The code `mapping.unreachable` says "
        "that the other system does not answer now.",
    },
}
ANSWERS: Answers = UNREADABLE | POSSIBLE


@contextmanager
def refusing() -> Iterator[None]:
    """Answer a refusal with its code and words."""
    try:
        yield
    except Refused as error:
        raise _answer(error) from None


def _answer(error: Refused) -> HTTPException:
    detail = {"code": error.code, "words": sentence(error, words_of("en"))}
    return HTTPException(404 if error.code == "mapping.unknown" else 409, detail)


def plain_search(search: Short = "") -> str:
    """Refuse a person's number in an address. Raises RequestValidationError."""
    if of_a_person(search):
        words = "a number that may be a person's is sent in the body: POST /api/mappings/search"
        raise RequestValidationError([{"type": "personal_number", "loc": ("query", "search"), "msg": words}])
    return search.strip()


Search = Annotated[str, Depends(plain_search)]


@router.get("/mappings")
def list_mappings(
    here: Here,
    _: Reader,
    search: Search,
    link: BigInt = 0,
    state: MappingState | None = None,
    matched_by: Short = "",
    by: Short = "",
    sort: Annotated[Sort, Query()] = "newest",
    after: BigInt = 0,
) -> Page:
    """Return one page of the list."""
    wanted = Filter(link, state or "", matched_by, by, search)
    with here.runtime.sessions() as session:
        found = query.listing(session, here.runtime.vault, wanted, Place(sort, after))
        return Page(mappings=_documents(session, found.rows), next=found.next)


@router.post("/mappings/search", responses=UNREADABLE)
def search_by_number(here: Here, _: Reader, wanted: Number) -> Page:
    """Find mappings by a BSN, RSIN, VAT or KvK number, an id or a relation number."""
    with here.runtime.sessions() as session:
        ids = query.found_by_number(session, here.runtime.vault, wanted.number.strip())
        return Page(mappings=_documents(session, query.by_ids(session, here.runtime.vault, ids[:PAGE])), next=0)


def _documents(session: Session, rows: Any) -> list[Mapping]:
    links = link_names(session)
    return [_document(one, links.get(one.row.link_id, "")) for one in rows]


def _document(one: Named, link: str) -> Mapping:
    own = {name: getattr(one.row, name) for name in Mapping.model_fields if name not in ("name", "link")}
    return Mapping(name=one.name, link=link, **own)


@router.post("/mappings/bulk", responses=UNREADABLE)
def bulk(here: Here, who: Operating, wanted: Bulk) -> Results:
    """Break or synchronise several mappings, each on its own."""
    return Results(results=[Result(id=one.id, refused=_one(here, who, wanted.action, one)) for one in wanted.mappings])


def _one(here: Site, who: Caller, action: str, wish: Wish) -> str:
    deed = Deed(who.actor, wish.reason)
    try:
        with here.runtime.sessions.begin() as session:
            if action == "break":
                done = breaking.break_tie(session, wish.id, wish.seen, deed)
            else:
                done = breaking.synchronise(session, wish.id, deed)
    except Refused as error:
        return error.code
    _wake(here, done)
    return ""


def _wake(here: Site, done: Changed) -> Done:
    here.runtime.waker.wake([job.id for job in done.jobs if job.wake], Lane.LIVE)
    return Done(id=done.mapping_id, correlation_id=done.correlation_id)


@router.get("/mappings/{mapping_id}", responses=NOT_FOUND)
def one_mapping(here: Here, _: Reader, mapping_id: PathInt) -> Detail:
    """Return one mapping with its history."""
    with here.runtime.sessions() as session:
        found = one_query.detail(session, here.runtime.outside, mapping_id)
        if found is None:
            raise _answer(Refused("mapping.unknown"))
        job = "none" if found.job is None else "running" if found.job.lease_until else found.job.state
        history = [
            Entry(at=row.at, event=row.event, by=row.by, target_id=row.target_id, correlation_id=row.correlation_id)
            for row in (entry.row for entry in found.history)
        ]
        document = _document(Named(found.row, found.name), found.link)
        return Detail.model_validate({"mapping": document, "history": history, "job": job, "url": found.url})


@router.get("/mappings/{mapping_id}/candidates", responses=POSSIBLE)
def candidates(here: Here, _: Operating, mapping_id: PathInt, search: Search) -> Choices:
    """Search the target by name, number or id; without one, by the CRM record's own identifiers."""
    with refusing():
        found = choices(here.runtime.outside, mapping_id, search)
    return Choices(
        choices=[
            Choice(
                target_id=one.target_id,
                number=one.number,
                active=one.active,
                name=one.name,
                evidence=dict(one.evidence),
                held_by=one.holder.source_id if one.holder else None,
            )
            for one in found
        ]
    )


@router.post("/mappings/{mapping_id}/preview", responses=ANSWERS)
def preview(here: Here, _: Operating, mapping_id: PathInt, wanted: Target) -> Plan:
    """Say what tying to another target record would overwrite; reads the target once and writes nothing."""
    with refusing():
        plan = relinking.preview(here.runtime.outside, mapping_id, wanted.target_id)
    causes = catalogue()
    return Plan(
        target_id=plan.target_id,
        number=plan.number,
        was_target_id=plan.seen.target_id,
        was_state=plan.seen.state,
        overwrites=list(plan.overwritten),
        kept=list(plan.kept),
        asked=list(plan.asked),
        stopped_by=[causes.find(one.cause).what("en", one.params) for one in plan.problems],
        fields=[
            FieldPlan(
                field=one.name,
                crm=shown(one.name, one.wanted),
                target=shown(one.name, one.now),
                will_be=None if one.will_be is None else shown(one.name, one.will_be),
            )
            for one in plan.fields
        ],
    )


@router.put("/mappings/{mapping_id}/target", responses=ANSWERS)
def relink(here: Here, who: Operating, mapping_id: PathInt, wanted: Relink) -> Done:
    """Tie the record to another target record and synchronise it at once."""
    with refusing():
        deed = Deed(who.actor, wanted.reason)
        return _wake(here, relinking.relink(here.runtime.outside, mapping_id, wanted.target_id, wanted.seen, deed))


@router.post("/mappings/{mapping_id}/break", responses=ANSWERS)
def break_tie(here: Here, who: Operating, mapping_id: PathInt, wanted: Was) -> Done:
    """Break the tie: the record takes no part until it is restored or relinked."""
    with refusing(), here.runtime.sessions.begin() as session:
        done = breaking.break_tie(session, mapping_id, wanted.seen, Deed(who.actor, wanted.reason))
    return _wake(here, done)


@router.post("/mappings/{mapping_id}/restore", responses=ANSWERS)
def restore(here: Here, who: Operating, mapping_id: PathInt, wanted: Was) -> Done:
    """Take a break back and bring the record up to date."""
    with refusing(), here.runtime.sessions.begin() as session:
        done = breaking.restore(session, mapping_id, wanted.seen, Deed(who.actor, wanted.reason))
    return _wake(here, done)
