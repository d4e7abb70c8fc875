"""Show what went wrong, grouped by cause: what, whose move it is, and what to do."""

import getpass
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.causes import MOVERS, Cause
from models.tables import Issue
from sync import ignoring
from sync.audit import Actor
from web.queries.issues import Filter, IssueGroup
from web.queries.issues import groups as groups_of
from web.queries.issues import records as records_of
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.links import link_named, word

LIMIT = 1_000
"""Causes that are shown, those that stop most records first."""
ROWS = 1_000
"""Records that are listed per cause."""

issues = typer.Typer(help="Show what went wrong, and put it aside.", invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(issues, name="issues")


@issues.callback()
def list_(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    cause: Annotated[str | None, typer.Option(help="Only this cause, by its code.")] = None,
    records: Annotated[bool, typer.Option("--records", help="List the records of each cause too.")] = False,
    ignored: Annotated[bool, typer.Option("--ignored", help="Also what was put aside.")] = False,
) -> None:
    """List open issues by cause; exit 1 when there are any."""
    if ctx.invoked_subcommand is not None:
        return
    here = command(ctx)
    groups = grouped(here, link, cause, ignored=ignored)
    documents = [group_document(here, group, records=records, ignored=ignored) for group in groups]
    here.output.show({"issues": documents}, lambda: show(here, documents))
    raise typer.Exit(Exit.PERSON if documents else Exit.OK)


@issues.command()
def ignore(
    ctx: typer.Context,
    cause: Annotated[str, typer.Argument(metavar="CAUSE", help="Cause, by its code.")],
    reason: Annotated[str, typer.Option(help="Why; colleagues read it.")] = "",
    link: Annotated[str | None, typer.Option(help="Only of this link.")] = None,
    record: Annotated[str | None, typer.Option(help="Only of this record, by its id in the CRM.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Show them again instead.")] = False,
) -> None:
    """Put the open issues of a cause aside for a reason; they stay open until cured, but wait for nobody."""
    here = command(ctx)
    actor = Actor(getpass.getuser(), "command")
    if not take_back and not reason.strip():
        raise Failure(Exit.USAGE, "Geef een reden op met --reason.", "Give a reason with --reason.")
    changed = 0
    for group in grouped(here, link, cause, ignored=True):
        with here.runtime.sessions.begin() as session:
            for issue_id in _ids(session, group, record):
                changed += (
                    ignoring.take_back(session, actor, group.group, issue_id=issue_id)
                    if take_back
                    else ignoring.ignore(session, actor, group.group, reason, issue_id=issue_id)
                )
    here.output.show({"changed": changed}, lambda: here.output.say(f"Gewijzigd: {changed}.", f"Changed: {changed}."))


def _ids(session: Session, group: IssueGroup, record: str | None) -> Sequence[int | None]:
    """Return which issues are meant: the whole group at once, or those of one record."""
    if record is None:
        return [None]
    return list(session.scalars(select(Issue.id).where(*group.group.holds(), Issue.record_id == record)))


def grouped(
    here: Context, link: str | None = None, cause: str | None = None, *, ignored: bool = False
) -> list[IssueGroup]:
    """Return the open issues in groups of one link, cause and field, what stops most records first."""
    wanted = Filter(link_named(here, link).name if link is not None else "", "", cause or "", ignored)
    with here.runtime.sessions() as session:
        return groups_of(session, wanted, limit=LIMIT)[0]


def group_document(here: Context, group: IssueGroup, *, records: bool, ignored: bool = False) -> dict[str, Any]:
    """Describe one cause with its words; the sentences quote a value only where all records share it."""
    answer: dict[str, Any] = {
        "link": group.link,
        "cause": group.group.cause,
        "field": group.group.field,
        "blocking": group.blocking,
        "records": group.records,
        "ignored": group.ignored,
        "since": group.since,
        **words_of(group.cause, group.params),
    }
    return answer | {"rows": _rows(here, group, ignored)} if records else answer


def words_of(cause: Cause, params: Mapping[str, str]) -> dict[str, str]:
    """Return what happened, whose move it is and what to do, in both languages."""
    return {
        "whose_move": cause.mover,
        "what_nl": cause.what("nl", params),
        "what_en": cause.what("en", params),
        "do_nl": cause.do("nl", params),
        "do_en": cause.do("en", params),
    }


def _rows(here: Context, group: IssueGroup, ignored: bool) -> list[dict[str, Any]]:
    with here.runtime.sessions.begin() as session:
        wanted = None if ignored else False
        found, _ = records_of(session, here.runtime.vault, group.group, ignored=wanted, limit=ROWS)
    return [
        {
            "id": row.issue.id,
            "record_id": row.issue.record_id,
            "name": row.name,
            "role": row.issue.role,
            "url": row.issue.url,
            "times": row.issue.times,
            "since": row.issue.opened_at,
            "ignored_reason": row.issue.ignored_reason,
            **words_of(group.cause, row.issue.params),
        }
        for row in found
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
