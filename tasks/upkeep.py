"""Run what nobody waits for: polls, probes, comparisons, sums, the digest and the tidying of old rows."""

from datetime import UTC, datetime

import structlog
from sqlalchemy import select, text

from adapters.errors import AdapterError
from adapters.mail import open_mailer
from adapters.outside import Outside
from models.partitions import ensure_partitions
from models.tables import Link, Reconciliation
from models.words import Lane
from sync.candidates import Sides
from sync.comparisons import RECONCILE_LOCK
from sync.digest import queue_digests
from sync.feedback.mailing import send_due
from sync.polling import poll as poll_source
from sync.probing import probe as probe_connection
from sync.pulses import beat
from sync.reconcile import reconcile
from sync.retention import tidy
from tasks.app import app
from tasks.runtime import runtime
from tasks.settings import DIGEST, PARTITIONS, POLL, PROBE, PULSE, RECONCILE, RECONCILE_ALL, RETENTION, SEND_MAIL

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
def reconcile_link(link_name: str, row_id: int | None = None) -> None:
    """Compare one link's sides unless that is under way; two beats or a doubled message do it once.

    `row_id` is the report that somebody asked for on a page.
    """
    outside = runtime().outside
    sides = Sides.open(outside, link_name)
    # Without a transaction: the comparison takes minutes, and PostgreSQL ends those that sit idle.
    with runtime().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"key": RECONCILE_LOCK + sides.link.id}
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            try:
                if row_id is None or _unfinished(outside, row_id):
                    reconcile(outside, sides, repair=False, progress=lambda done, total: None, row_id=row_id)
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _unfinished(outside: Outside, row_id: int) -> bool:
    with outside.sessions() as session:
        row = session.get(Reconciliation, row_id)
        return row is not None and row.finished_at is None


@app.task(name=PULSE)
def pulse() -> None:
    """Sum up the last minutes for the overview; two at the same moment do it once."""
    beat(runtime().outside)


@app.task(name=DIGEST)
def digest() -> None:
    """Queue the week's digest for whoever has not got it; nothing before its hour."""
    queue_digests(runtime().outside, datetime.now(UTC))


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
