"""Take the token that an office pastes: keep it encrypted, try it, and say what it lets us see."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy import or_, select

from adapters import registry
from adapters.base import Finding
from adapters.errors import AdapterError
from adapters.tokens import TokenStore
from models.tables import Connection
from sync.config.loading import REMOVED, connection_info
from sync.contact import check_row, opened
from sync.trials import LONGEST, PASTED, looks_like_key
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.failures import failure_of


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(connect)


def connect(
    ctx: typer.Context,
    connection: Annotated[str, typer.Argument(help="The connection that the token is for.")],
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the token from standard input instead of asking.")
    ] = False,
) -> None:
    """Store the token that an office pastes, encrypted, and check it; exit 1 when it is refused, 3 when away."""
    here = command(ctx)
    row = _row(here, connection)
    token = _token(here, asked=not token_stdin)
    info = connection_info(row, here.runtime.vault)
    TokenStore(row.id, here.runtime.outside, info.credentials.get(PASTED)).paste(token)
    here.output.say("Het token is versleuteld bewaard.", "The token is stored, encrypted.")
    _try(here, row)
    checked = check_row(row, here.runtime.outside)
    document = {"connection": row.name, "stored": True, "ok": checked.ok, "findings": _listed(checked.findings)}
    here.output.show(document, lambda: _print(here, checked.findings))
    raise typer.Exit(Exit.OK if checked.ok else Exit.PERSON)


def _row(here: Context, name: str) -> Connection:
    """Find a connection that takes a pasted token, by its name or, if it is the only one, by its system."""
    with here.runtime.sessions() as session:
        rows = session.scalars(select(Connection).where(or_(Connection.name == name, Connection.system == name))).all()
    found = [one for one in rows if not one.options.get(REMOVED)]
    row = next((one for one in found if one.name == name or len(found) == 1), None)
    if row is None:
        raise Failure(Exit.USAGE, f"Er is geen verbinding {name}.", f"There is no connection {name}.")
    if PASTED not in registry.optional_credentials(row.system):
        raise Failure(
            Exit.USAGE,
            f"Verbinding {name} ({row.system}) werkt zonder geplakt token; haar sleutels staan in het bestand.",
            f"Connection {name} ({row.system}) takes no pasted token; its keys stand in the file.",
        )
    return row


def _token(here: Context, *, asked: bool) -> str:
    """Read the token, never from the command line, where others would see it. Raises Failure."""
    question = here.output.words("Token (wordt niet getoond)", "Token (is not shown)")
    text = typer.prompt(question, hide_input=True, err=True) if asked else sys.stdin.read(LONGEST + 2)
    token = str(text).strip()
    if not looks_like_key(token):
        raise Failure(
            Exit.USAGE,
            "Dit is geen token: verwacht is één stuk tekst zonder spaties. Er is niets veranderd.",
            "This is no token: one piece of text without spaces is expected. Nothing changed.",
        )
    return token


def _try(here: Context, row: Connection) -> None:
    """Make one call with it. Raises Failure that says that the token is kept, and why it does not serve yet."""
    info = connection_info(row, here.runtime.vault)
    try:
        opened(info, here.runtime.outside).identify()
    except AdapterError as error:
        found = failure_of(error)
        if found is None:
            raise
        raise Failure(
            found.code,
            f"Het token is bewaard, maar werkt nog niet. {found.nl}",
            f"The token is kept, but does not work yet. {found.en}",
            {"connection": row.name, "stored": True, "ok": False},
        ) from None


def _listed(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [{"ok": finding.ok, "nl": finding.nl, "en": finding.en} for finding in findings]


def _print(here: Context, findings: Sequence[Finding]) -> None:
    for finding in findings:
        mark = here.output.words("goed", "good") if finding.ok else here.output.words("FOUT", "WRONG")
        here.output.say(f"  {mark}  {finding.nl}", f"  {mark}  {finding.en}")
