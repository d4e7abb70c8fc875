"""Compare budget decisions per second with two libraries that do less, on the same Valkey.

Ours decides on two windows and a concurrency slot at once; `limits` and `pyrate-limiter` on two windows.
Allow path, one connection, not pipelined; alternating runs, median of ten. Exit code 1 below 0.8 of the
faster one. Giving the slot back with the answer is a second question, shown as a line of its own.

    python -m benchmarks.budget_decisions [--seconds 1] [--runs 10]
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import limits
import redis
from pyrate_limiter import Duration, Limiter, Rate, RedisBucket
from sqlalchemy import create_engine

from adapters.budget import Budget, Permit, Window
from models.database import open_sessions
from models.words import Lane
from worker.embedded.home import open_home
from worker.embedded.valkey import EmbeddedRedis

ENOUGH = 10_000_000
"""Limits that are never reached: the allow path is what is measured."""
FLOOR = 0.8
Decide = Callable[[], object]


@contextmanager
def valkey() -> Iterator[redis.Redis]:
    """Start a Valkey of its own."""
    with tempfile.TemporaryDirectory(prefix="bb-bench-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedRedis(open_home(Path(folder) / "data"))
        server.start()
        try:
            with redis.Redis.from_url(server.url()) as client:
                yield client
        finally:
            server.stop()


def ours(client: redis.Redis, *, release: bool) -> Decide:
    """Decide on two windows and a concurrency slot; `release` also gives the slot back."""
    sessions = open_sessions(create_engine("postgresql+psycopg://unused"))
    windows = [Window("second", ENOUGH, 1), Window("minute", ENOUGH, 60)]
    budget = Budget(client, sessions, 1 + release, windows, concurrent=ENOUGH)
    # No database here: what a first call would ask it is answered by hand.
    budget._script.run("open", 0)  # noqa: SLF001

    def decide() -> Permit:
        permit = budget.acquire(Lane.LIVE, 30)
        if release:
            permit.release()
        return permit

    return decide


def with_limits(client: redis.Redis) -> Decide:
    """Decide on two fixed windows, one call each: the library has no call for both."""
    kwargs = client.connection_pool.connection_kwargs
    storage = limits.storage.RedisStorage(f"redis+unix://{kwargs['path']}", connection_pool=client.connection_pool)
    strategy = limits.strategies.FixedWindowRateLimiter(storage)
    second, minute = limits.RateLimitItemPerSecond(ENOUGH), limits.RateLimitItemPerMinute(ENOUGH)
    return lambda: strategy.hit(second, "one") and strategy.hit(minute, "one")


def with_pyrate(client: redis.Redis) -> Decide:
    """Decide on two rates of a sliding log in one call."""
    rates = [Rate(ENOUGH, Duration.SECOND), Rate(ENOUGH + 1, Duration.MINUTE)]
    limiter = Limiter(RedisBucket.init(rates, client, "pyrate"))
    return lambda: limiter.try_acquire("one", blocking=False)


def rate(decide: Decide, seconds: float) -> float:
    """Count decisions per second."""
    made, begin = 0, time.perf_counter()
    while (took := time.perf_counter() - begin) < seconds:
        for _ in range(50):
            if not decide():
                raise AssertionError("refused: this is not the allow path")
        made += 50
    return made / took


def measure(seconds: float, runs: int) -> dict[str, float]:
    """Take the median of alternating runs; each starts on an empty server."""
    results: dict[str, list[float]] = {}
    with valkey() as client:
        for _ in range(runs):
            for name, make in CANDIDATES.items():
                client.flushdb()
                decide = make(client)
                rate(decide, 0.1)
                results.setdefault(name, []).append(rate(decide, seconds))
    return {name: round(statistics.median(values), 1) for name, values in results.items()}


CANDIDATES: dict[str, Callable[[redis.Redis], Decide]] = {
    "budget": lambda client: ours(client, release=False),
    "limits": with_limits,
    "pyrate-limiter": with_pyrate,
    "budget, decision and release": lambda client: ours(client, release=True),
}


def main() -> int:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=10)
    chosen = parser.parse_args()
    medians = measure(chosen.seconds, chosen.runs)
    ratio = round(medians["budget"] / max(medians["limits"], medians["pyrate-limiter"]), 3)
    for name, value in medians.items():
        print(f"{name:32} {value:10,.0f} decisions/s")
    print(f"{'ratio to the faster one':32} {ratio:10.2f} (at least {FLOOR})")
    print(json.dumps({"figure": 5, "medians": medians, "ratio": ratio, "floor": FLOOR, "runs": chosen.runs}))
    return 0 if ratio >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
