"""Know which source records carry the same identifier, so that doubles in the CRM are seen before a write."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Identity
from models.tables import SourceIdentifier
from models.vault import Vault
from models.words import Kind, Role
from sync.identity import WORD, hashed, name_words, values
from sync.matching import STRONG
from sync.subjects import subjects_of

CONTEXT = "source_identifier"
Found = tuple[str, str, str, str]
"""A record's id, a role (empty for words), an identifier's name and its value."""


def remember(
    session: Session,
    vault: Vault,
    link_id: int,
    connection_id: int,
    identities: Mapping[str, Mapping[Role, Identity]],
) -> None:
    """Replace what is known of records (id -> role -> identity); an empty inner mapping takes one out.

    A record that was erased is not indexed again.
    """
    wanted = [(record_id, *one) for record_id, roles in identities.items() for one in dict.fromkeys(_searchable(roles))]
    hashes = {one: vault.hash(one[2], one[3]) for one in wanted}
    stale = set(_known(session, link_id, connection_id, sorted(identities))) ^ {
        (*one[:3], value) for one, value in hashes.items()
    }
    changed = {one[0] for one in stale}
    if changed:
        _forget(session, link_id, connection_id, sorted(changed))
        _index(session, vault, link_id, connection_id, {one: hashes[one] for one in wanted if one[0] in changed})


def _forget(session: Session, link_id: int, connection_id: int, record_ids: Sequence[str]) -> None:
    session.execute(
        delete(SourceIdentifier).where(
            SourceIdentifier.link_id == link_id,
            SourceIdentifier.connection_id == connection_id,
            SourceIdentifier.record_id.in_(record_ids),
        )
    )


def _index(session: Session, vault: Vault, link_id: int, connection_id: int, hashes: Mapping[Found, bytes]) -> None:
    """Store what records are found by, each value sealed with its record's own key; one without a key was erased."""
    subjects = subjects_of(session, vault, connection_id, Kind.RELATION, {one[0] for one in hashes})
    rows = [
        {
            "link_id": link_id,
            "connection_id": connection_id,
            "record_id": record_id,
            "role": role,
            "identifier": name,
            "value_hash": value_hash,
            "sealed": subjects[record_id].seal(value, CONTEXT),
        }
        for (record_id, role, name, value), value_hash in hashes.items()
        if record_id in subjects
    ]
    if rows:
        session.execute(insert(SourceIdentifier).values(rows).on_conflict_do_nothing())


def _searchable(roles: Mapping[Role, Identity]) -> Iterator[tuple[str, str, str]]:
    """Yield what a record is found by (role, name, value): strong identifiers per role, the name's words once."""
    for role, identity in roles.items():
        yield from ((role.value, name, value) for name, value in values(identity).items() if name in STRONG)
        yield from (("", WORD, word) for word in name_words(identity.name))


def _known(
    session: Session, link_id: int, connection_id: int, record_ids: Sequence[str]
) -> list[tuple[str, str, str, bytes]]:
    """Read what is indexed of records already, so that an unchanged one costs no write."""
    rows = session.execute(
        select(
            SourceIdentifier.record_id,
            SourceIdentifier.role,
            SourceIdentifier.identifier,
            SourceIdentifier.value_hash,
        ).where(
            SourceIdentifier.link_id == link_id,
            SourceIdentifier.connection_id == connection_id,
            SourceIdentifier.record_id.in_(record_ids),
        )
    )
    return [(one.record_id, one.role, one.identifier, one.value_hash) for one in rows]


def twins_of(
    session: Session, vault: Vault, link_id: int, record_id: str, role: Role, identity: Identity
) -> dict[str, list[str]]:
    """Return per identifier the other source records of the link that carry the same value in the role."""
    ours = [(name, one) for name, hashes in hashed(vault, identity).items() if name in STRONG for one in hashes]
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
