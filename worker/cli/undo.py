"""Put back what a sync overwrote."""

import getpass
from typing import Annotated

import typer

from models.words import Lane
from sync.audit import Actor
from sync.undoing import CannotUndo, UndoPlan, plan
from sync.undoing import undo as ask
from web.comparing import shown
from web.words import words_of
from web.words.fields import field_name
from web.words.relations import UNDO
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(undo)


def undo(
    ctx: typer.Context,
    log_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Id of the attempt, as `boekbrug log` shows it.")],
    fields: Annotated[list[str] | None, typer.Option("--field", help="Only this field; may be repeated.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
) -> None:
    """Put former values of a target back that an attempt overwrote; shows what it would do unless --yes."""
    here = command(ctx)
    try:
        if not yes:
            planned, chosen = plan(here.runtime.outside, log_id), []
        else:
            actor = Actor(getpass.getuser(), "command")
            planned, jobs = ask(here.runtime.outside, log_id, actor, reason, names=fields or None)
            here.runtime.waker.wake([job.id for job in jobs if job.wake], Lane.LIVE)
            chosen = sorted(fields or planned.default)
    except CannotUndo as error:
        nl, en = UNDO[error.code.removeprefix("undo.")]
        raise Failure(Exit.USAGE, nl, en, {"code": error.code}) from error
    _show(here, planned, chosen, yes)


def _show(here: Context, planned: UndoPlan, chosen: list[str], done: bool) -> None:
    document = {
        "log_id": planned.log_id,
        "record_id": planned.record_id,
        "target_id": planned.target_id,
        "fields": [{"field": one.name, "verdict": one.verdict} for one in planned.fields],
        "put_back": chosen,
    }
    here.output.show(document, lambda: _table(here, planned, done))


def _table(here: Context, planned: UndoPlan, done: bool) -> None:
    words = words_of(here.language)
    columns = [words[f"undo.{name}"] for name in ("former", "wrote", "now", "verdict")]
    rows = [
        (
            f"{field_name(one.name, here.language)} ({one.name})",
            *(shown(one.name, value) for value in (one.former, one.wrote, one.now)),
            words["undo.changed_since" if one.verdict == "changed" else f"undo.{one.verdict}"],
        )
        for one in planned.fields
    ]
    here.output.table([words["compare.field"], *columns], rows)
    if done:
        here.output.say(*UNDO["asked"])
    else:
        here.output.say("Er is niets gewijzigd; met --yes gebeurt het.", "Nothing was changed; --yes does it.")
