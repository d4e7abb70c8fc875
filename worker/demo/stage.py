"""Set the stage: servers, stand-ins, data, configuration, processes; and clear it, however the story ends."""

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
from shlex import quote
from typing import Any

from models.database import migrate
from sync.config.applying import apply, read_wanted
from worker.cli.bars import Tell
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

HEALTHY_SECONDS = 120.0
"""A check is a program of its own, and starting one takes seconds where others keep the processor busy."""
SHELL = "shell"
RECIPE = (
    "--relations", "300", "--in-books", "60", "--unticked", "0.4", "--seed", "1", "--to-nextens", "0.02",
    "--in-nextens-by-number", "2", "--in-nextens-by-name", "1",
)  # fmt: skip
"""Two in five take no part, and a handful goes to Nextens: at the pace of the limits more would not fit the story."""
LATER = ("beat", "flower")
"""Nobody waits for these, and at the start every process waits for the processor."""


@dataclass
class Stage:
    """Hold everything that runs, and what to expect of the data."""

    here: Context
    screen: Screen
    runtime: Runtime
    supervisor: Supervisor
    crm: Sandbox
    books: Sandbox
    tax: Sandbox
    post: Sandbox
    """Takes the mail."""
    data: Mapping[str, Any]
    """The generated seeds, and under `expected` the ids of every trap."""
    flower_url: str
    logs: Path

    @property
    def shell(self) -> str:
        """Return the line that lets a shell use `boekbrug` on this demonstration."""
        return f"set -a; . {quote(str(self.logs.parent / SHELL))}; set +a"

    def start_the_rest(self) -> None:
        """Start what the first act can do without."""
        self.supervisor.scale(**dict.fromkeys(LATER, 1))

    @property
    def web_url(self) -> str:
        """Return the address of the pages."""
        return self.runtime.settings.public_url


@contextmanager
def open_stage(folder: Path, output: Output, screen: Screen) -> Iterator[Stage]:
    """Start everything afresh in a folder; stop it when the block ends, also after Ctrl-C or a failure."""
    with ExitStack() as closing:
        builder = _Builder(folder, output, screen, closing)
        with screen.bar("Servers en sandboxen starten", "Starting servers and sandboxes") as tell:
            stage = builder.build(tell)
        yield stage


class _Builder:
    """Start one thing after the other, and leave word of how to stop each."""

    def __init__(self, folder: Path, output: Output, screen: Screen, closing: ExitStack) -> None:
        self._folder, self._output, self._screen, self._closing = folder, output, screen, closing
        self._logs = folder / "log"

    def build(self, tell: Tell) -> Stage:
        """Build the stage; servers and stand-ins start side by side."""
        servers = fresh_servers(self._folder)
        self._closing.callback(servers.stop)
        self._logs.mkdir(parents=True)
        tell(0, 4)
        with ThreadPoolExecutor(1) as beside:
            addresses = beside.submit(_start_servers, servers)
            seed = self._seed()
            crm = self._sandbox("simplicate", seed, "--per-minute", "60")
            books = self._sandbox("snelstart", seed, "--tier", "productie")
            tax = self._sandbox("nextens", seed, "--per-minute", "60")
            post = self._mail_sink()
            for one in (crm, books, tax, post):
                one.ready()
            tell(2, 4)
            found = addresses.result()
        tell(3, 4)
        stage = self._stage(found, json.loads(seed.read_text()), (crm, books, tax, post))
        _configure(stage)
        tell(4, 4)
        return stage

    def _seed(self) -> Path:
        """Make the data of both stand-ins."""
        seed = self._folder / "data.json"
        command = [sys.executable, "-m", "sandbox.data", *RECIPE, "--out", str(seed)]
        subprocess.run(command, cwd=COMPOSE_FILE.parent, check=True, capture_output=True)
        return seed

    def _sandbox(self, name: str, seed: Path, *limits: str) -> Sandbox:
        """Start a stand-in that holds its callers to the limits of production."""
        log = self._logs / f"sandbox-{name}.log"
        sandbox = Sandbox(f"sandbox.{name}", log, "--port", "0", "--seed", str(seed), *limits)
        self._closing.callback(sandbox.stop)
        return sandbox

    def _mail_sink(self) -> Sandbox:
        """Start a mail server that shows what it took."""
        sink = Sandbox("sandbox.mail", self._logs / "sandbox-mail.log", "--port", "0", "--http-port", "0")
        self._closing.callback(sink.stop)
        return sink

    def _stage(
        self, found: Servers, data: Mapping[str, Any], sandboxes: tuple[Sandbox, Sandbox, Sandbox, Sandbox]
    ) -> Stage:
        """Start the processes of docker-compose.yml and open the runtime of this one."""
        web_port, flower_port = _free_ports(2)
        web = f"http://127.0.0.1:{web_port}"
        smtp = sandboxes[-1].control("GET", "addresses")["smtp"]
        chosen = settings_of(self._folder, found.database_url, found.redis_url, web, self._output.language, smtp)
        configure_logging(chosen, quiet=True)
        environment = environment_of(chosen, os.environ, web_port, flower_port)
        write_shell(self._folder, environment)
        supervisor = Supervisor(environment, self._logs)
        supervisor.start(**dict.fromkeys(LATER, 0))
        self._closing.callback(supervisor.stop)
        runtime = self._closing.enter_context(Runtime.open(chosen))
        here = Context(self._folder / "boekbrug.yaml", self._output)
        here.settings, here.runtime = chosen, runtime
        flower = f"http://127.0.0.1:{flower_port}"
        return Stage(here, self._screen, runtime, supervisor, *sandboxes, data, flower, self._logs)


def fresh_servers(folder: Path) -> EmbeddedServers:
    """Clear what an earlier demonstration left behind, its servers too if it was killed. Raises Failure."""
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


def write_shell(folder: Path, environment: Mapping[str, str]) -> None:
    """Write what a shell needs to use `boekbrug` here; it holds the key, so nobody else may read it."""
    lines = [f"{name}={quote(value)}\n" for name, value in environment.items() if name.startswith("BOEKBRUG_")]
    with os.fdopen(os.open(folder / SHELL, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)


def _start_servers(servers: EmbeddedServers) -> Servers:
    addresses = servers.start()
    migrate(addresses.database_url)
    return addresses


def _configure(stage: Stage) -> None:
    """Write and apply the file as `boekbrug apply` would, and enter the hook's address in the CRM."""
    text = file_text(stage.crm.url, stage.books.url, stage.tax.url, stage.here.output.language)
    stage.here.config.write_text(text)
    applied = apply(stage.runtime.sessions, stage.runtime.vault, read_wanted(text.encode(), SECRETS))
    hook = {"url": f"{stage.web_url}/hooks/{applied.hooks['crm']}", "secret": SECRETS["DEMO_HOOK_SECRET"]}
    stage.crm.control("PUT", "hooks", {"targets": [hook]})


def _free_ports(count: int) -> list[int]:
    """Choose ports that are free now; all are held until all are chosen, so no two are the same."""
    with ExitStack() as held:
        doors = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [door.getsockname()[1] for door in doors]
