"""One call on the wire: reading it, answering it, or leaving the client without an answer."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sandbox.common.http import Reply, Request

#: A client that waits longer than this for a hanging call is dropped, so that tests end.
LONGEST_HANG = 300.0


class Exchange:
    """Wrap one ASGI call."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._scope, self._receive, self._send = scope, receive, send

    async def read(self) -> Request:
        """Read the body and return the whole request."""
        body = b""
        more = True
        while more:
            message = await self._receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._scope["headers"]}
        return Request(self.method, self.path, self._scope["query_string"].decode("latin-1"), headers, body)

    async def send(self, reply: Reply) -> None:
        """Send a whole answer."""
        await self._start(reply)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def send_slowly(self, reply: Reply, seconds: float) -> None:
        """Send the head at once and the body in ten pieces spread over the given time."""
        await self._start(reply)
        size = max(1, -(-len(reply.body) // 10))
        for start in range(0, len(reply.body), size):
            await asyncio.sleep(seconds / 10)
            piece = reply.body[start : start + size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, reply: Reply) -> None:
        headers = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})

    async def drop(self) -> None:
        """Cut the connection without a byte of answer."""
        self._scope["transport"].abort()
        await self._gone()

    async def hang(self, seconds: float | None = None, wake: asyncio.Event | None = None) -> None:
        """Say nothing until the client goes, the time is over or `wake` is set; then drop."""
        waits = [asyncio.ensure_future(self._gone())]
        if wake is not None:
            waits.append(asyncio.ensure_future(wake.wait()))  # type: ignore[arg-type]
        await asyncio.wait(waits, timeout=seconds or LONGEST_HANG, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await self.drop()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
