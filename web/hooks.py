"""Take hooks: refuse what is not the CRM's, store what is, and answer only for what is stored."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from random import getrandbits
from uuid import UUID

import structlog
from anyio.to_thread import run_sync
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from adapters.base import Notice
from models.words import Origin
from sync.intake import hear
from tasks.runtime import Runtime
from web.doors import Door, Doors, Readers
from web.inbox import Busy, Inbox

REFUSALS = Counter("boekbrug_hook_refusals", "Hooks that were refused and not processed, by reason", ["reason"])
ACCEPTED = Counter("boekbrug_hook_changes", "Changes that hooks told of and that were stored")

PREFIX = "/hooks/"

BODY_SECONDS = 10.0
"""How long a sender may take over the body; slower ones would hold connections."""

RETRY_SECONDS = 5
"""A restart of PostgreSQL takes about this long."""

RECORD_ID_CHARACTERS = 200
NOTICES = 1000
"""Above any hook seen, below what would hold up the commit that others share."""

log = structlog.get_logger("web.hooks")

STATUS = {
    "method": 405,
    "unknown_token": 404,
    "disabled": 404,
    "slow": 408,
    "too_large": 413,
    "signature": 401,
    "not_json": 400,
    "database": 503,
}
"""Reason -> status; a disabled connection looks unknown: at a 410 a vendor may drop the hook for good."""

HEADERS = {
    # The rest of an unread body may not be taken for the next request.
    "too_large": {"connection": "close"},
    "slow": {"connection": "close"},
    "method": {"allow": "POST"},
    "database": {"retry-after": str(RETRY_SECONDS)},
}

for _reason in STATUS:
    REFUSALS.labels(_reason)


class Refused(Exception):
    """Turn a hook away for a reason of STATUS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HookEndpoint:
    """Serve POST /hooks/{token}."""

    def __init__(self, runtime: Runtime, inbox: Inbox, readers: Readers) -> None:
        """Use the process's one inbox."""
        self._runtime = runtime
        self._inbox = inbox
        self._doors = Doors(runtime, readers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one hook; the path after `/hooks/` is the token."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request, scope["path"].removeprefix(PREFIX))
        except ClientDisconnect:
            return
        except Refused as refusal:
            response = _refusal(refusal.reason)
        await response(scope, receive, send)

    async def _answer(self, request: Request, token: str) -> Response:
        if request.method != "POST":
            raise Refused("method")
        received_at = datetime.now(UTC)
        door = await self._door(token)
        body = await _read(request, self._runtime.settings.max_hook_bytes)
        if not door.reader.verify(body, request.headers, door.secrets, received_at):
            raise Refused("signature")
        notices = _notices(door, body, request, received_at)
        correlation_id = UUID(int=getrandbits(128), version=4)  # Need not be secret, and is asked for often.
        await self._store(door, notices, correlation_id, received_at)
        return JSONResponse({"accepted": len(notices), "correlation_id": str(correlation_id)}, 202)

    async def _door(self, token: str) -> Door:
        door = self._doors.remembered(token)
        if door is None:
            try:
                door = await run_sync(self._doors.look_up, token)
            except SQLAlchemyError as error:
                raise Refused("database") from error
        if door is None:
            raise Refused("unknown_token")
        if not door.enabled:
            raise Refused("disabled")
        return door

    async def _store(self, door: Door, notices: Sequence[Notice], correlation: UUID, received_at: datetime) -> None:
        heard = hear(door.connection_id, notices, Origin.HOOK, correlation, received_at, self._runtime.vault)
        try:
            await self._inbox.put(heard)
        except Busy as error:
            raise Refused("database") from error
        ACCEPTED.inc(len(heard))
        log.info("hook.stored", connection=door.name, changes=len(heard), correlation_id=str(correlation))


def _refusal(reason: str) -> Response:
    REFUSALS.labels(reason).inc()
    log.warning("hook.refused", reason=reason)
    return JSONResponse({"error": reason}, STATUS[reason], HEADERS.get(reason))


async def _read(request: Request, limit: int) -> bytes:
    """Read the body up to a limit; a longer one is not read to its end."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise Refused("too_large")
    chunks, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                chunks.append(chunk)
                size += len(chunk)
                if size > limit:
                    raise Refused("too_large")
    except TimeoutError as error:
        raise Refused("slow") from error
    return b"".join(chunks)


def _notices(door: Door, body: bytes, request: Request, received_at: datetime) -> Sequence[Notice]:
    try:
        notices = door.reader.notices(body, request.headers, received_at)
    except (ValueError, RecursionError) as error:
        raise Refused("not_json") from error
    if len(notices) > NOTICES or not all(storable(notice.record_id) for notice in notices):
        raise Refused("not_json")
    return notices


def storable(record_id: str) -> bool:
    """Tell whether an id can stand in a row and a log line: PostgreSQL takes no NUL and no half character."""
    return 0 < len(record_id) <= RECORD_ID_CHARACTERS and record_id.isprintable()
