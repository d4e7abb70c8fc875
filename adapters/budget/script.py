"""Run the budget's script on Redis: by its hash, and by its text where the server has not seen it yet."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import redis
from redis.exceptions import NoScriptError

from adapters.budget.windows import Window

TEXT = (Path(__file__).parent / "script.lua").read_text()
SHA = hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()

Clock = Callable[[], float]
"""Seconds since 1970; only tests hand one in, otherwise the server's clock counts for everybody."""


class Script:
    """Ask the script about one connection; keys share a hash tag, so they live on one node."""

    def __init__(
        self,
        client: redis.Redis,
        connection_id: int,
        windows: Sequence[Window],
        concurrent: int | None,
        clock: Clock | None = None,
    ) -> None:
        """Pack once what is the same in every question."""
        base = f"budget:{{{connection_id}}}"
        self.keys = [base, f"{base}:flight", *(f"{base}:{window.name}" for window in windows)]
        self._client = client
        self._execute = cast("Callable[..., list[int]]", client.execute_command)
        self._clock = clock
        self._head = [SHA, len(self.keys), *self.keys]
        self._windows: list[str | int] = [concurrent or 0, len(windows)]
        for window in windows:
            lane = window.lane.value if window.lane else ""
            length_ms = round(window.seconds * 1000)
            self._windows += [window.name, window.calls, length_ms, lane, int(window.durable)]

    def run(self, operation: str, *arguments: str | int | float) -> list[int]:
        """Run one operation. Raises redis.RedisError."""
        now = round(self._clock() * 1000) if self._clock else ""
        tail = (operation, now, *self._windows, *arguments)
        try:
            return self._execute("EVALSHA", *self._head, *tail)
        except NoScriptError:
            self._forget_older_state()
            return self._execute("EVAL", TEXT, *self._head[1:], *tail)

    def _forget_older_state(self) -> None:
        """Treat a server that restarted without a journal as emptied: it may have come back as it was before.

        A server that does not know the script has just started. With an append-only file it lost nothing that
        it had answered; from a snapshot it would grant once more what was granted since.
        """
        if not self._client.info("persistence").get("aof_enabled"):
            for key in self._client.scan_iter("budget:*", count=1000):
                self._client.delete(key)
