"""One process under supervision: started, watched, started again with growing pauses, ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from worker.compose import COMPOSE_FILE, Service

# Quick after a first end, so that a killed worker is back within the second; slow for one that cannot run.
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
# Whoever ran this long was well: the next pause is the first again.
WELL_AFTER = 10.0

_LEASH = Path(__file__).with_name("leash.py")


class Supervised:
    """One replica of a service. Not safe for use by two threads at once: the supervisor holds a lock."""

    def __init__(self, service: Service, replica: int, environment: Mapping[str, str], log: Path) -> None:
        """Hold what is to run; nothing runs yet."""
        self.service = service
        self.replica = replica
        self.log = log
        self.starts = 0
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def tend(self) -> None:
        """Start the process when it does not run and its pause is over."""
        if self.pid is not None:
            return
        if self._child is not None:
            self._note_end()
        if time.monotonic() >= self._not_before:
            try:
                self._start()
            except OSError:
                # No process or file to be had just now: the machine's trouble, which may pass.
                self._note_end()

    def _note_end(self) -> None:
        """Decide when to start again after the process ended by itself, or was killed."""
        now = time.monotonic()
        if now - self._started >= WELL_AFTER:
            self._pause = FIRST_PAUSE
        self._not_before = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._child = None

    def _start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-IS", _LEASH, str(os.getpid()), *self.service.command],
                cwd=COMPOSE_FILE.parent,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            os.close(descriptor)
        self._started = time.monotonic()
        self.starts += 1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal by process id, if the process still runs."""
        if self._child is not None:
            self._child.send_signal(number)

    def wait_end(self, deadline: float) -> None:
        """Wait for the process to end; kill it at the deadline (monotonic seconds)."""
        if self._child is None:
            return
        try:
            self._child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_bytes()[-2000:].decode(errors="replace") if self.log.exists() else ""
