"""Keep users from the command line: this is how the first administrator is made."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.causes import Language
from models.database import Sessions
from models.tables import User
from models.words import Access
from sync.audit import Actor
from web.access.users import Refused, add_user, find_user, hash_new, set_password, switch
from web.words import words_of
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure

users = typer.Typer(no_args_is_help=True, help="Say who may sign in, and as what.", rich_markup_mode=None)

File = Annotated[
    Path | None, typer.Option("--password-file", help="Read the password from a file instead of asking; `-`: stdin.")
]
Name = Annotated[str, typer.Argument(help="The name that they sign in with.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(users, name="users")


@users.command()
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[Access, typer.Option(help="What they may do.")] = Access.VIEWER,
    email: Annotated[str, typer.Option(help="By which an identity provider may know them.")] = "",
    password_file: File = None,
    no_password: Annotated[bool, typer.Option("--no-password", help="The identity provider signs them in.")] = False,
) -> None:
    """Add somebody who may sign in; asks for the password twice and does not show it."""
    here = command(ctx)
    hashed = None if no_password else _hashed(here, password_file)
    _do(here, lambda session: add_user(session, actor(), name, role, email=email, hashed=hashed))
    here.output.show(
        {"user": name.strip(), "role": role.value},
        lambda: here.output.say(f"{name} mag zich nu aanmelden.", f"{name} may sign in now."),
    )


@users.command("list")
def list_(ctx: typer.Context) -> None:
    """Show who may sign in, as what, and when they last did."""
    here = command(ctx)
    with here.runtime.sessions() as session:
        rows = session.scalars(select(User).order_by(User.name)).all()
    document = [
        {"user": row.name, "role": row.role, "enabled": row.enabled, "signed_in_at": row.signed_in_at} for row in rows
    ]
    words = here.output.words
    columns = [words("naam", "name"), words("rol", "role"), words("mag", "may"), words("laatst", "last")]
    yes, no = words("ja", "yes"), words("nee", "no")
    cells = [
        (row.name, words_of(here.language)[row.role], yes if row.enabled else no, row.signed_in_at or "")
        for row in rows
    ]
    here.output.show(document, lambda: here.output.table(columns, cells))


@users.command()
def password(ctx: typer.Context, name: Name, password_file: File = None) -> None:
    """Store another password, and sign them out everywhere."""
    here = command(ctx)
    found = _id(here, name)
    hashed = _hashed(here, password_file)
    _do(here, lambda session: set_password(session, actor(), found, hashed))
    _said(here, name, "Het wachtwoord is gewijzigd.", "The password was changed.")


@users.command()
def disable(ctx: typer.Context, name: Name) -> None:
    """Let somebody sign in no more, and sign them out everywhere."""
    here = command(ctx)
    found = _id(here, name)
    _do(here, lambda session: switch(session, actor(), found, on=False))
    _said(here, name, f"{name} kan zich niet meer aanmelden.", f"{name} can sign in no more.")


@users.command()
def enable(ctx: typer.Context, name: Name) -> None:
    """Let somebody sign in again."""
    here = command(ctx)
    found = _id(here, name)
    _do(here, lambda session: switch(session, actor(), found, on=True))
    _said(here, name, f"{name} kan zich weer aanmelden.", f"{name} can sign in again.")


def actor() -> Actor:
    """Name who has the shell."""
    return Actor(getpass.getuser(), "command")


def ensure_user(sessions: Sessions, name: str, password: str, role: Access = Access.ADMINISTRATOR) -> None:
    """Add a user with a password, or give an existing one that password; for set-ups that may run twice.

    Raises Refused.
    """
    hashed = hash_new(password)
    with sessions.begin() as session:
        found = find_user(session, name)
        if found is None:
            add_user(session, actor(), name, role, hashed=hashed)
        else:
            set_password(session, actor(), found.id, hashed)


def _id(here: Context, name: str) -> int:
    with here.runtime.sessions() as session:
        found = find_user(session, name)
    if found is None:
        raise _failure(Refused("users.unknown"))
    return found.id


def _do(here: Context, deed: Callable[[Session], object]) -> None:
    try:
        with here.runtime.sessions.begin() as session:
            deed(session)
    except Refused as error:
        raise _failure(error) from None


def _failure(error: Refused) -> Failure:
    """Say in the words of the pages why nothing was done."""
    languages: tuple[Language, Language] = ("nl", "en")
    nl, en = (words_of(language)[error.code] for language in languages)
    return Failure(Exit.USAGE, nl, en)


def _hashed(here: Context, file: Path | None) -> str:
    """Read the password, never from the command line, where others would see it. Raises Failure."""
    try:
        return hash_new(_typed(here) if file is None else _first_line(file))
    except Refused as error:
        raise _failure(error) from None


def _typed(here: Context) -> str:
    question = here.output.words("Wachtwoord (wordt niet getoond)", "Password (is not shown)")
    again = here.output.words("Nogmaals", "Once more")
    first = typer.prompt(question, hide_input=True, err=True)
    if typer.prompt(again, hide_input=True, err=True) != first:
        raise _failure(Refused("me.differ"))
    return str(first)


def _first_line(file: Path) -> str:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text()
    except (OSError, UnicodeDecodeError):
        raise Failure(Exit.USAGE, f"Niet te lezen: {file}", f"Cannot be read: {file}") from None
    return next(iter(text.splitlines()), "")


def _said(here: Context, name: str, nl: str, en: str) -> None:
    here.output.show({"user": name}, lambda: here.output.say(nl, en))
