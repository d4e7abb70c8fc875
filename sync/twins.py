"""Know which source records carry the same identifier, so that doubles in the CRM are seen before a write."""

from collections.abc import Mapping

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Identity
from models.tables import SourceIdentifier
from models.vault import Vault
from models.words import Role
from sync.identity import hashed
from sync.matching import STRONG


def remember(
    session: Session,
    vault: Vault,
    link_id: int,
    connection_id: int,
    identities: Mapping[str, Mapping[Role, Identity]],
) -> None:
    """Replace what is known of records (id -> role -> identity); an empty inner mapping takes one out."""
    session.execute(
        delete(SourceIdentifier).where(
            SourceIdentifier.link_id == link_id,
            SourceIdentifier.connection_id == connection_id,
            SourceIdentifier.record_id.in_(sorted(identities)),
        )
    )
    rows = [
        {
            "link_id": link_id,
            "connection_id": connection_id,
            "record_id": record_id,
            "role": role,
            "identifier": name,
            "value_hash": hashes[0],
        }
        for record_id, roles in identities.items()
        for role, identity in roles.items()
        for name, hashes in hashed(vault, identity).items()
        if name in STRONG
    ]
    if rows:
        session.execute(insert(SourceIdentifier).values(rows).on_conflict_do_nothing())


def twins_of(
    session: Session, vault: Vault, link_id: int, record_id: str, role: Role, identity: Identity
) -> dict[str, list[str]]:
    """Return per identifier the other source records of the link that carry the same value in the role."""
    ours = [
        (name, one) for name, hashes in hashed(vault, identity).items() if name in STRONG for one in hashes
    ]
    if not ours:
        return {}
    rows = session.execute(
        select(SourceIdentifier.identifier, SourceIdentifier.record_id)
        .where(
            SourceIdentifier.link_id == link_id,
            SourceIdentifier.role == role,
            tuple_(SourceIdentifier.identifier, SourceIdentifier.value_hash).in_(ours),
            SourceIdentifier.record_id != record_id,
        )
        .distinct()
    )
    found: dict[str, list[str]] = {}
    for name, other in rows:
        found.setdefault(name, []).append(other)
    return found
