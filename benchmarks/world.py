"""Run a whole bridge for a measurement: own servers, stand-ins, web and workers, each in its own folder.

Several worlds may run side by side: sockets and ports are their own. Open a world in a program's main thread,
because on Linux its processes end with the thread that started them.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import requests
from pydantic import SecretStr
from sqlalchemy import func, select, text

from adapters.base import Notice
from benchmarks.office import LINK, SECRETS, Office
from benchmarks.standins import start_stand_ins
from benchmarks.tally import Tally
from models.database import migrate
from models.settings import Settings
from models.tables import Connection, Link
from models.vault import new_key_text
from models.words import Kind, Origin
from sync.backlog import Backlog, backlog
from sync.config.applying import apply, read_wanted
from sync.intake import record_changes
from web.progress import dispatcher_runs
from worker.compose import COMPOSE_FILE
from worker.demo.office import environment_of
from worker.demo.sandbox import Sandbox
from worker.embedded import EmbeddedServers
from worker.logging import configure_logging
from worker.runtime import Runtime
from worker.supervisor import Supervisor

READY_SECONDS = 90.0
WORKER_READY = " ready."
"""What Celery says once a worker takes work."""
LOOK_SECONDS = 0.1

T = TypeVar("T")


class TooLate(Exception):
    """Say that something did not happen in time."""


class World:
    """Hold one running bridge and everything a measurement does to it."""

    def __init__(self, folder: Path, office: Office, servers: EmbeddedServers, runtime: Runtime) -> None:
        """Take what runs already; `open_world` makes worlds."""
        self.folder, self.office, self.servers, self.runtime = folder, office, servers, runtime
        self.sandboxes: dict[str, Sandbox] = {}
        self.data: dict[str, Any] = {}
        """The generated seeds, and under `expected` what to expect of them."""
        self.environment: dict[str, str] = {}
        self.hook_url = ""
        self.flower_url = ""
        self._supervisor: Supervisor | None = None

    @property
    def supervisor(self) -> Supervisor:
        """Return the supervision of web and workers."""
        if self._supervisor is None:
            raise RuntimeError("the processes were not started yet")
        return self._supervisor

    @property
    def web_url(self) -> str:
        """Return the address of the web process."""
        return self.runtime.settings.public_url

    def control(self, side: str, method: str, name: str, given: Any = None) -> Any:
        """Call the control address of `crm`, `books`, `tax` or `mail`."""
        return self.sandboxes[side].control(method, name, given)

    def tally(self, side: str) -> Tally:
        """Start counting the calls that arrive at `crm`, `books` or `tax` from now on."""
        return Tally(lambda: self.control(side, "GET", "stats"))

    def arrivals(self, side: str) -> list[float]:
        """Return the moment of every counted call so far, refused ones included, in seconds since 1970."""
        return list(self.control(side, "GET", "stats?arrivals=1")["arrivals"])

    def relaties(self) -> list[dict[str, Any]]:
        """Return what stands in the books, without SnelStart's own rows."""
        rows = self.control("books", "GET", "state?resource=relaties")["relaties"]
        return [row for row in rows if (row.get("relatiecode") or 0) > 0 and "Eigen" not in row["relatiesoort"]]

    def save(self, record_id: str | None, resource: str = "organization", *, hooks: bool = True, **changes: Any) -> str:
        """Save a record as a user of the CRM does; returns its id."""
        given = {"resource": resource, "id": record_id, "changes": changes, "hooks": hooks}
        return str(self.control("crm", "POST", "edit", given)["id"])

    def hear(self, *record_ids: str, origin: Origin = Origin.COMMAND) -> None:
        """Record that somebody asks for these records; the dispatcher wakes their jobs."""
        with self.runtime.sessions.begin() as session:
            crm = session.scalars(select(Connection.id).where(Connection.name == "crm")).one()
            now = session.scalars(select(func.clock_timestamp())).one()
            record_changes(session, crm, [Notice(Kind.RELATION, one) for one in record_ids], origin, uuid4(), now)

    def backlog(self) -> Backlog:
        """Count what the link still has to do."""
        with self.runtime.sessions() as session:
            return backlog(session, session.scalars(select(Link.id).where(Link.name == LINK)).one())

    def count(self, statement: str, **values: Any) -> int:
        """Return the number that a statement selects."""
        with self.runtime.sessions() as session:
            return int(session.scalar(text(statement), values) or 0)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows of a statement."""
        with self.runtime.sessions() as session:
            return list(session.execute(text(statement), values))

    def wait(self, look: Callable[[], T | None], seconds: float, what: str, pause: float = LOOK_SECONDS) -> T:
        """Return what a look finds as soon as it finds something. Raises TooLate."""
        until = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > until:
                raise TooLate(what)
            time.sleep(pause)
        return found

    def summary(self) -> dict[str, Any]:
        """Return what explains a result: outcomes, issues, reviews, and jobs by state and reason."""
        queries = {
            "outcomes": "SELECT outcome || ' ' || reason, count(*) FROM sync_log GROUP BY 1",
            "issues": "SELECT cause || ' ' || field, count(*) FROM issue WHERE closed_at IS NULL GROUP BY 1",
            "reviews": "SELECT reason, count(*) FROM review WHERE superseded_at IS NULL GROUP BY 1",
            "jobs": "SELECT state || ' ' || park_reason, count(*) FROM sync_job GROUP BY 1",
            "lost": "SELECT 'most', max(lost) FROM sync_job",
        }
        return {name: {row[0].strip(): row[1] for row in self.rows(query)} for name, query in queries.items()}

    def jobs_left(self) -> int:
        """Count the due jobs of all links."""
        return self.count("SELECT count(*) FROM sync_job WHERE state = 'due'")

    def drain(self, seconds: float, tell: Callable[[Backlog], None] = lambda _: None) -> None:
        """Wait until no job is due. Raises TooLate."""

        def idle() -> bool:
            now = self.backlog()
            tell(now)
            return not now.left

        self.wait(idle, seconds, "work left", 0.5)

    def command(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `boekbrug ...` on this world, with its output in a pipe."""
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from worker.cli import main; main()",
                "--config",
                str(self.folder / "boekbrug.yaml"),
                *arguments,
            ],
            cwd=COMPOSE_FILE.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def configure(self, office: Office) -> None:
        """Apply an office's file and give the stand-ins its limits and latency; counts there start afresh."""
        self.office = office
        file = office.file_text(
            *(self.sandboxes[side].url for side in ("crm", "books", "tax") if side in self.sandboxes)
        )
        (self.folder / "boekbrug.yaml").write_text(file)
        applied = apply(self.runtime.sessions, self.runtime.vault, read_wanted(file.encode(), SECRETS))
        self.hook_url = f"{self.web_url}/hooks/{applied.hooks['crm']}"
        hook = {"url": self.hook_url, "secret": SECRETS["BENCH_HOOK_SECRET"]}
        self.control("crm", "PUT", "hooks", {"targets": [hook] if office.web and office.hooks else []})
        for side in self.sandboxes.keys() - {"mail"}:
            self.control(side, "PUT", "limits", office.windows(side))
            self.control(side, "PUT", "latency", dict(office.latency_ms))

    def start_processes(self) -> None:
        """Start web and workers with the commands of docker-compose.yml, and wait until they are well."""
        wanted = {"web": self.office.web, "worker": True, "flower": self.office.flower}
        services = tuple(name for name, chosen in wanted.items() if chosen)
        self._supervisor = Supervisor(self.environment, self.folder / "log", services)
        self._supervisor.start(worker=self.office.workers)
        self.wait(self._ready, READY_SECONDS, "web and workers do not start")

    def _ready(self) -> bool:
        """Tell whether the hook's door is open, somebody dispatches and every worker takes work."""
        with self.runtime.engine.connect() as connection:
            if not dispatcher_runs(connection):
                return False
        logs = [self.folder / "log" / f"worker-{number + 1}.log" for number in range(self.office.workers)]
        if not all(log.exists() and WORKER_READY in log.read_text(errors="replace") for log in logs):
            return False
        return not self.office.web or _answers(f"{self.web_url}/healthz")

    def stop(self) -> None:
        """End the processes; stand-ins and servers end with the block of `open_world`."""
        if self._supervisor is not None:
            self._supervisor.stop()


@contextmanager
def open_world(office: Office, *, parent: Path | None = None, keep: bool = False) -> Iterator[World]:
    """Start a world in a folder of its own and end all of it with the block, also after a failure.

    `keep` leaves the folder with its logs. The configuration is applied before the processes start. From here
    on SIGTERM is an exit like any other, so that what was started ends with it.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    folder = Path(tempfile.mkdtemp(prefix="boekbrug-world-", dir=parent))
    folder.chmod(0o711)  # As root the servers run as nobody, who must be able to pass through.
    with ExitStack() as closing:
        if not keep:
            closing.callback(shutil.rmtree, folder, ignore_errors=True)
        servers = EmbeddedServers(folder / "data", fsync=office.fsync)
        closing.callback(servers.destroy)
        world = _open_runtime(folder, office, servers, closing)
        world.data, world.sandboxes = start_stand_ins(office, folder, closing)
        if "mail" in world.sandboxes:
            world.environment["BOEKBRUG_SMTP_URL"] = world.control("mail", "GET", "addresses")["smtp"]
        world.configure(office)
        closing.callback(world.stop)
        world.start_processes()
        yield world


def _open_runtime(folder: Path, office: Office, servers: EmbeddedServers, closing: ExitStack) -> World:
    """Start the servers, and write down what every process needs to find them."""
    found = servers.start()
    migrate(found.database_url)
    web_port, flower_port = _free_ports(2)
    chosen = Settings(
        database_url=found.database_url,
        redis_url=found.redis_url,
        data_dir=folder / "own",
        secret_keys=SecretStr(new_key_text("bench")),
        public_url=f"http://127.0.0.1:{web_port}",
        language="en",
        **office.settings,
    )
    chosen.data_dir.mkdir()
    configure_logging(chosen, quiet=True)
    world = World(folder, office, servers, closing.enter_context(Runtime.open(chosen)))
    world.flower_url = f"http://127.0.0.1:{flower_port}"
    world.environment = {
        **environment_of(chosen, os.environ, web_port, flower_port),
        **{f"BOEKBRUG_{name.upper()}": str(value) for name, value in office.settings.items()},
        **SECRETS,
        "FLOWER_UNAUTHENTICATED_API": "true",
    }
    return world


def _free_ports(count: int) -> list[int]:
    """Choose ports that are free now; all are held until all are chosen, so no two are the same."""
    with ExitStack() as held:
        doors = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [door.getsockname()[1] for door in doors]


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False
