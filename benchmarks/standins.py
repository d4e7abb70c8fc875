"""Make a world's data and start the stand-ins that hold them."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.office import Office
from worker.compose import COMPOSE_FILE
from worker.demo.sandbox import START_SECONDS, Sandbox

CRM = ("sandbox.simplicate", ("--per-minute", "0"))
BOOKS = ("sandbox.snelstart", ("--tier", "none"))
TAX = ("sandbox.nextens", ("--per-minute", "0"))


class MailServer(Sandbox):
    """Be the mail stand-in, which says two addresses: first that of the mail, then that of its control."""

    def __init__(self, log: Path) -> None:
        """Start it; `ready` waits for both addresses."""
        super().__init__("sandbox.mail", log)
        self._said = log

    def ready(self) -> None:
        """Wait until it says where its control is. Raises TimeoutError."""
        until = time.monotonic() + START_SECONDS
        while "listening on http" not in (said := self._said.read_text(errors="replace")):
            if time.monotonic() > until:
                raise TimeoutError(f"the mail server did not start:\n{said[-2000:]}")
            time.sleep(0.02)
        self.url = "http" + said.split("listening on http")[1].split()[0]


def start_stand_ins(office: Office, folder: Path, closing: ExitStack) -> tuple[dict[str, Any], dict[str, Sandbox]]:
    """Start the stand-ins of an office; returns the data they hold and the stand-ins by side."""
    seed = folder / "data.json"
    data = _make_data(office, seed)
    kinds = {"crm": CRM, "books": BOOKS, **({"tax": TAX} if office.tax_limits is not None else {})}
    found: dict[str, Sandbox] = {}
    for side, (module, free) in kinds.items():
        arguments = ("--port", "0", "--seed", str(seed), *free)
        found[side] = Sandbox(module, folder / f"{side}.log", *arguments)
        closing.callback(found[side].stop)
    if office.mail:
        found["mail"] = MailServer(folder / "mail.log")
        closing.callback(found["mail"].stop)
    for sandbox in found.values():
        sandbox.ready()
    return data, found


def _make_data(office: Office, out: Path) -> dict[str, Any]:
    recipe: Mapping[str, float] = {"wrong": 0, "doubles": 0, **office.recipe}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in recipe.items()]
    command = [sys.executable, "-m", "sandbox.data", *options, "--out", str(out)]
    subprocess.run(command, cwd=COMPOSE_FILE.parent, check=True, capture_output=True)
    data: dict[str, Any] = json.loads(out.read_text())
    if office.dress is not None:
        office.dress(data)
        out.write_text(json.dumps(data, ensure_ascii=False))
    return data
