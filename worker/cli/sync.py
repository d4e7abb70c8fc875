"""Synchronise named records now, and follow them to their outcome."""

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Link, SyncJob, SyncLog
from models.words import JobState, Kind, Origin
from sync.backlog import REASONS
from tasks import enqueue_change
from web.progress import dispatcher_runs
from worker.cli.bars import bar
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.links import joined, link_named, source_name, word

FOLLOW_SECONDS = 0.1


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(sync)


def sync(
    ctx: typer.Context,
    link: Annotated[str, typer.Argument(help="Name of the link.")],
    record_ids: Annotated[list[str], typer.Argument(metavar="RECORD_ID...", help="Ids in the CRM.")],
    wait: Annotated[bool, typer.Option("--wait", help="Follow the records to their outcome.")] = False,
    seconds: Annotated[float, typer.Option(help="How long to follow at most.")] = 120,
) -> None:
    """Synchronise records now, as if the CRM had just told of them; exit 1 if one needs a person."""
    here = command(ctx)
    chosen = link_named(here, link)
    source = source_name(here, chosen)
    sent = {
        one: enqueue_change(source, Kind.RELATION, one, origin=Origin.COMMAND, using=here.runtime.base)
        for one in dict.fromkeys(record_ids)
    }
    if not wait:
        here.output.show(
            {"records": [{"record_id": one, "correlation_id": mark} for one, mark in sent.items()]},
            lambda: here.output.say(f"{len(sent)} aangeboden.", f"{len(sent)} offered."),
        )
        return
    need_worker(here)
    _follow(here, chosen, sent, seconds)


def need_worker(here: Context) -> None:
    """Refuse to wait for work that nobody does. Raises Failure."""
    with here.runtime.engine.connect() as session:
        if dispatcher_runs(session):
            return
    raise Failure(
        Exit.UNREACHABLE,
        "Er draait geen worker: het werk staat klaar en begint zodra er een start. Niets gaat verloren.",
        "No worker runs: the work stands ready and starts as soon as one does. Nothing is lost.",
    )


def _follow(here: Context, link: Link, sent: Mapping[str, UUID], seconds: float) -> None:
    until = time.monotonic() + seconds
    with bar(here.output, "Volgen", "Following") as tell:
        while True:
            with here.runtime.sessions() as session:
                jobs = _jobs(session, link, sent)
            ended = [job for job in jobs if job.state != JobState.DUE]
            tell(len(ended), len(sent))
            if len(ended) == len(sent) or time.monotonic() > until:
                break
            time.sleep(FOLLOW_SECONDS)
    with here.runtime.sessions() as session:
        rows = [row for job in jobs for row in _rows(session, job, sent[job.record_id])]
    here.output.show({"records": rows}, lambda: _table(here, rows))
    if len(ended) < len(sent):
        raise Failure(Exit.UNREACHABLE, "Nog niet klaar; het gaat vanzelf door.", "Not done yet; it goes on by itself.")
    raise typer.Exit(Exit.PERSON if any(job.state == JobState.HELD for job in jobs) else Exit.OK)


def _jobs(session: Session, link: Link, sent: Mapping[str, UUID]) -> Sequence[SyncJob]:
    return session.scalars(
        select(SyncJob).where(
            SyncJob.link_id == link.id, SyncJob.kind == Kind.RELATION, SyncJob.record_id.in_(list(sent))
        )
    ).all()


def _rows(session: Session, job: SyncJob, correlation: UUID) -> list[dict[str, Any]]:
    found = session.scalars(
        select(SyncLog)
        .where(SyncLog.correlation_id == correlation, SyncLog.job_id == job.id)
        .order_by(SyncLog.at, SyncLog.id)
    ).all()
    about = {"record_id": job.record_id, "state": job.state, "correlation_id": correlation}
    if not found:
        return [about | {"role": "", "outcome": "", "reason": job.park_reason, "target_id": None, "ms": None}]
    return [
        about
        | {
            "role": row.role,
            "outcome": row.outcome,
            "reason": row.reason,
            "target_id": row.target_id,
            "ms": row.waited_ms,
        }
        for row in found
    ]


def _table(here: Context, rows: Sequence[Mapping[str, Any]]) -> None:
    words = here.output.words
    columns = [
        words("record", "record"),
        words("rol", "role"),
        words("uitkomst", "outcome"),
        words("reden", "reason"),
        words("in de boekhouding", "in the books"),
        "ms",
    ]
    here.output.table(
        columns,
        [
            (
                row["record_id"],
                word(here.output, row["role"]),
                word(here.output, row["outcome"] or row["state"]),
                joined([words(*REASONS.get(row["reason"], (row["reason"], row["reason"])))]),
                row["target_id"],
                row["ms"],
            )
            for row in rows
        ],
    )
