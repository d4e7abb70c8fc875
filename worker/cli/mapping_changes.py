"""Let a person change a mapping by command, with the plan before it."""

import getpass
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from models.words import Lane
from sync import breaking, relinking, ties
from sync.audit import Actor
from sync.causes import catalogue
from sync.relinking import Preview
from sync.ties import Changed, Deed, Refused, Seen
from web.comparing import shown
from web.mapping_answers import sentence
from web.words import words_of
from web.words.fields import field_name
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure

Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the mapping.", min=1, max=2**63 - 1)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the audit trail.")]


def add_to(group: typer.Typer) -> None:
    """Add the commands to the group of mappings."""
    group.command()(relink)
    group.command("break")(break_)
    group.command()(restore)


def relink(
    ctx: typer.Context,
    mapping_id: Number,
    target: Annotated[str, typer.Argument(help="Id of the other record in the books.")],
    yes: Yes = False,
    reason: Reason = "",
) -> None:
    """Tie a relation to another record in the books and synchronise it at once; shows first what is overwritten."""
    here = command(ctx)
    with _Refusing(here):
        plan = relinking.preview(here.runtime.outside, mapping_id, target)
        if not _agreed(here, yes, plan_document(here, plan), lambda: show_plan(here, plan)):
            return
        done = relinking.relink(here.runtime.outside, mapping_id, plan.target_id, plan.seen, _deed(reason))
    _wake(here, done)


def break_(ctx: typer.Context, mapping_id: Number, yes: Yes = False, reason: Reason = "") -> None:
    """Break a tie: the relation takes no part until it is restored or relinked."""
    _change(command(ctx), mapping_id, "break", breaking.break_tie, yes, reason)


def restore(ctx: typer.Context, mapping_id: Number, yes: Yes = False, reason: Reason = "") -> None:
    """Take a break back and bring the relation up to date."""
    _change(command(ctx), mapping_id, "restore", breaking.restore, yes, reason)


def _change(
    here: Context,
    mapping_id: int,
    act: str,
    deed: Callable[[Session, int, Seen, Deed], Changed],
    yes: bool,
    reason: str,
) -> None:
    with _Refusing(here):
        with here.runtime.sessions() as session:
            seen = _seen(session, mapping_id)
        told = f"{seen.target_id}: {words_of(here.language)[f'mapping.{act}.what']}"
        if not _agreed(here, yes, {"id": mapping_id, "was_target_id": seen.target_id}, lambda: _say(here, told)):
            return
        with here.runtime.sessions.begin() as session:
            done = deed(session, mapping_id, seen, _deed(reason))
    _wake(here, done)


def _seen(session: Session, mapping_id: int) -> Seen:
    row = ties.find(session, mapping_id)
    return Seen(row.target_id, row.state)


def _say(here: Context, sentence_: str) -> None:
    here.output.say(sentence_, sentence_)


class _Refusing(AbstractContextManager[None]):
    """Turn a refusal into a failure in words."""

    def __init__(self, here: Context) -> None:
        self._here = here

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        """Raise Failure instead of Refused."""
        if isinstance(error, Refused):
            code = Exit.UNREACHABLE if error.code == "mapping.unreachable" else Exit.USAGE
            words = (sentence(error, words_of("nl")), sentence(error, words_of("en")))
            raise Failure(code, *words, {"code": error.code}) from None


def _agreed(here: Context, yes: bool, document: Mapping[str, Any], tell: Callable[[], None]) -> bool:
    """Show what is about to happen and ask; with `--json` nothing is asked, so the plan is all there is."""
    if yes:
        return True
    here.output.show({"plan": document}, tell)
    if here.output.json:
        return False
    return typer.confirm(here.output.words("Doorgaan?", "Go on?"))


def _deed(reason: str) -> Deed:
    return Deed(Actor(getpass.getuser(), "command"), reason)


def _wake(here: Context, done: Changed) -> None:
    here.runtime.waker.wake([job.id for job in done.jobs if job.wake], Lane.LIVE)
    document = {"id": done.mapping_id, "correlation_id": done.correlation_id}
    here.output.show(document, lambda: here.output.say("Gedaan; het wordt nu verwerkt.", "Done; at work."))


def plan_document(here: Context, plan: Preview) -> dict[str, Any]:
    """Describe what a relink would do; numbers that may be a person's are masked."""
    causes = catalogue()
    return {
        "mapping_id": plan.mapping_id,
        "was_target_id": plan.seen.target_id,
        "target_id": plan.target_id,
        "target_number": plan.number,
        "overwrites": {
            one.name: {"from": shown(one.name, one.now), "to": shown(one.name, one.will_be)}
            for one in plan.fields
            if one.will_be is not None
        },
        "kept": list(plan.kept),
        "asked": list(plan.asked),
        "stopped_by": [causes.find(one.cause).what(here.language, one.params) for one in plan.problems],
    }


def show_plan(here: Context, plan: Preview) -> None:
    """Print field by field what would be overwritten."""
    words = here.output.words
    document = plan_document(here, plan)
    columns = [words("veld", "field"), words("staat er nu", "stands there now"), words("wordt", "will be")]
    here.output.table(
        columns,
        [(field_name(name, here.language), pair["from"], pair["to"]) for name, pair in document["overwrites"].items()],
    )
    for told in document["stopped_by"]:
        _say(here, told)
