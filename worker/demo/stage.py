"""Set the stage: servers, stand-ins, data, configuration and processes; and clear it, however the story ends."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.database import migrate
from sync.config.applying import apply, read_wanted
from worker.cli.context import Context
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output
from worker.compose import COMPOSE_FILE
from worker.demo.office import SECRETS, environment_of, file_text, settings_of
from worker.demo.sandbox import Sandbox
from worker.demo.screen import Screen
from worker.embedded import EmbeddedServers, Servers
from worker.embedded.home import Ownership
from worker.logging import configure_logging
from worker.runtime import Runtime
from worker.supervisor import Supervisor

HEALTHY_SECONDS = 60.0
RECIPE = ("--relations", "300", "--in-books", "60", "--seed", "1")


@dataclass
class Stage:
    """Hold everything that runs, and what to expect of the data."""

    here: Context
    screen: Screen
    runtime: Runtime
    supervisor: Supervisor
    crm: Sandbox
    books: Sandbox
    data: Mapping[str, Any]
    """The generated seeds, and under `expected` the ids of every trap."""
    flower_url: str
    logs: Path

    @property
    def web_url(self) -> str:
        """Return the address of the pages."""
        return self.runtime.settings.public_url


@contextmanager
def open_stage(folder: Path, output: Output, screen: Screen) -> Iterator[Stage]:
    """Start everything afresh in a folder and stop it at the end of the block, also after Ctrl-C or a failure."""
    with ExitStack() as closing:
        servers = _fresh_servers(folder)
        closing.callback(servers.stop)
        logs = folder / "log"
        logs.mkdir(parents=True)
        with screen.bar("Servers en sandboxen starten", "Starting servers and sandboxes") as tell:
            tell(0, 4)
            with ThreadPoolExecutor(1) as beside:
                addresses = beside.submit(_start_servers, servers)
                data, crm, books = _start_sandboxes(folder, logs, closing)
                tell(2, 4)
                found = addresses.result()
            tell(3, 4)
            stage = _assemble(folder, output, screen, closing, found, data, crm, books)
            tell(4, 4)
        yield stage


def _fresh_servers(folder: Path) -> EmbeddedServers:
    """Clear what an earlier demonstration left behind, its servers too if it was killed."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Ownership(folder / "servers.lock")
    if not lock.take():
        raise Failure(
            Exit.UNREACHABLE,
            f"In {folder} draait al een demonstratie; stop die eerst.",
            f"A demonstration runs in {folder} already; stop that one first.",
        )
    lock.release()
    old = EmbeddedServers(folder)
    if old.answer():
        old.start()
    old.destroy()
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return EmbeddedServers(folder)


def _start_servers(servers: EmbeddedServers) -> Servers:
    addresses = servers.start()
    migrate(addresses.database_url)
    return addresses


def _start_sandboxes(folder: Path, logs: Path, closing: ExitStack) -> tuple[Any, Sandbox, Sandbox]:
    """Make the data and start both stand-ins with their own limits, which are those of production."""
    seed = folder / "data.json"
    subprocess.run(
        [sys.executable, "-m", "sandbox.data", *RECIPE, "--out", seed.resolve()],
        cwd=COMPOSE_FILE.parent,
        check=True,
        capture_output=True,
    )
    arguments = ("--port", "0", "--seed", str(seed.resolve()))
    crm = Sandbox("sandbox.simplicate", logs / "sandbox-simplicate.log", *arguments, "--per-minute", "60")
    closing.callback(crm.stop)
    books = Sandbox("sandbox.snelstart", logs / "sandbox-snelstart.log", *arguments, "--tier", "productie")
    closing.callback(books.stop)
    crm.ready()
    books.ready()
    return json.loads(seed.read_text()), crm, books


def _assemble(
    folder: Path,
    output: Output,
    screen: Screen,
    closing: ExitStack,
    found: Servers,
    data: Any,
    crm: Sandbox,
    books: Sandbox,
) -> Stage:
    """Apply the office's file, set the CRM's hook, and start the processes of docker-compose.yml."""
    web_port, flower_port = _free_ports(2)
    chosen = settings_of(
        folder, found.database_url, found.redis_url, f"http://127.0.0.1:{web_port}", output.language
    )
    configure_logging(chosen, quiet=True)
    supervisor = Supervisor(environment_of(chosen, os.environ, web_port, flower_port), folder / "log")
    closing.callback(supervisor.stop)
    supervisor.start()
    runtime = closing.enter_context(Runtime.open(chosen))
    here = Context(folder / "boekbrug.yaml", output)
    here.__dict__.update(runtime=runtime, settings=chosen)
    stage = Stage(
        here, screen, runtime, supervisor, crm, books, data, f"http://127.0.0.1:{flower_port}", folder / "log"
    )
    _configure(stage)
    return stage


def _configure(stage: Stage) -> None:
    """Write and apply the file as `boekbrug apply` would, and enter the hook's address in the CRM."""
    text = file_text(stage.crm.url, stage.books.url)
    stage.here.config.write_text(text)
    applied = apply(stage.runtime.sessions, stage.runtime.vault, read_wanted(text.encode(), SECRETS))
    hook = {"url": f"{stage.web_url}/hooks/{applied.hooks['crm']}", "secret": SECRETS["DEMO_HOOK_SECRET"]}
    stage.crm.control("PUT", "hooks", {"targets": [hook]})


def _free_ports(count: int) -> list[int]:
    """Choose ports that are free now; all are held until all are chosen, so no two are the same."""
    with ExitStack() as held:
        doors = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [door.getsockname()[1] for door in doors]
