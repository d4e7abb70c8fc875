"""Serve the floor of figure 4: read the body, one INSERT, one LPUSH, answer; nothing is decided."""

import os
from typing import Any

from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from starlette.types import Message, Receive, Scope, Send

TABLE = """
CREATE TABLE IF NOT EXISTS floor_hook (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL
)
"""
CONNECTIONS = 20
"""As many as the product's own pool may open."""


class Floor:
    """Be the smallest application that does not lose a hook."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        """Connect at start-up."""
        conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._pool = AsyncConnectionPool(
            conninfo, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True}, open=False
        )
        self._redis = Redis.from_url(redis_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a hook, or the server's questions about start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        async with self._pool.connection() as connection:
            await connection.execute("INSERT INTO floor_hook (body) VALUES (%s)", (body,))
        await self._redis.lpush("floor", body)
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _live(self, receive: Receive, send: Send) -> None:
        answer: dict[str, Message] = {
            "lifespan.startup": {"type": "lifespan.startup.complete"},
            "lifespan.shutdown": {"type": "lifespan.shutdown.complete"},
        }
        while True:
            kind: str = (await receive())["type"]
            if kind == "lifespan.startup":
                await self._pool.open()
                async with self._pool.connection() as connection:
                    await connection.execute(TABLE)
            else:
                await self._pool.close()
                await self._redis.aclose()
            await send(answer[kind])
            if kind == "lifespan.shutdown":
                return


def create_app() -> Any:
    """Create the floor from the same environment as the product."""
    return Floor(os.environ["BOEKBRUG_DATABASE_URL"], os.environ["BOEKBRUG_REDIS_URL"])
