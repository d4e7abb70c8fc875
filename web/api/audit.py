"""Give the audit trail to applications."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.tables import Audit
from web.access.callers import Administering
from web.bounds import BIGGEST, Short
from web.queries.audit import PAGE, Wanted, in_words, read_audit
from web.site import Here

router = APIRouter(tags=["audit"])


class Deed(BaseModel):
    """Be one action of a person or application; before and after hold ids, states and names of fields."""

    model_config = ConfigDict(extra="forbid")

    id: int
    at: datetime
    by: str
    via: str
    action: str
    subject_kind: str
    subject_id: str
    reason: str
    before: dict[str, str]
    after: dict[str, str]
    correlation_id: UUID | None


class Trail(BaseModel):
    """Be one page; `next` is the `before` of the following one."""

    deeds: list[Deed]
    next: int | None


@router.get("/audit")
def trail(
    here: Here,
    _: Administering,
    by: Short = "",
    action: Short = "",
    subject_kind: Short = "",
    subject_id: Short = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(ge=1, le=BIGGEST)] = None,
) -> Trail:
    """Return who did what, the newest first."""
    with here.runtime.sessions() as session:
        wanted = Wanted(by, action, subject_kind, subject_id, since, until)
        rows = read_audit(session, wanted, before)
        found = [Deed.model_validate(_told(row)) for row in rows[:PAGE]]
        return Trail(deeds=found, next=rows[PAGE - 1].id if len(rows) > PAGE else None)


def _told(row: Audit) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in Deed.model_fields}
    return plain | {"before": dict(in_words(row.before)), "after": dict(in_words(row.after))}
