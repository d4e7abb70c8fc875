"""Answer Prometheus: counters of this process, gauges of the whole installation; never anything personal."""

import time
from collections.abc import Iterable, Iterator
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import REGISTRY, Collector
from redis import RedisError
from sqlalchemy import Connection as Session
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from tasks.runtime import Runtime
from web.budgets import BudgetLine, all_budget_lines
from web.progress import dispatcher_runs, job_counts, oldest_seconds

REMEMBER_SECONDS = 5.0
"""Several scrapers, or an impatient one, cost PostgreSQL no more than one."""

CONNECTIONS = text("SELECT name, system, CASE WHEN enabled THEN state ELSE 'disabled' END AS state FROM connection")
OUTCOMES = text("SELECT outcome, count(*) FROM sync_log WHERE at > now() - interval '5 minutes' GROUP BY outcome")
"""A gauge over the last minutes: counting the whole log would read a hundred million rows."""
ISSUES = text("SELECT cause, count(*) AS issues FROM issue WHERE closed_at IS NULL GROUP BY cause")
REVIEWS = text("SELECT count(*) FROM review WHERE decision IS NULL AND superseded_at IS NULL")


class InstallationCollector(Collector):
    """Read the gauges at scrape, at most once in some seconds."""

    def __init__(self, runtime: Runtime) -> None:
        """Read with the runtime's engine."""
        self._runtime = runtime
        self._lock = Lock()
        self._read_at = float("-inf")
        self._metrics: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; when PostgreSQL is away only `boekbrug_up 0`, so the scrape itself succeeds."""
        with self._lock:
            if time.monotonic() - self._read_at > REMEMBER_SECONDS:
                self._metrics = list(self._gauges())
                self._read_at = time.monotonic()
            return self._metrics

    def _gauges(self) -> Iterator[Metric]:
        try:
            with self._runtime.engine.connect() as session:
                metrics = [*_database_gauges(session)]
        except SQLAlchemyError:
            yield _gauge("up", "Whether PostgreSQL answers", 0)
            return
        yield _gauge("up", "Whether PostgreSQL answers", 1)
        yield from metrics
        try:
            yield from _budget_gauges(all_budget_lines(self._runtime))
        except (RedisError, SQLAlchemyError):
            return


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"boekbrug_{name}", words, value=value)


def _family(name: str, words: str, labels: list[str], rows: Iterable[Iterable[object]]) -> Metric:
    """Build one gauge from rows whose last column is the value."""
    family = GaugeMetricFamily(f"boekbrug_{name}", words, labels=labels)
    for *values, amount in rows:
        family.add_metric([str(value) for value in values], float(str(amount)))
    return family


def _database_gauges(session: Session) -> Iterator[Metric]:
    yield _gauge("queue_age_seconds", "Age of the oldest live job that could run now", oldest_seconds(session))
    yield _gauge("dispatcher", "Whether a worker holds the dispatcher's lock", dispatcher_runs(session))
    jobs = [(count.state, count.lane, count.jobs) for count in job_counts(session)]
    yield _family("jobs", "Open jobs", ["state", "lane"], jobs)
    connections = [(*row, 1) for row in session.execute(CONNECTIONS)]
    yield _family("connection", "Configured connections by state", ["connection", "system", "state"], connections)
    yield _family("attempts", "Attempts of the last 5 minutes", ["outcome"], session.execute(OUTCOMES))
    yield _family("issues", "Open issues by cause", ["cause"], session.execute(ISSUES))
    yield _gauge("reviews", "Matches that wait for a person", session.scalar(REVIEWS) or 0)


def _budget_gauges(lines: list[BudgetLine]) -> Iterator[Metric]:
    labels = ["connection", "window"]
    used = [(line.connection, line.window, line.used) for line in lines]
    left = [(line.connection, line.window, line.left) for line in lines]
    yield _family("calls_used", "Calls charged to the window that runs now", labels, used)
    yield _family("calls_left", "Calls left in the window that runs now", labels, left)


class MetricsEndpoint:
    """Serve GET /metrics."""

    def __init__(self, runtime: Runtime) -> None:
        """Give this application a registry of its own beside the process's."""
        self._registry = CollectorRegistry()
        self._registry.register(InstallationCollector(runtime))

    def answer(self, _: Request) -> Response:
        """Return both registries' metrics in Prometheus' text form."""
        return Response(generate_latest(REGISTRY) + generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
