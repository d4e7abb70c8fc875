"""Bring everything of a link across, or say what that would do."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import func, select

from adapters.budget.windows import windows_for
from sync.backfill import Estimate, read_source, release, survey
from sync.backlog import REASONS, Backlog, backlog, held, outcomes_since
from sync.candidates import Sides
from sync.preview import DEEDS, Planned, preview
from worker.cli.bars import Tell, bar
from worker.cli.context import Context, command
from worker.cli.exits import Exit
from worker.cli.links import sides_of, word
from worker.cli.sync import need_worker

LOOK_SECONDS = 0.5
ROWS = 40
"""Rows that a person is shown; programs get them all."""
PAGE = 100
"""Records per page of the CRM's lists."""

PLANS = {
    "create": ("aanmaken", "create"),
    "link_update": ("koppelen en bijwerken", "link and update"),
    "link": ("koppelen", "link"),
    "update": ("bijwerken", "update"),
    "nothing": ("niets te doen", "nothing to do"),
    "review": ("ter beoordeling", "to be reviewed"),
    "issue": ("melding: eerst herstellen", "issue: to be put right first"),
    "left_out": ("doet niet mee", "left out"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(backfill)


def backfill(
    ctx: typer.Context,
    link: Annotated[str, typer.Argument(help="Name of the link.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Make the same plans, write nothing.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow the work until it is done.")] = True,
) -> None:
    """Bring all relations of a link across; a run that was broken off goes on where it was."""
    here = command(ctx)
    sides = sides_of(here, link)
    read_at = read_crm(here, sides)
    if dry_run:
        _dry_run(here, sides)
    else:
        _run(here, sides, read_at, wait=wait)


def read_crm(here: Context, sides: Sides) -> datetime:
    """Read the CRM with a bar, after one line of what it will take; returns when the reading started."""
    told = False
    with bar(here.output, "CRM lezen", "Reading the CRM") as tell:

        def progress(done: int, total: int | None) -> None:
            nonlocal told
            if total and not told:
                told = True
                _say_reading(here, sides, total)
            tell(done, total)

        reading = read_source(here.runtime.outside, sides, progress)
    return reading.started_at


def _say_reading(here: Context, sides: Sides, total: int) -> None:
    calls = -(-total // PAGE) + 1
    per_minute = sides.source.info.limits.get("minute", 60)
    here.output.say(
        f"CRM: ongeveer {total} records, {calls} aanroepen, {spoken(60 * calls / per_minute)}.",
        f"CRM: about {total} records, {calls} calls, {spoken(60 * calls / per_minute)}.",
    )


def spoken(seconds: float) -> str:
    """Return a duration as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _run(here: Context, sides: Sides, read_at: datetime, *, wait: bool) -> None:
    """Release what was read. The jobs ask for the state of that reading, which the snapshots hold."""
    outside = here.runtime.outside
    with bar(here.output, "Overzicht maken", "Surveying") as tell:
        estimate, ids = survey(outside, sides, tell)
    say_estimate(here, sides, estimate)
    with here.runtime.sessions() as session:
        since = session.scalars(select(func.clock_timestamp())).one()
    release(outside, sides, ids, read_at, lambda done, total: None)
    document = {"estimate": _estimate(sides, estimate)}
    if not wait:
        here.output.show(document, lambda: here.output.say("Het werk staat klaar.", "The work stands ready."))
        return
    need_worker(here)
    with bar(here.output, "Backfill", "Backfill") as tell:
        follow(here, sides.link.id, tell)
    with here.runtime.sessions() as session:
        outcomes, waiting = outcomes_since(session, sides.link.id, since), held(session, sides.link.id)
    here.output.show(document | {"outcomes": outcomes, "held": waiting}, lambda: _outcomes(here, outcomes, waiting))
    raise typer.Exit(Exit.PERSON if waiting else Exit.OK)


def _estimate(sides: Sides, estimate: Estimate) -> dict[str, Any]:
    seconds = estimate.seconds(sides.target.info.limits)
    return asdict(estimate) | {
        "calls": estimate.calls,
        "seconds": seconds,
        "source_calls": sides.source.calls,
    }


def say_estimate(here: Context, sides: Sides, estimate: Estimate) -> None:
    """Say what the backfill will take before it starts."""
    limits = ", ".join(f"{window.calls}/{window.name}" for window in windows_for(sides.target.info))
    took, takes = sides.source.calls, spoken(estimate.seconds(sides.target.info.limits))
    here.output.say(
        f"{estimate.relations} relaties doen mee ({estimate.roles} rollen, {estimate.mapped} al gekoppeld, "
        f"{estimate.blocked} met een fout die eerst hersteld moet worden). CRM gelezen in {took} aanroepen. "
        f"Boekhouding: ongeveer {estimate.calls} aanroepen, {takes} bij {limits}.",
        f"{estimate.relations} relations take part ({estimate.roles} roles, {estimate.mapped} mapped, "
        f"{estimate.blocked} with a fault to be put right first). CRM read in {took} calls. "
        f"Books: about {estimate.calls} calls, {takes} at {limits}.",
    )


Stop = Callable[[Backlog], bool]


def follow(here: Context, link_id: int, tell: Tell, stop: Stop = lambda now: not now.left) -> None:
    """Move a bar until the link's work is done: throughput, forecast, and what waits and why."""
    total, began = 0, time.monotonic()
    while True:
        with here.runtime.sessions() as session:
            now = backlog(session, link_id)
        total = max(total, now.left)
        tell(total - now.left, total, note(here, now, total - now.left, time.monotonic() - began))
        if stop(now):
            return
        time.sleep(LOOK_SECONDS)


def note(here: Context, now: Backlog, done: int, seconds: float) -> str:
    """Say how fast it goes, how long it will take, and what waits for what."""
    parts = []
    if done > 1 and seconds > 1:
        pace = done / seconds
        forecast = spoken(now.left / pace)
        parts.append(here.output.words(f"{pace:.1f}/s, nog {forecast}", f"{pace:.1f}/s, {forecast} to go"))
    by_words: Counter[str] = Counter()
    for reason, count in now.parked.items():
        by_words[here.output.words(*REASONS.get(reason, (reason, reason)))] += count
    parts += [f"{count} {words}" for words, count in by_words.items()]
    if now.away:
        parts.append(here.output.words("onbereikbaar: ", "away: ") + ", ".join(now.away))
    return "; ".join(parts)


def _outcomes(here: Context, outcomes: dict[str, int], waiting: int) -> None:
    columns = [here.output.words("uitkomst", "outcome"), here.output.words("aantal", "number")]
    here.output.table(columns, [(word(here.output, name), count) for name, count in outcomes.items()])
    if waiting:
        here.output.say(
            f"{waiting} wachten op een mens: zie `boekbrug issues` en `boekbrug reviews`.",
            f"{waiting} wait for a person: see `boekbrug issues` and `boekbrug reviews`.",
        )


def _dry_run(here: Context, sides: Sides) -> None:
    plans: list[Planned] = []
    with bar(here.output, "Plannen maken", "Planning") as tell:
        for one in preview(here.runtime.outside, sides):
            plans.append(one)
            tell(len(plans))
    counts = Counter(one.deed for one in plans)
    document = {
        "counts": {deed: counts[deed] for deed in DEEDS},
        "plans": [asdict(one) for one in plans],
        "source_calls": sides.source.calls,
        "target_calls": sides.target.calls,
    }
    here.output.show(document, lambda: _plans(here, counts, plans))


def _plans(here: Context, counts: Counter[Any], plans: Sequence[Planned]) -> None:
    words = here.output.words
    here.output.table(
        [words("plan", "plan"), words("aantal", "number")],
        [(words(*PLANS[deed]), counts[deed]) for deed in DEEDS],
    )
    # What a person looks for first: everything that is not a plain create or nothing.
    told = [one for one in plans if one.deed not in ("create", "nothing")] or list(plans)
    columns = [
        words("record", "record"),
        words("rol", "role"),
        words("plan", "plan"),
        words("reden", "reason"),
        words("velden", "fields"),
    ]
    here.output.table(
        columns,
        [
            (
                one.record_id,
                word(here.output, one.role),
                words(*PLANS[one.deed]),
                one.reason,
                ", ".join(one.fields),
            )
            for one in told[:ROWS]
        ],
    )
    if len(told) > ROWS:
        left = len(told) - ROWS
        here.output.say(f"... en nog {left}; --json toont alles.", f"... and {left} more; --json shows all.")
