"""Store what hooks tell, many in one commit; nobody is answered before the commit that holds his notices."""

import asyncio
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.words import Lane
from sync.intake import Heard, JobRef, record_heard
from tasks.runtime import Runtime

GROUP = 200
"""Hooks in one commit: enough to share its cost, few enough to stay within some milliseconds."""

WAITING = 2000
"""Hooks that may wait for a commit; beyond it the sender is told to come back later."""

PATIENCE_SECONDS = 10.0
"""How long a hook waits for its commit; senders give up at about this time themselves."""


AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""Failures of the database itself: the same for every hook of a group, so none is tried alone."""


class Busy(Exception):
    """Say that the notices were not acknowledged: the database is away, too slow or has too much to do."""


@dataclass(frozen=True, slots=True)
class _Entry:
    heard: Sequence[Heard]
    stored: "Future[None]"
    loop: AbstractEventLoop


class Inbox:
    """Gather what arrives while a commit is under way, and give it the next commit."""

    def __init__(self, runtime: Runtime) -> None:
        """Write with the runtime's engine; `start` begins."""
        self._waker = runtime.waker
        # One statement is one transaction; saying BEGIN and COMMIT aloud would triple the round trips.
        self._engine = runtime.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._kept: Connection | None = None
        self._waiting: SimpleQueue[_Entry | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Start the writing thread: one, so that commits do not wait for each other's rows."""
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end; a database that hangs may not hold up the end of the process."""
        self._waiting.put(None)
        self._thread.join(PATIENCE_SECONDS)

    async def put(self, heard: Sequence[Heard]) -> None:
        """Return once the notices are committed. Raises Busy when they may not be."""
        if not heard:
            return
        if self._waiting.qsize() >= WAITING:
            raise Busy("too many hooks wait")
        loop = asyncio.get_running_loop()
        stored: Future[None] = loop.create_future()
        self._waiting.put(_Entry(heard, stored, loop))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await stored
        except (TimeoutError, SQLAlchemyError) as error:
            raise Busy(type(error).__name__) from error

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            entries = [first]
            more = self._gather(entries)
            self._store(entries)
            if not more:
                break
        self._drop()

    def _gather(self, entries: list[_Entry]) -> bool:
        """Take what else waits; False when the end was asked for."""
        while len(entries) < GROUP:
            try:
                entry = self._waiting.get_nowait()
            except Empty:
                return True
            if entry is None:
                return False
            entries.append(entry)
        return True

    def _store(self, entries: list[_Entry]) -> None:
        """Commit a group, answer it, then wake; a group that fails for its content is stored one by one."""
        try:
            jobs = self._commit([one for entry in entries for one in entry.heard])
        except Exception as error:  # noqa: BLE001 - the thread must outlive anything, or nobody is answered again
            if len(entries) > 1 and not isinstance(error, AWAY):
                for entry in entries:
                    self._store([entry])
            else:
                _answer(entries, error)
            return
        _answer(entries, None)
        self._waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)

    def _commit(self, heard: Sequence[Heard]) -> list[JobRef]:
        """Record on the kept connection; one that broke while idle is replaced once."""
        if self._kept is not None:
            try:
                return record_heard(self._kept, heard)
            except AWAY:
                self._drop()
        self._kept = self._kept or self._engine.connect()
        try:
            return record_heard(self._kept, heard)
        except AWAY:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.invalidate()
            self._kept.close()
            self._kept = None


def _answer(entries: Sequence[_Entry], error: Exception | None) -> None:
    """Answer all at once: each call over the border between threads costs a system call."""
    by_loop: dict[AbstractEventLoop, list[Future[None]]] = {}
    for entry in entries:
        by_loop.setdefault(entry.loop, []).append(entry.stored)
    for loop, futures in by_loop.items():
        loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: Sequence["Future[None]"], error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
