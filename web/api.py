"""Serve the JSON API for other applications."""

import hmac
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from adapters.base import Notice
from models.settings import Settings
from models.tables import Connection
from models.words import Kind, Origin
from sync.intake import hear
from tasks.runtime import Runtime
from web.hooks import RECORD_ID_CHARACTERS, RETRY_SECONDS, storable
from web.inbox import Busy, Inbox

TOKEN_CHARACTERS = 20
"""Shorter tokens can be guessed and are not accepted from the settings."""

bearer = HTTPBearer(auto_error=False)


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


def tokens_of(settings: Settings) -> list[bytes]:
    """Return the configured API tokens that are long enough."""
    text = settings.api_tokens.get_secret_value() if settings.api_tokens else ""
    return [token.encode() for piece in text.split(",") if len(token := piece.strip()) >= TOKEN_CHARACTERS]


def _allowed(given: HTTPAuthorizationCredentials | None, tokens: list[bytes]) -> bool:
    """Compare with every token, in constant time, so the answer's delay tells nothing."""
    if given is None:
        return False
    return sum(hmac.compare_digest(given.credentials.encode(), token) for token in tokens) > 0


def _away() -> HTTPException:
    return HTTPException(503, "not stored, try again", {"retry-after": str(RETRY_SECONDS)})


def api_router(runtime: Runtime, inbox: Inbox) -> APIRouter:
    """Serve /api."""
    tokens = tokens_of(runtime.settings)

    def authorise(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if not _allowed(given, tokens):
            raise HTTPException(401, "token missing or unknown", {"www-authenticate": "Bearer"})

    def source_id(name: str) -> int | None:
        with runtime.sessions() as session:
            return session.scalar(select(Connection.id).where(Connection.name == name, Connection.enabled))

    router = APIRouter(prefix="/api", dependencies=[Depends(authorise)])

    @router.post("/changes", status_code=202)
    async def changes(change: Change) -> Accepted:
        """Tell of a change; answered once it is stored."""
        if not storable(change.record_id) or not storable(change.connection):
            raise HTTPException(422, "connection or record_id holds characters that cannot be printed")
        correlation_id = uuid4()
        try:
            source = await run_sync(source_id, change.connection)
            if source is None:
                raise HTTPException(404, "no such connection")
            notices = [Notice(change.kind, change.record_id)]
            await inbox.put(hear(source, notices, Origin.API, correlation_id, datetime.now(UTC)))
        except (Busy, SQLAlchemyError) as error:
            raise _away() from error
        return Accepted(accepted=1, correlation_id=correlation_id)

    return router
