"""Take notice of changes from applications of the same house."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select

from adapters.base import Notice
from models.tables import Connection
from models.words import Kind, Origin
from sync.intake import hear
from tasks.runtime import Runtime
from web.access.callers import Telling
from web.api.answers import UNREADABLE, refused
from web.hooks import RECORD_ID_CHARACTERS, RETRY_SECONDS, storable
from web.inbox import Busy, Inbox
from web.site import Here

router = APIRouter(tags=["changes"])


def _whole(text: str) -> str:
    """Refuse what cannot be stored; unlike a name, an id is never mended."""
    if not storable(text):
        raise ValueError("holds characters that cannot be printed")
    return text


Id = Annotated[str, Field(min_length=1, max_length=RECORD_ID_CHARACTERS), AfterValidator(_whole)]


class Change(BaseModel):
    """Tell that one record of one connection changed."""

    model_config = ConfigDict(extra="forbid")

    connection: Id
    kind: Kind
    record_id: Id


class Accepted(BaseModel):
    """Confirm what is stored; the correlation id finds it in log and pages."""

    accepted: int
    correlation_id: UUID


@router.post("/changes", status_code=202, responses={**UNREADABLE, 404: refused("No such connection.")})
async def changes(change: Change, request: Request, here: Here, _: Telling) -> Accepted:
    """Tell of a change; answered once it is stored."""
    correlation_id = uuid4()
    inbox: Inbox = request.app.state.inbox
    source = await run_sync(_source_id, here.runtime, change.connection)
    if source is None:
        raise HTTPException(404, "no such connection")
    notices = [Notice(change.kind, change.record_id)]
    try:
        await inbox.put(hear(source, notices, Origin.API, correlation_id, datetime.now(UTC)))
    except Busy as error:
        raise HTTPException(503, "not stored, try again", {"retry-after": str(RETRY_SECONDS)}) from error
    return Accepted(accepted=1, correlation_id=correlation_id)


def _source_id(runtime: Runtime, name: str) -> int | None:
    with runtime.sessions() as session:
        return session.scalar(select(Connection.id).where(Connection.name == name, Connection.enabled))
