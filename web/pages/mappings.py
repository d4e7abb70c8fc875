"""Serve the list of mappings: which CRM relation is which target relation; search, filter, export, act on several."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from models.words import Lane
from sync import breaking
from sync.numbers_of_people import of_a_person
from sync.ties import Changed, Deed, Refused, Seen
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.bounds import BIGGEST, BigInt, FormInt, Long, Short
from web.exporting import csv_answer
from web.mapping_answers import sentence
from web.notices import Notice, refused, told
from web.queries import mappings as query
from web.queries.issues import link_names
from web.queries.mappings import PAGE, SORTS, Filter, Listing, Named, PersonalNumber, Place, Sort
from web.site import Here, Site
from web.words import Words, words_of
from web.words.mapping import MATCHED, STATES

HEADS = (
    "id",
    "link",
    "name",
    "role",
    "source_id",
    "target_number",
    "target_id",
    "state",
    "matched_by",
    "decided_by",
    "linked_at",
    "written_at",
)
ACTS = ("sync", "break", "export")

router = APIRouter()


def filter_of(link: BigInt = 0, state: Short = "", matched: Short = "", by: Short = "", search: Short = "") -> Filter:
    """Read the filter from the address."""
    return Filter(link, state, matched, by, search)


Filtered = Annotated[Filter, Depends(filter_of)]


def words_for(here: Site, request: Request, who: Who) -> Words:
    """Return the words in the reader's language."""
    return words_of(here.language(request, who))


@router.get("/mappings")
def page(
    request: Request,
    here: Here,
    who: Viewer,
    wanted: Filtered,
    sort: Annotated[Sort, Query()] = "newest",
    after: BigInt = 0,
    before: BigInt = 0,
    done: Short = "",
) -> HTMLResponse:
    """Show one page of the list."""
    with here.runtime.sessions() as session:
        notice = told(words_for(here, request, who), "mapping", done)
        try:
            found = query.listing(session, here.runtime.vault, wanted, Place(sort, after, before))
        except PersonalNumber:
            # Not shown again either: the address of this answer is all that held it.
            return _list(
                request,
                here,
                who,
                session,
                Listing([]),
                query.without_search(wanted),
                sort,
                status=422,
                notice=refused(words_for(here, request, who), "mapping.personal_number"),
            )
        return _list(request, here, who, session, found, wanted, sort, notice=notice)


@router.post("/mappings/search")
def by_number(request: Request, here: Here, who: Viewer, number: Annotated[Short, Form()] = "") -> Response:
    """Find by a number that may be a person's: sent in the body, so that no address and no log holds it."""
    with here.runtime.sessions() as session:
        ids = query.found_by_number(session, here.runtime.vault, number.strip())
        if len(ids) == 1:
            return RedirectResponse(f"/mappings/{ids[0]}", 303)
        rows = query.by_ids(session, here.runtime.vault, ids[:PAGE])
        return _list(request, here, who, session, Listing(rows), Filter(), "newest")


def _list(
    request: Request,
    here: Site,
    who: Who,
    session: Session,
    found: Listing,
    wanted: Filter,
    sort: Sort,
    *,
    status: int = 200,
    notice: Notice | None = None,
) -> HTMLResponse:
    kept = {name: value for name, value in vars_of(wanted, sort).items() if value}
    return here.page(
        request,
        "mappings.html",
        who,
        session,
        status=status,
        notice=notice,
        rows=found.rows,
        links=link_names(session),
        wanted=wanted,
        sort=sort,
        sorts=list(SORTS),
        states=list(STATES),
        matches=list(MATCHED),
        previous=_address(kept, before=found.previous),
        next=_address(kept, after=found.next),
        export="/mappings/export?" + urlencode(kept),
    )


def vars_of(wanted: Filter, sort: str = "") -> dict[str, Any]:
    """Return a filter as the address has it."""
    return {
        "link": wanted.link,
        "state": wanted.state,
        "matched": wanted.matched,
        "by": wanted.by,
        "search": wanted.search,
        "sort": sort,
    }


def _address(kept: dict[str, Any], **beside: int) -> str:
    return "/mappings?" + urlencode({**kept, **beside}) if any(beside.values()) else ""


@router.get("/mappings/export")
def export(request: Request, here: Here, who: Viewer, wanted: Filtered) -> Response:
    """Send everything that a filter leaves as CSV."""
    if of_a_person(wanted.search):
        return RedirectResponse("/mappings", 303)
    return _csv(request, here, who, wanted)


def _csv(request: Request, here: Site, who: Who, wanted: Filter) -> StreamingResponse:
    words = words_for(here, request, who)

    def rows() -> Any:
        with here.runtime.sessions() as session:
            links = link_names(session)
            for one in query.everything(session, here.runtime.vault, wanted):
                yield _cells(one, links.get(one.row.link_id, ""), words)

    return csv_answer("mappings", HEADS, rows())


def _cells(one: Named, link: str, words: Words) -> tuple[object, ...]:
    row = one.row
    how = MATCHED.get(row.matched_by)
    return (
        row.id,
        link,
        one.name,
        words[row.role],
        row.source_id,
        row.target_number,
        row.target_id,
        words[f"mapping.state.{row.state}"],
        words[f"mapping.matched.{row.matched_by}"] if how else row.matched_by,
        row.decided_by,
        row.created_at,
        row.updated_at,
    )


@router.post("/mappings/bulk")
def bulk(
    request: Request,
    here: Here,
    who: Viewer,
    act: Annotated[Short, Form()] = "",
    ids: Annotated[list[FormInt] | None, Form(max_length=PAGE)] = None,
) -> Response:
    """Show what an action would do to the chosen ones; an export is sent at once."""
    if act not in ACTS or not ids:
        with here.runtime.sessions() as session:
            found = query.listing(session, here.runtime.vault, Filter(), Place())
            why = refused(words_for(here, request, who), "mapping.nobody_chosen")
            return _list(request, here, who, session, found, Filter(), "newest", status=422, notice=why)
    if act == "export":
        return _csv(request, here, who, Filter(ids=tuple(ids)))
    with here.runtime.sessions() as session:
        rows = query.by_ids(session, here.runtime.vault, ids)
        return here.page(request, "mappings_bulk.html", who, session, rows=rows, act=act, results=None)


@router.post("/mappings/bulk/confirm")
def confirm(
    request: Request,
    here: Here,
    who: Operator,
    act: Annotated[Short, Form()],
    was: Annotated[list[Short], Form(max_length=PAGE)],
    reason: Annotated[Long, Form()] = "",
) -> HTMLResponse:
    """Carry an action out, each on its own: what cannot be done to one holds up no other."""
    words = words_for(here, request, who)
    deed = Deed(who.actor, reason)
    results = {}
    for mapping_id, seen in _seen(was):
        try:
            with here.runtime.sessions.begin() as session:
                done = one_of_many(session, act, mapping_id, seen, deed)
            here.runtime.waker.wake([job.id for job in done.jobs if job.wake], Lane.LIVE)
            results[mapping_id] = ""
        except Refused as error:
            results[mapping_id] = sentence(error, words)
    with here.runtime.sessions() as session:
        rows = query.by_ids(session, here.runtime.vault, list(results))
        return here.page(request, "mappings_bulk.html", who, session, rows=rows, act=act, results=results)


def one_of_many(session: Session, act: str, mapping_id: int, seen: Seen, deed: Deed) -> Changed:
    """Do to one mapping what is done to several. Raises Refused."""
    if act == "break":
        return breaking.break_tie(session, mapping_id, seen, deed)
    return breaking.synchronise(session, mapping_id, deed)


def _seen(was: Sequence[str]) -> list[tuple[int, Seen]]:
    """Read back what the form had shown of each: `id|state|target`."""
    found = []
    for one in was:
        number, _, rest = one.partition("|")
        state, _, target = rest.partition("|")
        if number.isascii() and number.isdigit() and int(number) <= BIGGEST:
            found.append((int(number), Seen(target, state)))
    return found
