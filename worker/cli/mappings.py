"""Show which CRM record is which record in the books."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import RelationMapping
from models.words import MappingState
from sync.numbers_of_people import of_a_person
from web.queries import mappings as query
from web.queries.mappings import Filter, Named, Place
from web.words.mapping import MATCHED, STATES
from worker.cli import mapping_changes
from worker.cli.context import Context, command
from worker.cli.links import link_named, link_names, word

mappings = typer.Typer(help="List mappings and change them.", invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    mapping_changes.add_to(mappings)
    app.add_typer(mappings, name="mappings")


@mappings.callback()
def list_(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    search: Annotated[str | None, typer.Option(help="Words of the name, an id or a number.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show, newest first.")] = 50,
) -> None:
    """List mappings, newest first, with how each came about."""
    if ctx.invoked_subcommand is not None:
        return
    here = command(ctx)
    rows, total = find(here, link, search, limit)
    links = link_names(here)
    documents = [row_document(one, links) for one in rows]
    here.output.show({"total": total, "mappings": documents}, lambda: show(here, documents, total))


def find(here: Context, link: str | None, search: str | None, limit: int) -> tuple[Sequence[Named], int]:
    """Return the newest mappings that fit, and how many fit in all."""
    chosen = 0 if link is None else link_named(here, link).id
    vault = here.runtime.vault
    with here.runtime.sessions() as session:
        wanted = Filter(link=chosen, ids=_ids(session, here, search), search=search or "")
        found = query.listing(session, vault, wanted, Place(), limit)
        return found.rows, query.total(session, vault, wanted)


def _ids(session: Session, here: Context, search: str | None) -> tuple[int, ...]:
    """Look a number of a person up at once: a command's line stands in no address."""
    if not search:
        return ()
    found = query.found_by_number(session, here.runtime.vault, search.strip())
    return tuple(found) or ((0,) if of_a_person(search) else ())


def row_document(one: Named, links: Mapping[int, str]) -> dict[str, Any]:
    """Describe a mapping."""
    row = one.row
    return {
        "id": row.id,
        "link": links.get(row.link_id, ""),
        "name": one.name,
        "source_id": row.source_id,
        "role": row.role,
        "target_id": row.target_id,
        "target_number": row.target_number,
        "state": row.state,
        "matched_by": row.matched_by,
        "decided_by": row.decided_by,
        "evidence": row.evidence,
        "since": row.created_at,
    }


def counts(here: Context) -> Sequence[tuple[str, int]]:
    """Count active mappings by how they came about, most first."""
    grouped = (
        select(RelationMapping.matched_by, func.count())
        .where(RelationMapping.state == MappingState.ACTIVE)
        .group_by(RelationMapping.matched_by)
        .order_by(func.count().desc())
    )
    with here.runtime.sessions() as session:
        return [(how, count) for how, count in session.execute(grouped)]


def show(here: Context, documents: Sequence[Mapping[str, Any]], total: int) -> None:
    """Print mappings as a table."""
    words = here.output.words
    columns = [
        "id",
        words("koppeling", "link"),
        words("naam", "name"),
        words("rol", "role"),
        words("CRM", "CRM"),
        words("nummer", "number"),
        words("in de boekhouding", "in the books"),
        words("hoe", "how"),
        words("toestand", "state"),
    ]
    here.output.table(columns, [_cells(here, one) for one in documents])
    if total > len(documents):
        here.output.say(f"{len(documents)} van {total}.", f"{len(documents)} of {total}.")


def _cells(here: Context, one: Mapping[str, Any]) -> tuple[Any, ...]:
    words = here.output.words
    return (
        one["id"],
        one["link"],
        one["name"],
        word(here.output, one["role"]),
        one["source_id"],
        one["target_number"],
        one["target_id"],
        words(*MATCHED.get(one["matched_by"], (one["matched_by"],) * 2)),
        words(*STATES.get(one["state"], (one["state"],) * 2)),
    )
