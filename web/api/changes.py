"""Take notice of changes from applications of the same house."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from anyio.to_thread import run_sync
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from adapters.base import Notice
from models.tables import Connection
from models.words import Kind, Origin
from sync.intake import hear
from tasks.runtime import Runtime
from web.access.callers import Telling
from web.hooks import RECORD_ID_CHARACTERS, RETRY_SECONDS, storable
from web.inbox import Busy, Inbox
from web.site import Here

router = APIRouter(tags=["changes"])


class Change(BaseModel):
    """Tell that one record of one connection changed."""

    model_config = ConfigDict(extra="forbid")

    connection: str = Field(max_length=200)
    kind: Kind
    record_id: str = Field(min_length=1, max_length=RECORD_ID_CHARACTERS)


class Accepted(BaseModel):
    """Confirm what is stored; the correlation id finds it in log and pages."""

    accepted: int
    correlation_id: UUID


@router.post("/changes", status_code=202)
async def changes(change: Change, request: Request, here: Here, _: Telling) -> Accepted:
    """Tell of a change; answered once it is stored."""
    if not storable(change.record_id) or not storable(change.connection):
        raise HTTPException(422, "connection or record_id holds characters that cannot be printed")
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
