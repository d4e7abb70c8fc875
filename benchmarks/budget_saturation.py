"""Saturate one vendor's budget from several processes in both lanes, and count at the vendor's door.

Nothing may be refused and no sliding window exceeded; of what the design allows, limit / (window + mean
latency) or concurrent / mean latency, whichever is less, 98 % has to be used.

    python -m benchmarks.budget_saturation [--window 60] [--rounds 2] [--wipes 2] [--limits 100:5 500:50]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis
import requests

from adapters.base import ConnectionInfo
from adapters.errors import AdapterError, Throttled
from adapters.http import HttpClient
from adapters.outside import Outside
from models.database import migrate, open_engine, open_sessions
from models.settings import Settings
from models.tables import Connection
from models.vault import MasterKey, Vault
from models.words import Lane
from worker.embedded import EmbeddedServers, Servers

FLOOR = 0.98
MEAN_LATENCY = 0.41


class Anonymous:
    """Need no credentials."""

    def headers(self, refresh: bool) -> Mapping[str, str]:
        """Return none."""
        return {}


@dataclass(frozen=True)
class Plan:
    """Hold one run's figures."""

    limit: int
    concurrent: int
    window: float
    rounds: int
    wipes: int
    processes: int
    threads: int

    @property
    def seconds(self) -> float:
        """Return how long it lasts: the first window, then whole cycles, and what emptied servers cost."""
        cycle = self.window + MEAN_LATENCY
        return cycle * (1 + self.rounds) + self.wipes * self.window + 1


def open_outside(servers: Servers, deadline: float) -> Outside:
    """Open the servers as a worker process would."""
    settings = Settings(deadline_seconds=deadline)
    client = redis.Redis.from_url(servers.redis_url, max_connections=64)
    sessions = open_sessions(open_engine(servers.database_url, 4))
    return Outside(client, sessions, Vault([MasterKey("k1", bytes(32))]), settings)


def work(info: ConnectionInfo, outside: Outside, lane: Lane, until: float, ends: Counter[str]) -> None:
    """Call without end in one lane; when parked, come back at the moment told, as a dispatcher would."""
    client = HttpClient(info, outside, lane, auth=Anonymous(), classify=lambda _: None)
    while time.time() < until:
        try:
            client.request("GET" if lane is Lane.LIVE else "POST", "x")
        except Throttled as error:
            ends[f"parked: {error.reason}"] += 1
            pause = (error.retry_at - datetime.now(UTC)).total_seconds()
            time.sleep(max(0.0, min(pause, until - time.time())))
        except AdapterError as error:
            ends[f"failed: {error!r}"] += 1


def run_worker(task: dict[str, object]) -> None:
    """Be one of the processes."""
    servers, info = Servers(**task["servers"]), ConnectionInfo(**task["info"])  # type: ignore[arg-type]
    outside = open_outside(servers, float(str(task["deadline"])))
    ends: Counter[str] = Counter()
    threads = [
        threading.Thread(target=work, args=(info, outside, lane, task["until"], ends))
        for lane in (Lane.LIVE, Lane.BULK)
        for _ in range(int(str(task["threads"])) // 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(ends))


@contextmanager
def counting_server(plan: Plan) -> Iterator[str]:
    """Start the vendor."""
    options = ["--limit", plan.limit, "--window", plan.window, "--concurrent", plan.concurrent]
    command = [sys.executable, "-m", "benchmarks.counting_server", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().split()[-1]
        finally:
            child.terminate()


def add_connection(servers: Servers, plan: Plan, url: str) -> dict[str, object]:
    """Store the connection; returns what its ConnectionInfo is made of."""
    outside = open_outside(servers, 30)
    with outside.sessions.begin() as session:
        row = Connection(name=f"books-{time.time()}", system="counting", base_url=url, credentials=b"")
        session.add(row)
        session.flush()
        return {
            "id": row.id, "name": row.name, "system": "counting", "base_url": url, "credentials": {},
            "limits": {"minute": plan.limit, "concurrent": plan.concurrent},
            "options": {"window_seconds": plan.window},
        }  # fmt: skip


def saturate(servers: Servers, plan: Plan, url: str) -> Counter[str]:
    """Run the processes to their end, emptying Redis on the way when asked."""
    begin = time.time()
    task = {
        "servers": servers.__dict__, "info": add_connection(servers, plan, url),
        "until": begin + plan.seconds, "threads": plan.threads, "deadline": min(30.0, plan.window),
    }  # fmt: skip
    command = [sys.executable, "-m", "benchmarks.budget_saturation", "--worker", json.dumps(task)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(plan.processes)]
    for number in range(plan.wipes):
        time.sleep(max(0.0, begin + plan.seconds * (number + 1) / (plan.wipes + 1) - time.time()))
        redis.Redis.from_url(servers.redis_url).flushall()
    ends: Counter[str] = Counter()
    for child in children:
        ends.update(json.loads(child.communicate()[0] or '{"failed: a process died": 1}'))
    return ends


def judge(plan: Plan, report: dict[str, list[float]], ends: Mapping[str, int]) -> dict[str, object]:
    """Hold what was counted against what was allowed."""
    latency = sum(report["latencies"]) / len(report["latencies"])
    cycle = plan.window + latency
    # How long it takes until as many calls again have arrived: no matter where in a burst one starts.
    arrivals = report["arrivals"]
    spans = [later - earlier for earlier, later in zip(arrivals, arrivals[plan.limit :], strict=False)]
    rate = plan.limit * len(spans) / sum(spans) if spans else 0.0
    by_window, by_slots = plan.limit / cycle, plan.concurrent / latency
    share = rate / min(by_window, by_slots)
    exact = not report["refused"] and not any(end.startswith("failed") for end in ends)
    return {
        "limit": plan.limit, "concurrent": plan.concurrent, "window": plan.window, "wipes": plan.wipes,
        "calls": len(report["arrivals"]), "refused": report["refused"],
        "most_sliding": report["most_sliding"],
        "most_calendar": report["most_calendar"], "most_at_once": report["most_open"], "ends": ends,
        "mean_latency": round(latency, 3), "rate": round(rate, 3), "of_window": round(rate / by_window, 4),
        "of_concurrency": round(rate / by_slots, 4), "ok": exact and (bool(plan.wipes) or share >= FLOOR),
    }  # fmt: skip


def run(plan: Plan) -> dict[str, object]:
    """Run one plan on servers of its own."""
    with tempfile.TemporaryDirectory(prefix="bb-bench-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedServers(Path(folder) / "data", fsync=False) as servers, counting_server(plan) as url:
            migrate(servers.addresses.database_url)
            ends = saturate(servers.addresses, plan, url)
            return judge(plan, requests.get(f"{url}/stats", timeout=10).json(), ends)


def main() -> int:
    """Print one line of JSON per run; exit code 1 when one is not good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--window", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--wipes", type=int, default=0)
    parser.add_argument("--limits", nargs="+", default=["100:5", "500:50"])
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--worker", type=json.loads, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        run_worker(chosen.worker)
        return 0
    good = True
    for pair in chosen.limits:
        limit, concurrent = map(int, pair.split(":"))
        plan = Plan(limit, concurrent, chosen.window, chosen.rounds, chosen.wipes, chosen.processes, chosen.threads)
        result = run(plan)
        print(json.dumps({"figure": 2, **result}), flush=True)
        good &= bool(result["ok"])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
