"""Compare both sides of links and repair what they allow."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from sqlalchemy import text

from models.tables import Link
from sync.candidates import Sides
from sync.comparisons import RECONCILE_LOCK
from sync.drift import FINDINGS
from sync.reconcile import Report
from sync.reconcile import reconcile as compare
from sync.repairing import REPAIRABLE
from worker.cli.bars import bar
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.links import links_wanted, word

ROWS = 40
FINE = ("in_sync", "only_in_books", "kept_in_books")
"""Findings that ask nothing of anybody."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(reconcile)


def reconcile(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="One link; all enabled ones when left out.")] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what the link allows.")] = False,
) -> None:
    """Compare CRM and books from their lists; exit 1 when they differ and nothing was repaired."""
    here = command(ctx)
    reports = {one.name: _compare(here, one, repair=repair) for one in links_wanted(here, link)}
    here.output.show(
        {"links": {name: _document(report) for name, report in reports.items()}},
        lambda: _print(here, reports, repair=repair),
    )
    left = [name for report in reports.values() for name in report.counts if _open(name, repair=repair)]
    raise typer.Exit(Exit.PERSON if left else Exit.OK)


def _open(finding: str, *, repair: bool) -> bool:
    return finding not in FINE and not (repair and finding in REPAIRABLE)


def _compare(here: Context, link: Link, *, repair: bool) -> Report:
    sides = Sides.open(here.runtime.outside, link.name)
    key = {"key": RECONCILE_LOCK + link.id}
    with here.runtime.engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            raise Failure(
                Exit.UNREACHABLE,
                f"{link.name} wordt al vergeleken.",
                f"{link.name} is being compared already.",
            )
        connection.commit()
        try:
            with bar(here.output, f"Vergelijken: {link.name}", f"Comparing: {link.name}") as tell:
                return compare(here.runtime.outside, sides, repair=repair, progress=tell)
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _document(report: Report) -> Mapping[str, Any]:
    return {"counts": report.counts, "findings": [asdict(one) for one in report.findings]}


def _print(here: Context, reports: Mapping[str, Report], *, repair: bool) -> None:
    words = here.output.words
    for name, report in reports.items():
        here.output.table(
            [words("bevinding", "finding"), words("aantal", "number")],
            [(words(*FINDINGS[found]), report.counts[found]) for found in FINDINGS if report.counts.get(found)],
            title=name,
        )
        told = [one for one in report.findings if one.finding not in FINE]
        if told:
            here.output.table(
                [
                    words("bevinding", "finding"),
                    words("record", "record"),
                    words("rol", "role"),
                    words("in de boekhouding", "in the books"),
                    words("velden", "fields"),
                ],
                [
                    (
                        words(*FINDINGS[one.finding]),
                        one.record_id,
                        word(here.output, one.role),
                        one.target_id,
                        ", ".join(one.fields),
                    )
                    for one in told[:ROWS]
                ],
            )
        if repair and any(one.finding in REPAIRABLE for one in told):
            here.output.say(
                "Het herstel staat klaar als gewoon werk op de achtergrond.",
                "The repair stands ready as ordinary background work.",
            )
