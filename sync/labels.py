"""Open the names that rows carry under their record's own key, for a person's screen only."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models.tables import Link, SubjectKey
from models.vault import Subject, Unreadable, Vault

CONTEXT = "label"

Key = tuple[int, str, str]
"""Link, kind and record id."""
Owner = tuple[int, str, str]
"""Connection, kind and record id."""


class Labelled(Protocol):
    """Be a row with a sealed name: an issue, a review or a mapping."""

    @property
    def link_id(self) -> int:
        """Name the link."""

    @property
    def kind(self) -> str:
        """Name the kind of record."""

    @property
    def record_id(self) -> str:
        """Name the record in the CRM."""

    @property
    def label(self) -> bytes | None:
        """Hold the sealed name."""


def names(session: Session, vault: Vault, rows: Iterable[Labelled]) -> Mapping[Key, str]:
    """Return the names of rows by (link, kind, record), in two statements however many rows and connections.

    What was erased or has no name is left out.
    """
    chosen = [row for row in rows if row.label]
    if not chosen:
        return {}
    wanted = {row.link_id for row in chosen}
    sources = dict(session.execute(select(Link.id, Link.source_id).where(Link.id.in_(wanted))).all())
    keys = _keys(session, vault, {(sources[row.link_id], row.kind, row.record_id) for row in chosen})
    found = {
        (row.link_id, row.kind, row.record_id): _opened(keys.get((sources[row.link_id], row.kind, row.record_id)), row)
        for row in chosen
    }
    return {key: name for key, name in found.items() if name is not None}


def _keys(session: Session, vault: Vault, owners: set[Owner]) -> Mapping[Owner, Subject]:
    """Read the keys of all connections at once; a screen makes none."""
    place = tuple_(SubjectKey.connection_id, SubjectKey.kind, SubjectKey.record_id)
    rows = session.scalars(select(SubjectKey).where(place.in_(sorted(owners)), SubjectKey.sealed.is_not(None)))
    return {(row.connection_id, row.kind, row.record_id): vault.subject(row.sealed) for row in rows}


def _opened(subject: Subject | None, row: Labelled) -> str | None:
    if subject is None or row.label is None:
        return None
    try:
        return str(subject.open(row.label, CONTEXT))
    except Unreadable:
        return None
