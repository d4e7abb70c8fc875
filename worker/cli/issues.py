"""Show what went wrong, grouped by cause: what, whose move it is, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import select

from models.causes import MOVERS, Cause
from models.tables import Issue
from sync.causes import catalogue
from sync.labels import names
from worker.cli.context import Context, command
from worker.cli.exits import Exit
from worker.cli.links import link_named, link_names, word

LIMIT = 100_000
"""Open issues that are grouped; above it the oldest are shown."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(issues)


def issues(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    cause: Annotated[str | None, typer.Option(help="Only this cause, by its code.")] = None,
    records: Annotated[bool, typer.Option("--records", help="List the records of each cause too.")] = False,
) -> None:
    """List open issues by cause; exit 1 when there are any."""
    here = command(ctx)
    groups = grouped(here, link, cause)
    documents = [group_document(here, group, records=records) for group in groups]
    here.output.show({"issues": documents}, lambda: show(here, documents))
    raise typer.Exit(Exit.PERSON if documents else Exit.OK)


def grouped(here: Context, link: str | None = None, cause: str | None = None) -> list[Sequence[Issue]]:
    """Return the open issues in groups of one link, cause and field, oldest group first."""
    query = select(Issue).where(Issue.closed_at.is_(None)).order_by(Issue.opened_at, Issue.id).limit(LIMIT)
    if link is not None:
        query = query.where(Issue.link_id == link_named(here, link).id)
    if cause is not None:
        query = query.where(Issue.cause == cause)
    with here.runtime.sessions() as session:
        rows = session.scalars(query).all()
    groups: dict[tuple[int, str, str], list[Issue]] = {}
    for row in rows:
        groups.setdefault((row.link_id, row.cause, row.field), []).append(row)
    return list(groups.values())


def group_document(here: Context, group: Sequence[Issue], *, records: bool) -> dict[str, Any]:
    """Describe one cause with its words; the sentences quote a value only where all records share it."""
    first = group[0]
    found = catalogue().find(first.cause)
    shared = {
        name: value for name, value in first.params.items() if all(one.params.get(name) == value for one in group)
    }
    answer: dict[str, Any] = {
        "link": link_names(here).get(first.link_id, ""),
        "cause": first.cause,
        "field": first.field,
        "blocking": any(one.blocking for one in group),
        "records": len({one.record_id for one in group}),
        "since": first.opened_at,
        **words_of(found, shared),
    }
    return answer | {"rows": _rows(here, group, found)} if records else answer


def words_of(cause: Cause, params: Mapping[str, str]) -> dict[str, str]:
    """Return what happened, whose move it is and what to do, in both languages."""
    return {
        "whose_move": cause.mover,
        "what_nl": cause.what("nl", params),
        "what_en": cause.what("en", params),
        "do_nl": cause.do("nl", params),
        "do_en": cause.do("en", params),
    }


def _rows(here: Context, group: Sequence[Issue], cause: Cause) -> list[dict[str, Any]]:
    with here.runtime.sessions.begin() as session:
        called = names(session, here.runtime.vault, group)
    return [
        {
            "record_id": one.record_id,
            "name": called.get((one.link_id, one.kind, one.record_id), ""),
            "role": one.role,
            "url": one.url,
            "times": one.times,
            "since": one.opened_at,
            **words_of(cause, one.params),
        }
        for one in group
    ]


def show(here: Context, documents: Sequence[Mapping[str, Any]]) -> None:
    """Print the causes, and their records where asked for."""
    words, tongue = here.output.words, here.output.language
    if not documents:
        here.output.say("Er staan geen meldingen open.", "No issues are open.")
        return
    here.output.table(
        [
            words("records", "records"),
            words("wat", "what"),
            words("wie is aan zet", "whose move"),
            words("wat te doen", "what to do"),
            words("houdt tegen", "stops it"),
            words("oorzaak", "cause"),
        ],
        [
            (
                one["records"],
                one[f"what_{tongue}"],
                words(*MOVERS[one["whose_move"]]),
                one[f"do_{tongue}"],
                words("ja", "yes") if one["blocking"] else words("nee, de rest gaat door", "no, the rest goes on"),
                one["cause"],
            )
            for one in documents
        ],
    )
    for one in documents:
        if rows := one.get("rows"):
            here.output.table(
                [
                    words("record", "record"),
                    words("naam", "name"),
                    words("rol", "role"),
                    words("wat", "what"),
                    "url",
                ],
                [
                    (
                        row["record_id"],
                        row["name"],
                        word(here.output, row["role"]),
                        row[f"what_{tongue}"],
                        row["url"],
                    )
                    for row in rows
                ],
                title=one["cause"],
            )
