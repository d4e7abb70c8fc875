"""Show which CRM record is which record in the books."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.tables import Link, RelationMapping, SourceIdentifier
from models.vault import Vault
from models.words import Kind, MappingState
from sync import snapshots
from sync.candidates import Sides
from sync.checks import check
from worker.cli.context import Context, command
from worker.cli.links import link_named, link_names, word

MATCHED = {
    "created": ("aangemaakt", "created"),
    "adopted": ("teruggevonden na een storing", "found again after a failure"),
    "person": ("gekozen door een mens", "chosen by a person"),
    "kvk": ("KvK-nummer", "KvK number"),
    "vat": ("btw-nummer", "VAT number"),
    "bsn": ("BSN", "BSN"),
    "rsin": ("RSIN", "RSIN"),
    "crm_id": ("CRM-id", "CRM id"),
    "relation_number": ("relatienummer en naam", "relation number and name"),
    "name_postcode": ("naam en postcode", "name and postcode"),
}
STATES = {
    "active": ("gekoppeld", "linked"),
    "broken": ("losgemaakt", "broken"),
    "failed": ("mislukt", "failed"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(mappings)


def mappings(
    ctx: typer.Context,
    link: Annotated[str | None, typer.Option(help="Only this link.")] = None,
    search: Annotated[str | None, typer.Option(help="CRM id, id or number in the books, KvK or VAT number.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show, newest first.")] = 50,
) -> None:
    """List mappings, newest first, with how each came about."""
    here = command(ctx)
    rows, total = find(here, link, search, limit)
    called = names_of(here, rows)
    links = link_names(here)
    documents = [row_document(row, links, called) for row in rows]
    here.output.show({"total": total, "mappings": documents}, lambda: show(here, documents, total))


def find(here: Context, link: str | None, search: str | None, limit: int) -> tuple[Sequence[RelationMapping], int]:
    """Return the newest mappings that fit, and how many fit in all."""
    conditions = []
    if link is not None:
        conditions.append(RelationMapping.link_id == link_named(here, link).id)
    with here.runtime.sessions() as session:
        if search is not None:
            conditions.append(_matches(session, here.runtime.vault, search.strip()))
        total = session.scalar(select(func.count()).select_from(RelationMapping).where(*conditions)) or 0
        query = select(RelationMapping).where(*conditions).order_by(RelationMapping.id.desc()).limit(limit)
        return session.scalars(query).all(), total


def _matches(session: Session, vault: Vault, text: str) -> Any:
    """Look in the clear columns, and by keyed hash for identifiers."""
    bare = text.replace(" ", "").replace(".", "").upper()
    hashes = [one for name in ("kvk", "vat", "number") for one in vault.hashes(name, bare)]
    known = session.scalars(select(SourceIdentifier.record_id).where(SourceIdentifier.value_hash.in_(hashes))).all()
    return or_(
        RelationMapping.source_id == text,
        RelationMapping.target_id == text,
        RelationMapping.target_number == text,
        RelationMapping.source_id.in_(known),
    )


def names_of(here: Context, rows: Sequence[RelationMapping]) -> Mapping[tuple[int, str], str]:
    """Return the relations' names from what was last read, for a person's screen only."""
    found: dict[tuple[int, str], str] = {}
    outside = here.runtime.outside
    for link_id in sorted({row.link_id for row in rows}):
        with outside.sessions.begin() as session:
            name = session.get_one(Link, link_id).name
            sides = Sides.open(outside, name)
            ids = [row.source_id for row in rows if row.link_id == link_id]
            records = snapshots.load_many(session, outside.vault, sides.source.info.id, Kind.RELATION, ids)
        for record in records:
            relation, _ = check(sides.source.relation(record, sides.rules.model_dump()))
            found[link_id, record.id] = relation.name
    return found


def row_document(
    row: RelationMapping, links: Mapping[int, str], called: Mapping[tuple[int, str], str]
) -> dict[str, Any]:
    """Describe a mapping."""
    return {
        "id": row.id,
        "link": links.get(row.link_id, ""),
        "name": called.get((row.link_id, row.source_id), ""),
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
    query = (
        select(RelationMapping.matched_by, func.count())
        .where(RelationMapping.state == MappingState.ACTIVE)
        .group_by(RelationMapping.matched_by)
        .order_by(func.count().desc())
    )
    with here.runtime.sessions() as session:
        return [(how, count) for how, count in session.execute(query)]


def show(here: Context, documents: Sequence[Mapping[str, Any]], total: int) -> None:
    """Print mappings as a table."""
    words = here.output.words
    columns = [
        words("koppeling", "link"),
        words("naam", "name"),
        words("rol", "role"),
        words("CRM", "CRM"),
        words("nummer", "number"),
        words("in de boekhouding", "in the books"),
        words("hoe", "how"),
        words("toestand", "state"),
    ]
    here.output.table(
        columns,
        [
            (
                one["link"],
                one["name"],
                word(here.output, one["role"]),
                one["source_id"],
                one["target_number"],
                one["target_id"],
                words(*MATCHED.get(one["matched_by"], (one["matched_by"],) * 2)),
                words(*STATES.get(one["state"], (one["state"],) * 2)),
            )
            for one in documents
        ],
    )
    if total > len(documents):
        here.output.say(f"{len(documents)} van {total}.", f"{len(documents)} of {total}.")
