"""Open the names that issues and reviews carry under their record's own key, for a person's screen only."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Link
from models.vault import Unreadable, Vault
from models.words import Kind
from sync.subjects import subjects_of

CONTEXT = "label"

Key = tuple[int, str, str]
"""Link, kind and record id."""


class Labelled(Protocol):
    """Be a row with a sealed name."""

    link_id: int
    kind: str
    record_id: str
    label: bytes | None


def names(session: Session, vault: Vault, rows: Iterable[Labelled]) -> Mapping[Key, str]:
    """Return the names of rows by (link, kind, record); what was erased or has none is left out."""
    chosen = [row for row in rows if row.label]
    sources = dict(
        session.execute(select(Link.id, Link.source_id).where(Link.id.in_({row.link_id for row in chosen}))).all()
    )
    wanted: dict[tuple[int, str], set[str]] = {}
    for row in chosen:
        wanted.setdefault((sources[row.link_id], row.kind), set()).add(row.record_id)
    keys = {
        (source, kind): subjects_of(session, vault, source, Kind(kind), ids) for (source, kind), ids in wanted.items()
    }
    found: dict[Key, str] = {}
    for row in chosen:
        subject = keys[sources[row.link_id], row.kind].get(row.record_id)
        try:
            if subject is not None and row.label:
                found[row.link_id, row.kind, row.record_id] = str(subject.open(row.label, CONTEXT))
        except Unreadable:
            continue
    return found
