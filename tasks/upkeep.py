"""Run what nobody waits for: polls, probes, nightly comparison and the tidying of old rows."""

from datetime import UTC, datetime

import structlog
from sqlalchemy import select, text

from adapters.errors import AdapterError
from adapters.mail import open_mailer
from models.partitions import ensure_partitions
from models.tables import Link
from models.words import Lane
from sync.candidates import Sides
from sync.feedback.mailing import send_due
from sync.polling import poll as poll_source
from sync.probing import probe as probe_connection
from sync.reconcile import reconcile
from sync.retention import tidy
from tasks.app import app
from tasks.runtime import runtime
from tasks.settings import PARTITIONS, POLL, PROBE, RECONCILE, RECONCILE_ALL, RETENTION, SEND_MAIL

logger = structlog.get_logger()


@app.task(name=POLL)
def poll(connection_id: int) -> None:
    """Ask one source what changed and wake the jobs of what it says."""
    using = runtime()
    try:
        jobs = poll_source(using.outside, connection_id)
    except AdapterError as error:
        logger.info("poll.put_off", connection_id=connection_id, error=type(error).__name__)
        return
    using.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)


@app.task(name=PROBE)
def probe(connection_id: int) -> None:
    """Try a parked connection once."""
    probe_connection(runtime().outside, connection_id)


@app.task(name=RECONCILE_ALL)
def reconcile_all() -> None:
    """Start the nightly comparison of every link, each as a task of its own."""
    with runtime().sessions.begin() as session:
        names = session.scalars(select(Link.name).where(Link.enabled)).all()
    for name in names:
        app.send_task(RECONCILE, args=[name])


@app.task(name=RECONCILE)
def reconcile_link(link_name: str) -> None:
    """Compare one link's sides unless that is under way; two beats or a doubled message do it once."""
    outside = runtime().outside
    sides = Sides.open(outside, link_name)
    # Without a transaction: the comparison takes minutes, and PostgreSQL ends those that sit idle.
    with runtime().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"key": RECONCILE_LOCK + sides.link.id}
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            try:
                reconcile(outside, sides, repair=False, progress=lambda done, total: None)
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


RECONCILE_LOCK = 0x60E6B4_0000_0000
"""Start of our own range of advisory lock numbers, one per link."""


@app.task(name=RETENTION)
def retention() -> None:
    """Let go of what is older than the settings allow."""
    using = runtime()
    logger.info("retention.finished", **tidy(using.engine, using.sessions, using.settings))


@app.task(name=SEND_MAIL)
def send_mail() -> None:
    """Hand over the mails that are due; two at a time take different ones."""
    using = runtime()
    mailer = open_mailer(using.settings)
    if mailer is not None:
        send_due(using.outside, mailer)


@app.task(name=PARTITIONS)
def partitions() -> None:
    """Make the partitions of the months ahead."""
    with runtime().engine.begin() as connection:
        ensure_partitions(connection, datetime.now(UTC))
