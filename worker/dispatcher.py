"""Hand out due jobs from one place at a time: whoever holds the advisory lock; the rest stand ready."""

import threading
import time
from contextlib import suppress

import redis
import structlog
from celery import Celery
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.breaker import due_probe
from models.tables import Connection
from models.words import ConnectionState
from sync import dispatch
from sync.feedback import mailing
from sync.rescuing import rescue_lost
from tasks.runtime import Runtime, runtime
from tasks.settings import POLL, PROBE, SEND_MAIL
from worker.counting import begin_counting
from worker.rooms import Rooms

DISPATCHER_LOCK = 0x60E6B469
STANDBY_SECONDS = 1.0
"""How often a stand-by asks for the lock: takeover within 3 s (design §2.2)."""
IDLE_SECONDS = 0.25
BUSY_SECONDS = 0.15
"""Between rounds that find work: short beside a job, long beside the dozen statements of a round."""
RESCUE_SECONDS = 1.0
POLL_SECONDS = 30.0

logger = structlog.get_logger()


class Dispatcher(threading.Thread):
    """Stand ready, and while holding the lock: rescue, wake, probe and poll."""

    def __init__(self, app: Celery, using: Runtime) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._app, self._using = app, using
        self._ending = threading.Event()
        self._rescued_at = 0.0
        self._rooms = Rooms(using.outside)

    def run(self) -> None:
        """Keep trying until stopped; whatever fails is tried again."""
        while not self._ending.is_set():
            try:
                self._stand_by()
            except SQLAlchemyError as error:
                logger.warning("dispatcher.database_away", error=type(error).__name__)
            except Exception:
                logger.exception("dispatcher.failed")
            self._ending.wait(STANDBY_SECONDS)

    def stop(self) -> None:
        """Let go of the lock as soon as the present round ends."""
        self._ending.set()

    def _stand_by(self) -> None:
        with self._using.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key = {"key": DISPATCHER_LOCK}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                return
            logger.info("dispatcher.leads")
            try:
                while not self._ending.is_set():
                    connection.execute(text("SELECT 1"))
                    busy = self.round()
                    self._ending.wait(BUSY_SECONDS if busy else IDLE_SECONDS)
            finally:
                if not connection.invalidated:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    def round(self) -> bool:
        """Do one sweep; True when there was something to hand out."""
        if time.monotonic() - self._rescued_at > RESCUE_SECONDS:
            self._rescue()
            self._begin_counting()
            self._start_polls_and_probes()
            self._rescued_at = time.monotonic()
        full, resend = self._using.waker.deep(), self._using.settings.hand_out_seconds
        with self._using.sessions.begin() as session:
            chosen = dispatch.hand_out(session, self._rooms, resend, full)
        self._rooms.note(chosen)
        for handed in chosen:
            self._using.waker.wake(handed.job_ids, handed.lane)
        return bool(chosen)

    def _rescue(self) -> None:
        with self._using.sessions.begin() as session:
            rescue_lost(session)

    def _begin_counting(self) -> None:
        with suppress(redis.RedisError):
            begin_counting(self._using)

    def _start_polls_and_probes(self) -> None:
        with self._using.sessions.begin() as session:
            parked = session.scalars(select(Connection.id).where(Connection.state == ConnectionState.PARKED)).all()
            probes = [one for one in parked if due_probe(session, one, self._using.settings)]
            polls = dispatch.next_polls(session, poll_seconds)
            mail = mailing.waiting(session)
        for task, ids in ((PROBE, probes), (POLL, polls)):
            for connection_id in ids:
                self._app.send_task(task, args=[connection_id], expires=poll_expiry(task))
        if mail:
            self._app.send_task(SEND_MAIL, expires=poll_expiry(SEND_MAIL))


def poll_seconds(connection: Connection) -> float:
    """Return how often a source is polled."""
    return float(connection.options.get("poll_seconds", POLL_SECONDS))


def poll_expiry(task: str) -> float:
    """Tell after how many seconds a wake-up is worthless, because the next one is on its way."""
    return 30.0 if task == POLL else 10.0


_running: Dispatcher | None = None


def start(app: Celery) -> None:
    """Start this process's dispatcher beside the worker."""
    global _running  # noqa: PLW0603 - one per process, started and stopped by Celery's signals
    _running = Dispatcher(app, runtime())
    _running.start()


def stop() -> None:
    """Stop this process's dispatcher."""
    if _running is not None:
        _running.stop()
