"""Start the stand-ins as processes of their own, and set the stage at their control addresses."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from worker.compose import COMPOSE_FILE

LEASH = Path(__file__).parents[1] / "leash.py"
START_SECONDS = 30.0
STOP_SECONDS = 5.0


class Sandbox:
    """One stand-in of an outside system. Start and stop it from the main thread: on Linux it dies with it."""

    def __init__(self, module: str, log: Path, *arguments: str) -> None:
        """Start it; `ready` waits for its address."""
        self.url = ""
        self._log = log
        self._session = requests.Session()
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                [sys.executable, "-IS", LEASH, str(os.getpid()), sys.executable, "-m", module, *arguments],
                cwd=COMPOSE_FILE.parent,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until it says where it listens. Raises TimeoutError with its last words."""
        until = time.monotonic() + START_SECONDS
        while not self.url:
            said = self._log.read_text(errors="replace")
            if "listening on http" in said:
                self.url = said.split("listening on http")[1].split()[0]
                self.url = f"http{self.url}"
            elif self._child.poll() is not None or time.monotonic() > until:
                raise TimeoutError(f"the stand-in did not start:\n{said[-2000:]}")
            else:
                time.sleep(0.02)

    def control(self, method: str, name: str, given: Any = None) -> Any:
        """Call the control address."""
        answer = self._session.request(method, f"{self.url}/_control/{name}", json=given, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def edit(
        self, record_id: str | None, changes: Mapping[str, Any], *, hooks: bool = True, resource: str = "organization"
    ) -> str:
        """Save a record as a user of the CRM does; returns its id."""
        given = {"resource": resource, "id": record_id, "changes": dict(changes), "hooks": hooks}
        return str(self.control("POST", "edit", given)["id"])

    def stop(self) -> None:
        """End it; kill it if it does not listen."""
        self._session.close()
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
