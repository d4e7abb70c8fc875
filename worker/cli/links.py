"""Find links by name for commands, and the words that several commands share."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from models.tables import Connection, Link
from sync.candidates import Sides
from web.words import words_of
from worker.cli.context import Context
from worker.cli.exits import Exit, Failure
from worker.cli.output import Output


def link_named(here: Context, name: str) -> Link:
    """Return a link by its name. Raises Failure that names those there are."""
    with here.runtime.sessions() as session:
        links = session.scalars(select(Link).where(Link.enabled).order_by(Link.name)).all()
    for link in links:
        if link.name == name:
            return link
    known = ", ".join(link.name for link in links) or "-"
    raise Failure(
        Exit.USAGE,
        f"Er is geen koppeling {name}; er zijn: {known}.",
        f"There is no link {name}; there are: {known}.",
    )


def links_wanted(here: Context, name: str | None) -> list[Link]:
    """Return one link, or every enabled one when none is named."""
    if name is not None:
        return [link_named(here, name)]
    with here.runtime.sessions() as session:
        return list(session.scalars(select(Link).where(Link.enabled).order_by(Link.name)))


def link_names(here: Context) -> Mapping[int, str]:
    """Return the names of all links by id."""
    with here.runtime.sessions() as session:
        return {row.id: row.name for row in session.execute(select(Link.id, Link.name))}


def source_name(here: Context, link: Link) -> str:
    """Return the name of a link's CRM connection."""
    with here.runtime.sessions() as session:
        return session.get_one(Connection, link.source_id).name


def sides_of(here: Context, name: str) -> Sides:
    """Open both ends of a link. Raises Failure."""
    return Sides.open(here.runtime.outside, link_named(here, name).name)


def word(output: Output, code: str) -> str:
    """Return the word of a code as the pages have it."""
    return words_of(output.language)[code]


def joined(parts: Sequence[str]) -> str:
    """Join what is not empty."""
    return ", ".join(part for part in parts if part)
