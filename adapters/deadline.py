"""End a call at its deadline whatever the other side does: a watchdog shuts the socket down.

A timeout of requests bounds one read; a server that sends a byte now and then would hold a thread for ever.
"""

import heapq
import os
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

_current = threading.local()


def current() -> "Deadline | None":
    """Return the deadline of the call this thread is making."""
    return getattr(_current, "deadline", None)


class Deadline:
    """Bound one call of this thread, and know whether any byte of it has left."""

    def __init__(self, seconds: float, fresh: bool = False) -> None:
        """Start counting; `fresh` asks for a connection that the other side certainly has not closed."""
        self.at = time.monotonic() + seconds
        self.fresh = fresh
        self.guarded = False
        """Whether the call may not lead into a network of ours."""
        self.sent = False
        self.passed = False
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def left(self) -> float:
        """Return the seconds left, never below a moment, because 0 means for ever to a socket."""
        return max(0.001, self.at - time.monotonic())

    def attach(self, sock: socket.socket) -> None:
        """Watch this connection: by a duplicate, because TLS takes the first descriptor over."""
        copy = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
        with self._lock:
            old, self._socket = self._socket, copy
            passed = self.passed
        if old is not None:
            old.close()
        if passed:
            self.cut()

    def detach(self) -> bool:
        """Let the connection go before another thread may take it; False when it was cut already."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            return not self.passed

    def cut(self) -> None:
        """Shut the connection down: reads and writes under way end at once."""
        with self._lock:
            if self.over:
                return
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        """Become the deadline of this thread's calls."""
        _current.deadline = self
        _watchdog().watch(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; the connection itself goes back to its pool."""
        _current.deadline = None
        self.over = True
        self.detach()


class _Watchdog:
    """One thread per process that cuts what is overdue."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._heap: list[tuple[float, int, Deadline]] = []
        self._wake = threading.Condition()
        threading.Thread(target=self._run, name="deadline-watchdog", daemon=True).start()

    def watch(self, deadline: Deadline) -> None:
        """Cut this deadline's connection when its moment has come, unless the call is over."""
        with self._wake:
            heapq.heappush(self._heap, (deadline.at, id(deadline), deadline))
            if self._heap[0][2] is deadline:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            self._next().cut()

    def _next(self) -> Deadline:
        """Wait for the first moment that comes; calls that ended are dropped on the way."""
        with self._wake:
            while True:
                while self._heap and self._heap[0][2].over:
                    heapq.heappop(self._heap)
                if not self._heap:
                    self._wake.wait()
                elif (wait := self._heap[0][0] - time.monotonic()) > 0:
                    self._wake.wait(wait)
                else:
                    return heapq.heappop(self._heap)[2]


_dog: _Watchdog | None = None
_dog_lock = threading.Lock()


def _watchdog() -> _Watchdog:
    """Return this process's watchdog; a forked child needs a thread of its own."""
    global _dog  # noqa: PLW0603 - one thread per process is the point
    with _dog_lock:
        if _dog is None or _dog.process != os.getpid():
            _dog = _Watchdog()
        return _dog
