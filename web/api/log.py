"""Give the log of attempts to applications."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.words import Kind, Outcome
from web.access.callers import Reader
from web.bounds import BIGGEST, Short
from web.queries.log import PAGE, LogFilter, LogRow, find_log, log_links
from web.queries.places import place_in, place_text
from web.site import Here

MOST = 500

router = APIRouter(tags=["log"])


class Attempt(BaseModel):
    """Be one attempt; names of fields, never their values."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: int
    at: datetime
    link_id: int
    link: str = ""
    kind: str
    record_id: str
    role: str
    outcome: str
    reason: str
    fields: list[str]
    source_calls: int
    target_calls: int
    duration_ms: int
    waited_ms: int
    target_id: str | None
    correlation_id: UUID


class Attempts(BaseModel):
    """Be one page; `next` is the `after` of the following one."""

    attempts: list[Attempt]
    next: str | None


def described(row: LogRow, link: str) -> Attempt:
    """Describe one row with its link's name."""
    return Attempt.model_validate(row).model_copy(update={"link": link})


@router.get("/log")
def log(
    here: Here,
    _: Reader,
    search: Short = "",
    link_id: Annotated[int | None, Query(ge=1, le=BIGGEST)] = None,
    kind: Kind | None = None,
    outcome: Outcome | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: Short = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
) -> Attempts:
    """Return attempts, newest first; `search` is an id in the CRM or a target, or a correlation id."""
    wanted = LogFilter(search, link_id, kind or "", outcome or "", since, until)
    with here.runtime.sessions() as session:
        names = log_links(session)
        rows = find_log(session, wanted, place_in(after), limit + 1)
    shown = rows[:limit]
    more = place_text(shown[-1].place) if len(rows) > limit else None
    return Attempts(attempts=[described(row, names.get(row.link_id, "")) for row in shown], next=more)
