"""Show what was done, attempt by attempt."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select

from models.tables import SyncLog
from sync.backlog import REASONS
from worker.cli.context import Context, command
from worker.cli.links import link_named, link_names, word


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(log)


def log(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Option(help="Only this record of the CRM.")] = None,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    correlation: Annotated[UUID | None, typer.Option(help="Only what this change led to.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show, newest first.")] = 20,
) -> None:
    """List attempts, newest first: what was planned, what it cost, how it ended."""
    here = command(ctx)
    query = select(SyncLog)
    if record is not None:
        query = query.where(SyncLog.record_id == record)
    if link is not None:
        query = query.where(SyncLog.link_id == link_named(here, link).id)
    if correlation is not None:
        query = query.where(SyncLog.correlation_id == correlation)
    links = link_names(here)
    with here.runtime.sessions() as session:
        rows = session.scalars(query.order_by(SyncLog.at.desc(), SyncLog.id.desc()).limit(limit)).all()
    documents = [_document(row, links) for row in rows]
    here.output.show({"log": documents}, lambda: _table(here, documents))


def _document(row: SyncLog, links: Mapping[int, str]) -> dict[str, Any]:
    return {
        "at": row.at,
        "link": links.get(row.link_id, ""),
        "record_id": row.record_id,
        "role": row.role,
        "outcome": row.outcome,
        "reason": row.reason,
        "fields": row.fields,
        "target_id": row.target_id,
        "source_calls": row.source_calls,
        "target_calls": row.target_calls,
        "duration_ms": row.duration_ms,
        "waited_ms": row.waited_ms,
        "correlation_id": row.correlation_id,
    }


def _table(here: Context, documents: Sequence[Mapping[str, Any]]) -> None:
    words = here.output.words
    columns = [
        words("tijd", "time"),
        words("record", "record"),
        words("rol", "role"),
        words("uitkomst", "outcome"),
        words("reden", "reason"),
        words("velden", "fields"),
        words("aanroepen", "calls"),
        "ms",
        words("verband", "correlation"),
    ]
    here.output.table(
        columns,
        [
            (
                one["at"].astimezone().strftime("%m-%d %H:%M:%S"),
                one["record_id"],
                word(here.output, one["role"]),
                word(here.output, one["outcome"]),
                words(*REASONS.get(one["reason"], (one["reason"], one["reason"]))),
                ", ".join(one["fields"]),
                f"{one['source_calls']}+{one['target_calls']}",
                one["duration_ms"],
                one["correlation_id"],
            )
            for one in documents
        ],
    )
