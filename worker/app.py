"""Be what `celery -A worker.app ...` finds: the app with its schedule and what starts along with a worker."""

from typing import Any

from celery.schedules import crontab
from celery.signals import setup_logging, worker_ready, worker_shutting_down

from models.settings import settings
from tasks.app import app
from tasks.settings import DIGEST, PARTITIONS, PULSE, RECONCILE_ALL, RETENTION
from worker import dispatcher
from worker.logging import configure_logging

# Times are Amsterdam's. Starting two beats does no harm: the tasks take advisory locks or do nothing twice.
app.conf.beat_schedule = {
    "reconcile every link": {"task": RECONCILE_ALL, "schedule": crontab(hour="2", minute="30")},
    "drop what is older than the retention": {"task": RETENTION, "schedule": crontab(hour="4", minute="10")},
    "make the partitions of the months ahead": {
        "task": PARTITIONS,
        "schedule": crontab(hour="4", minute="40"),
    },
    # A message that waited longer has nothing to add to the next one.
    "sum up the last minutes": {"task": PULSE, "schedule": crontab(), "options": {"expires": 60}},
    # Asks often, so that an outage at the hour itself, or an office in another zone, costs nobody the mail.
    "mail the weekly digest": {"task": DIGEST, "schedule": crontab(minute="*/5"), "options": {"expires": 300}},
}
# Wakes often enough for `boekbrug health beat` to see that it lives.
app.conf.beat_max_loop_interval = 20
app.conf.beat_scheduler = "worker.beat:Scheduler"

__all__ = ["app"]


@setup_logging.connect(weak=False)
def log_structured(**_: Any) -> None:
    """Replace Celery's log set-up by ours: one form in every process."""
    configure_logging(settings())


@worker_ready.connect(weak=False)
def start_dispatcher(**_: Any) -> None:
    """Let every worker stand ready to dispatch; the advisory lock chooses one."""
    dispatcher.start(app)


@worker_shutting_down.connect(weak=False)
def stop_dispatcher(**_: Any) -> None:
    """Let go of the lock at once, so that another worker takes over before this one has finished."""
    dispatcher.stop()
