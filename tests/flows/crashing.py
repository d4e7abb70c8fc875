"""Run jobs in processes that kill themselves at a chosen step: before or after any commit or outside call.

`python -m tests.flows.crashing DATABASE REDIS` reads `[job id, step]` lines and answers each with the names of
the steps that the job passed. A job that may die runs in a fork of this process, so a crash costs no start-up; one
that may not runs in this process, so that the forks after it find the statements compiled.
"""

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import redis
from sqlalchemy import event

from adapters import http, transport
from adapters.outside import Outside
from adapters.snelstart import countries
from models.database import open_engine, open_sessions
from models.settings import Settings
from models.vault import MasterKey, Vault
from sync.run import run_job

NEVER = 10_000
"""A step that no job reaches."""

SETTINGS = {"deadline_seconds": 2, "settle_seconds": 1, "lease_seconds": 3, "index_seconds": 0}
"""Short times; an index that is always too old, so that every create passes the same steps."""


class Steps:
    """Count the steps of a job aloud, and die at the chosen one."""

    def __init__(self) -> None:
        self._fatal = self._tell = self._passed = 0

    def begin(self, fatal: int, tell: int) -> None:
        """Count another job, which dies at a step, and tell its steps to a pipe."""
        self._fatal, self._tell, self._passed = fatal, tell, 0

    def reach(self, name: str) -> None:
        """Pass a step, unless it is the last this process sees."""
        self._passed += 1
        os.write(self._tell, f"{name}\n".encode())
        if self._passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class Forge:
    """Run jobs, each as in a process that has just started."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.steps = Steps()
        self._redis_url = redis_url
        self._engine = open_engine(database_url)
        event.listen(self._engine, "commit", lambda _: self.steps.reach("before commit"))
        _watch_calls(self.steps)

    def run(self, job_id: int, step: int, tell: int) -> None:
        """Run a job that may die, with connections of its own and nothing at hand of the jobs before."""
        self._engine.dispose(close=False)
        countries._kept.clear()
        self.steps.begin(step, tell)
        sessions = open_sessions(self._engine)
        event.listen(sessions, "after_commit", lambda _: self.steps.reach("after commit"))
        settings = Settings.model_validate(SETTINGS)
        vault = Vault([MasterKey("t1", b"t" * 32)])
        run_job(Outside(redis.Redis.from_url(self._redis_url), sessions, vault, settings), job_id)

    def fork(self, job_id: int, step: int, tell: int) -> int:
        """Do the same in a child and return its process id."""
        child = os.fork()
        if not child:
            try:
                self.run(job_id, step, tell)
            finally:
                os._exit(0)
        return child


def _watch_calls(steps: Steps) -> None:
    sending: Callable[..., Any] = transport.send

    def watched(connection_id: int, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        call = f"{method} {re.sub('[0-9a-f:-]{12,}', 'ID', urlsplit(url).path)}"
        steps.reach(f"before {call}")
        answer = sending(connection_id, method, url, *arguments, **named)
        steps.reach(f"after {call}")
        return answer

    http.send = watched  # type: ignore[attr-defined]


def main() -> None:
    """Serve until the input ends."""
    forge = Forge(*sys.argv[1:])
    print("listening on http://stdin", flush=True)
    for line in sys.stdin:
        job_id, step = json.loads(line)
        ear, tell = os.pipe()
        child = None
        if step == NEVER:
            forge.run(job_id, step, tell)
        else:
            child = forge.fork(job_id, step, tell)
        os.close(tell)
        with os.fdopen(ear) as heard:
            names = heard.read().split("\n")[:-1]
        if child:
            os.waitpid(child, 0)
        print(json.dumps(names), flush=True)


if __name__ == "__main__":
    main()
