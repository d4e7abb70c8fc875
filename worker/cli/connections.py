"""Show connections, and check them for real: credentials, rights, clock and limits."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import select

from models.tables import Connection
from models.words import ConnectionState
from sync.config.loading import REMOVED
from sync.contact import Checked, check_row
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output
from worker.runtime import Runtime

STATES: dict[str, tuple[str, str]] = {
    ConnectionState.ACTIVE: ("werkt", "works"),
    ConnectionState.PARKED: ("wacht tot het systeem terug is", "waits until the system is back"),
    ConnectionState.NEEDS_CONSENT: (
        "wacht op toestemming van een beheerder",
        "waits for an administrator's consent",
    ),
}

COLUMNS = (
    ("verbinding", "connection"),
    ("systeem", "system"),
    ("adres", "address"),
    ("toestand", "state"),
    ("sinds", "since"),
    ("web hook", "web hook"),
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(connections)
    app.command()(check)


def connections(ctx: typer.Context) -> None:
    """Show every connection with its state in words; exit 1 when one waits for a person."""
    here = command(ctx)
    rows = _rows(here.runtime)
    here.output.show({"connections": [_document(row) for row in rows]}, lambda: _table(here.output, rows))
    waiting = any(row.enabled and row.state == ConnectionState.NEEDS_CONSENT for row in rows)
    raise typer.Exit(Exit.PERSON if waiting else Exit.OK)


def _rows(runtime: Runtime) -> Sequence[Connection]:
    with runtime.sessions() as session:
        return session.scalars(select(Connection).order_by(Connection.name)).all()


def _document(row: Connection) -> dict[str, Any]:
    return {
        "name": row.name,
        "system": row.system,
        "base_url": row.base_url,
        "enabled": row.enabled,
        "in_file": not row.options.get(REMOVED, False),
        "state": row.state,
        "reason": row.state_reason,
        "since": row.state_since,
        "throttled_until": row.throttled_until,
        "web_hook": row.hook_token_hash is not None,
    }


def _state(row: Connection, output: Output) -> str:
    if row.options.get(REMOVED):
        return output.words("uit het bestand verwijderd, historie bewaard", "removed from the file, history kept")
    if not row.enabled:
        return output.words("uitgezet", "switched off")
    words = output.words(*STATES.get(row.state, (row.state, row.state)))
    return f"{words} ({row.state_reason})" if row.state_reason else words


def _table(output: Output, rows: Sequence[Connection]) -> None:
    words = output.words
    columns = [words(*column) for column in COLUMNS]
    output.table(
        columns,
        [
            (
                row.name, row.system, row.base_url, _state(row, output),
                row.state_since.isoformat(sep=" ", timespec="minutes"),
                words("ja", "yes") if row.hook_token_hash else words("nee", "no"),
            )
            for row in rows
        ],
    )  # fmt: skip


def check(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="One connection; all enabled ones when left out.")] = None,
) -> None:
    """Check credentials, rights, clock and limits by calling the systems; exit 1 or 3 if one fails."""
    here = command(ctx)
    rows = [row for row in _rows(here.runtime) if (row.name == connection if connection else row.enabled)]
    if connection and not rows:
        raise Failure(Exit.USAGE, f"Er is geen verbinding {connection}.", f"There is no connection {connection}.")
    found = [check_row(row, here.runtime.outside) for row in rows]
    here.output.show({"connections": [_checked(one) for one in found]}, lambda: _print(here, found))
    if all(one.ok for one in found):
        raise typer.Exit(Exit.OK)
    only_away = all(one.ok or one.away for one in found)
    raise typer.Exit(Exit.UNREACHABLE if only_away else Exit.PERSON)


def _checked(one: Checked) -> dict[str, Any]:
    findings = [{"ok": finding.ok, "nl": finding.nl, "en": finding.en} for finding in one.findings]
    return {"name": one.name, "ok": one.ok, "reachable": not one.away, "findings": findings}


def _print(here: Context, found: Sequence[Checked]) -> None:
    if not found:
        here.output.say("Er zijn geen verbindingen.", "There are no connections.")
    for one in found:
        here.output.say(f"{one.name}:", f"{one.name}:")
        for finding in one.findings:
            mark = here.output.words("goed", "good") if finding.ok else here.output.words("FOUT", "WRONG")
            here.output.say(f"  {mark}  {finding.nl}", f"  {mark}  {finding.en}")
