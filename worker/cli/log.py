"""Show what was done, attempt by attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from models.words import Outcome
from web.queries.log import LogFilter, find_log, reason_words
from worker.cli.context import Context, command
from worker.cli.links import link_named, link_names, word


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(log)


def log(
    ctx: typer.Context,
    record: Annotated[str | None, typer.Option(help="Only this record, by its id in the CRM or the books.")] = None,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    correlation: Annotated[UUID | None, typer.Option(help="Only what this change led to.")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only attempts that ended so.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show, newest first.")] = 20,
) -> None:
    """List attempts, newest first: what was planned, what it cost, how it ended."""
    here = command(ctx)
    wanted = LogFilter(
        str(correlation) if correlation is not None else record or "",
        link_named(here, link).id if link is not None else None,
        outcome=outcome.value if outcome is not None else "",
    )
    links = link_names(here)
    with here.runtime.sessions() as session:
        rows = find_log(session, wanted, limit=limit)
        if correlation is not None and record is not None:
            rows = [row for row in rows if row.record_id == record]
    documents = [{"link": links.get(row.link_id, ""), **asdict(row)} for row in rows]
    here.output.show({"log": documents}, lambda: _table(here, documents))


def _table(here: Context, documents: Sequence[Mapping[str, Any]]) -> None:
    words = here.output.words
    columns = [
        "id",
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
                one["id"],
                one["at"].astimezone().strftime("%m-%d %H:%M:%S"),
                one["record_id"],
                word(here.output, one["role"]),
                word(here.output, one["outcome"]),
                reason_words(one["reason"], here.language),
                ", ".join(one["fields"]),
                f"{one['source_calls']}+{one['target_calls']}",
                one["duration_ms"],
                one["correlation_id"],
            )
            for one in documents
        ],
    )
