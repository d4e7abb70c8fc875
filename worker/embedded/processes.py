"""Start, recognise and end a server process, whether or not this process is its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from worker.embedded.account import Account
from worker.embedded.errors import EmbeddedError

# A server log is rotated at start only; what is logged is start, stop and errors, so it grows slowly.
LOG_BYTES = 10_000_000


class ServerProcess:
    """One running server: a child of ours, or one left behind by an earlier run and adopted by its id."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        """Hold the id, and the child when there is one (a child must be reaped, an adopted one cannot)."""
        self.pid = pid
        self._child = child

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return bool(command_line(self.pid))

    def end(self, number: signal.Signals, timeout: float) -> None:
        """Ask the process to end and wait; kill it by its id when it takes longer than the timeout."""
        for attempt, patience in ((number, timeout), (signal.SIGKILL, 10.0)):
            if not self.alive():
                return
            os.kill(self.pid, attempt)
            if wait_until(lambda: not self.alive(), patience):
                return
        raise EmbeddedError(f"Process {self.pid} does not end, even when killed.")


def launch(command: Sequence[str | Path], account: Account, folder: Path, log: Path) -> ServerProcess:
    """Start a server as an account, in a session of its own.

    A Ctrl-C on the terminal then reaches only us: we end the servers ourselves, last and in order.
    """
    other = account.is_other
    with open_log(log) as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=server_environment(folder),
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=[] if other else None,
        )
    return ServerProcess(child.pid, child)


def server_environment(folder: Path) -> dict[str, str]:
    """Return what a server needs to know: none of our secrets, which live in environment variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def open_log(path: Path) -> BinaryIO:
    """Open a log to append to, readable by its owner only; an overgrown one is set aside."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def command_line(pid: int) -> str:
    """Return the command line of a living process; empty for one that has gone or waits to be reaped."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "" if "<defunct>" in found.stdout else found.stdout.strip()


def wait_until(holds: Callable[[], bool], timeout: float, pause: float = 0.02) -> bool:
    """Wait until a condition holds; tell whether it did within the timeout (seconds)."""
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
