"""Offer held jobs again."""

from typing import Annotated

import typer

from models.words import Lane
from sync.replaying import held_jobs
from sync.replaying import replay as put_back
from worker.cli.context import command
from worker.cli.exits import Exit, Failure


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(replay)


def replay(
    ctx: typer.Context,
    cause: Annotated[str | None, typer.Option(help="Those with an open issue of this cause, by its code.")] = None,
    job: Annotated[int | None, typer.Option(help="This one job.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait for a person.")] = False,
) -> None:
    """Offer jobs that wait for a person again, after what stopped them was put right."""
    here = command(ctx)
    if sum((cause is not None, job is not None, everything)) != 1:
        raise Failure(Exit.USAGE, "Kies één van --cause, --job en --all.", "Choose one of --cause, --job and --all.")
    with here.runtime.sessions.begin() as session:
        chosen = held_jobs(session, cause=cause, job_id=job)
        jobs = put_back(session, chosen)
    if job is not None and not chosen:
        raise Failure(Exit.USAGE, f"Taak {job} wacht niet op een mens.", f"Job {job} does not wait for a person.")
    here.runtime.waker.wake([one.id for one in jobs if one.wake], Lane.LIVE)
    here.output.show(
        {"replayed": [{"job": one.id, "record_id": one.record_id} for one in chosen]},
        lambda: here.output.say(f"{len(chosen)} opnieuw aangeboden.", f"{len(chosen)} offered again."),
    )
