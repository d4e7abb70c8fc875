"""Find or make the key that protects one record's personal data."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.tables import SubjectKey
from models.vault import Erased, Subject, Vault
from models.words import Kind


def subject_of(session: Session, vault: Vault, connection_id: int, kind: Kind, record_id: str) -> Subject:
    """Return the record's key, made at its first use. Raises Erased once it was destroyed."""
    found = subjects_of(session, vault, connection_id, kind, [record_id])
    if record_id not in found:
        raise Erased("the data of this record were erased")
    return found[record_id]


def subjects_of(
    session: Session, vault: Vault, connection_id: int, kind: Kind, record_ids: Iterable[str]
) -> dict[str, Subject]:
    """Return the keys of many records in two statements, so a page of a list costs no more than a record."""
    wanted = sorted(set(record_ids))
    if not wanted:
        return {}
    known = _wrapped(session, connection_id, kind, wanted)
    missing = [record_id for record_id in wanted if record_id not in known]
    if missing:
        rows = [
            {"connection_id": connection_id, "kind": kind, "record_id": one, "sealed": vault.new_subject()[1]}
            for one in missing
        ]
        session.execute(insert(SubjectKey).values(rows).on_conflict_do_nothing())
        known = _wrapped(session, connection_id, kind, wanted)
    return _opened(vault, known)


def known_subjects(
    session: Session, vault: Vault, connection_id: int, kind: str, record_ids: Iterable[str]
) -> dict[str, Subject]:
    """Return the keys that exist and were not destroyed; makes none."""
    return _opened(vault, _wrapped(session, connection_id, kind, sorted(set(record_ids))))


def _wrapped(session: Session, connection_id: int, kind: str, record_ids: Sequence[str]) -> dict[str, bytes | None]:
    rows = session.execute(
        select(SubjectKey.record_id, SubjectKey.sealed).where(
            SubjectKey.connection_id == connection_id,
            SubjectKey.kind == kind,
            SubjectKey.record_id.in_(record_ids),
        )
    )
    return dict(rows.all())


def _opened(vault: Vault, known: Mapping[str, bytes | None]) -> dict[str, Subject]:
    return {record_id: vault.subject(sealed) for record_id, sealed in known.items() if sealed is not None}
