"""Configure Celery for wake-ups over Redis: nothing of value may depend on a message."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from kombu.entity import Exchange, Queue

from models.settings import Settings
from models.words import Lane

LIVE = "live"
BULK = "bulk"
UPKEEP = "upkeep"

RUN_JOB = "boekbrug.run_job"
RECONCILE_ALL = "boekbrug.reconcile_all"
RETENTION = "boekbrug.retention"
POLL = "boekbrug.poll"
PROBE = "boekbrug.probe"
RECONCILE = "boekbrug.reconcile"
PARTITIONS = "boekbrug.partitions"
SEND_MAIL = "boekbrug.send_mail"
PULSE = "boekbrug.pulse"
DIGEST = "boekbrug.digest"

VISIBILITY_SECONDS = 300
"""Longer than any job may take; of all apps on one broker the shortest wins (facts/celery-redis.md §2.2)."""

WORKER_CONNECTIONS = 20
"""Redis connections beside one per thread; too few lose acknowledgements (facts/celery-redis.md §2.3)."""


class NoBroker(Exception):
    """Say that no address of Redis is known; embedded servers are started by `boekbrug`, not by Celery."""


def queue_of(lane: Lane) -> str:
    """Name the queue of a lane; whatever is not bulk is waited for."""
    return BULK if lane is Lane.BULK else LIVE


def broker_url(redis_url: str | None) -> str:
    """Translate a redis-py address to Celery's words; only unix sockets differ. Raises NoBroker."""
    if redis_url is None:
        raise NoBroker("BOEKBRUG_REDIS_URL is not set: start this process through `boekbrug`, or set it")
    if not redis_url.startswith("unix://"):
        return redis_url
    parts = urlsplit(redis_url)
    database = parse_qs(parts.query).get("db", ["0"])[0]
    password = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{password}{parts.path}?virtual_host={database}"


def celery_settings(settings: Settings) -> dict[str, Any]:
    """Return Celery's configuration; what each protects from was measured (facts/celery-redis.md §2)."""
    return {
        "broker_url": broker_url(settings.redis_url),
        **BROKER,
        "broker_transport_options": TRANSPORT | {"max_connections": settings.worker_threads + WORKER_CONNECTIONS},
        **MESSAGES,
        **WORKER,
        "worker_concurrency": settings.worker_threads,
    }


def _queue(name: str) -> Any:
    return Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call] # kombu is not typed


BROKER: dict[str, Any] = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "result_backend": None,
}

TRANSPORT: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_SECONDS,
    # The defaults restore a killed worker's messages after 100 s.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # The queues are listed live first, and the first that holds a message is served.
    "queue_order_strategy": "priority",
    # Above the one second of the blocking read; without it a dead link is waited on for ever.
    "socket_timeout": 15,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
}

MESSAGES: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_ignore_result": True,
    "task_default_queue": LIVE,
    "task_create_missing_queues": False,
    "task_queues": [_queue(name) for name in (LIVE, BULK, UPKEEP)],
    # Polls and probes are few and short, and changes wait behind them.
    "task_routes": {name: {"queue": LIVE} for name in (RUN_JOB, POLL, PROBE)} | {"boekbrug.*": {"queue": UPKEEP}},
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # Bounds a message that kills its worker; the job row counts such losses too.
    "task_retry_on_worker_lost": True,
    # The row owns attempts, not the broker.
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
}

WORKER: dict[str, Any] = {
    # The work is waiting for HTTP; gevent loses messages on this transport.
    "worker_pool": "threads",
    "worker_prefetch_multiplier": 1,
    # A write that is under way is not cut off because Redis went; the lease covers it.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_hijack_root_logger": False,
    "worker_send_task_events": True,
    "worker_eta_task_limit": 100,
    "enable_utc": True,
    "timezone": "Europe/Amsterdam",
}
