"""Run jobs in processes that kill themselves at a chosen step: before or after any commit or outside call.

`python -m tests.flows.crashing DATABASE REDIS` reads `[job id, step]` lines and answers each with the names of
the steps that the job passed. Every job runs in a fork of this process, so a crash costs no start-up.
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
from models.database import open_engine, open_sessions
from models.settings import Settings
from models.vault import MasterKey, Vault
from sync.run import run_job

SETTINGS = {"deadline_seconds": 2, "settle_seconds": 1, "lease_seconds": 3, "index_seconds": 0}
"""Short times; an index that is always too old, so that every create passes the same steps."""


class Steps:
    """Count the steps of a job aloud, and die at the chosen one."""

    def __init__(self, fatal: int, tell: int) -> None:
        self._fatal, self._tell, self._passed = fatal, tell, 0

    def reach(self, name: str) -> None:
        """Pass a step, unless it is the last this process sees."""
        self._passed += 1
        os.write(self._tell, f"{name}\n".encode())
        if self._passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def _outside(database_url: str, redis_url: str, steps: Steps) -> Outside:
    engine = open_engine(database_url)
    event.listen(engine, "commit", lambda _: steps.reach("before commit"))
    sessions = open_sessions(engine)
    event.listen(sessions, "after_commit", lambda _: steps.reach("after commit"))
    settings = Settings.model_validate(SETTINGS)
    return Outside(redis.Redis.from_url(redis_url), sessions, Vault([MasterKey("t1", b"t" * 32)]), settings)


def _watch_calls(steps: Steps) -> None:
    sending: Callable[..., Any] = transport.send

    def watched(connection_id: int, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        call = f"{method} {re.sub('[0-9a-f:-]{12,}', 'ID', urlsplit(url).path)}"
        steps.reach(f"before {call}")
        answer = sending(connection_id, method, url, *arguments, **named)
        steps.reach(f"after {call}")
        return answer

    http.send = watched  # type: ignore[attr-defined]


def _child(database_url: str, redis_url: str, job_id: int, step: int, tell: int) -> None:
    steps = Steps(step, tell)
    _watch_calls(steps)
    try:
        run_job(_outside(database_url, redis_url, steps), job_id)
    finally:
        os._exit(0)


def main() -> None:
    """Serve until the input ends."""
    database_url, redis_url = sys.argv[1:]
    print("listening on http://stdin", flush=True)
    for line in sys.stdin:
        job_id, step = json.loads(line)
        ear, tell = os.pipe()
        child = os.fork()
        if not child:
            os.close(ear)
            _child(database_url, redis_url, job_id, step, tell)
        os.close(tell)
        with os.fdopen(ear) as heard:
            names = heard.read().split("\n")[:-1]
        os.waitpid(child, 0)
        print(json.dumps(names), flush=True)


if __name__ == "__main__":
    main()
