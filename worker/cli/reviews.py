"""Show doubtful matches with their evidence, and take a person's decision."""

import getpass
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from models.causes import MOVERS
from models.tables import Review
from models.words import Lane
from sync.audit import Actor
from sync.causes import catalogue
from sync.deciding import decide as store_decision
from sync.labels import names
from sync.reviews import UnknownReview, open_reviews
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.issues import words_of
from worker.cli.links import link_named, link_names, word

reviews = typer.Typer(help="List doubtful matches and decide them.", invoke_without_command=True, rich_markup_mode=None)

VERDICTS = {
    "agrees": ("komt overeen", "agrees"),
    "differs": ("verschilt", "differs"),
    "absent": ("ontbreekt", "absent"),
}


class Answer(StrEnum):
    """Offer what can be decided."""

    USE = "use"
    CREATE = "create"
    NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(reviews, name="reviews")


@reviews.callback()
def list_(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
) -> None:
    """List the open questions with candidates and evidence; exit 1 when there are any."""
    if ctx.invoked_subcommand is not None:
        return
    here = command(ctx)
    documents = documents_of(here, link)
    here.output.show({"reviews": documents}, lambda: show(here, documents))
    raise typer.Exit(Exit.PERSON if documents else Exit.OK)


def documents_of(here: Context, link: str | None = None) -> list[dict[str, Any]]:
    """Describe the open questions, oldest first."""
    chosen = None if link is None else link_named(here, link).id
    links, causes = link_names(here), catalogue()
    with here.runtime.sessions.begin() as session:
        rows = open_reviews(session, chosen)
        called = names(session, here.runtime.vault, rows)
    return [
        {
            "id": row.id,
            "link": links.get(row.link_id, ""),
            "record_id": row.record_id,
            "role": row.role,
            "name": called.get((row.link_id, row.kind, row.record_id), ""),
            "reason": row.reason,
            "candidates": row.candidates,
            "since": row.opened_at,
            **words_of(causes.find(row.reason), {}),
        }
        for row in rows
    ]


def show(here: Context, documents: Sequence[Mapping[str, Any]]) -> None:
    """Print the questions as a table."""
    words, tongue = here.output.words, here.output.language
    if not documents:
        here.output.say("Er is niets te beoordelen.", "Nothing is to be reviewed.")
        return
    here.output.table(
        [
            "id",
            words("record", "record"),
            words("naam", "name"),
            words("rol", "role"),
            words("vraag", "question"),
            words("kandidaten", "candidates"),
            words("wie is aan zet", "whose move"),
        ],
        [
            (
                one["id"],
                one["record_id"],
                one["name"],
                word(here.output, one["role"]),
                one[f"what_{tongue}"],
                "\n".join(_candidate(here, each) for each in one["candidates"]),
                words(*MOVERS[one["whose_move"]]),
            )
            for one in documents
        ],
    )
    here.output.say(
        "Beslis met: boekbrug reviews decide ID use DOEL | create | never",
        "Decide with: boekbrug reviews decide ID use TARGET | create | never",
    )


def _candidate(here: Context, candidate: Mapping[str, Any]) -> str:
    words = here.output.words
    who = candidate.get("target_id") or f"CRM {candidate.get('source_id')}"
    told = [
        f"{name} {words(*VERDICTS[verdict])}"
        for name, verdict in candidate["evidence"].items()
        if verdict in ("agrees", "differs")
    ]
    return f"{who}: {', '.join(told)}" if told else str(who)


@reviews.command()
def decide(
    ctx: typer.Context,
    review_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the question.")],
    answer: Annotated[Answer, typer.Argument(help="use: that record; create: a new one; never: leave out.")],
    target: Annotated[str | None, typer.Argument(help="With `use`: the id in the books.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for who reads the audit trail.")] = "",
) -> None:
    """Decide a question; the relation is synchronised at once and the decision is remembered."""
    here = command(ctx)
    try:
        with here.runtime.sessions.begin() as session:
            actor = Actor(getpass.getuser(), "command")
            row, jobs = store_decision(session, review_id, answer.value, target, actor, reason=reason)
    except UnknownReview as error:
        raise Failure(
            Exit.USAGE,
            f"Dit kan niet: vraag {review_id} staat niet open, of het antwoord past niet. ({error})",
            f"Not possible: {error}.",
        ) from None
    here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
    here.output.show(_decided(row), lambda: here.output.say("Besloten; het wordt nu verwerkt.", "Decided; at work."))


def _decided(row: Review) -> dict[str, Any]:
    return {
        "id": row.id,
        "record_id": row.record_id,
        "role": row.role,
        "decision": row.decision,
        "target_id": row.decided_target_id,
        "by": row.decided_by,
    }
