"""Index a target's records locally by keyed hashes, so that matching costs no call."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Identity, TargetRecord
from models.tables import Connection, RelationMapping, TargetEntry, TargetIdentifier, WriteIntent
from models.tables.base import key_of
from models.vault import Vault
from models.words import Kind, MappingState, Role
from sync.identity import EVIDENCE, WORD, hashed, word_hashes
from sync.matching import Hit, Verdict

CLOCK_JUMP_SECONDS = 60
"""A learnt offset that moves further than this (daylight saving) makes the next refresh blind again."""


def store(session: Session, vault: Vault, connection_id: int, records: Sequence[TargetRecord]) -> None:
    """Index records; those whose modification moment is known already cost no write.

    A record whose identifiers were hashed under a former key is written again.
    """
    ids = [record.id for record in records]
    known = dict(
        session.execute(
            select(TargetEntry.target_id, TargetEntry.modified_on).where(
                TargetEntry.connection_id == connection_id, TargetEntry.target_id.in_(ids)
            )
        ).all()
    )
    former = _under_former_key(session, vault, connection_id, ids)
    changed = [
        record
        for record in sorted(records, key=lambda one: one.id)
        if not record.system_row
        and (
            record.id not in known
            or record.modified_on is None
            or known[record.id] != record.modified_on
            or record.id in former
        )
    ]
    if changed:
        _write(session, vault, connection_id, changed)


def _under_former_key(session: Session, vault: Vault, connection_id: int, ids: Sequence[str]) -> set[str]:
    query = select(TargetIdentifier.target_id).where(
        TargetIdentifier.connection_id == connection_id,
        TargetIdentifier.target_id.in_(ids),
        key_of(TargetIdentifier.value_hash) != vault.current.encode(),
    )
    return set(session.scalars(query.distinct()))


def _write(session: Session, vault: Vault, connection_id: int, records: Sequence[TargetRecord]) -> None:
    statement = insert(TargetEntry).values([_entry(connection_id, record) for record in records])
    columns = ("roles", "active", "number", "modified_on")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["connection_id", "target_id"],
            set_={name: statement.excluded[name] for name in columns},
        )
    )
    _drop_identifiers(session, connection_id, [record.id for record in records])
    rows = [
        {"connection_id": connection_id, "identifier": name, "value_hash": hashes[0], "target_id": record.id}
        for record in records
        for name, hashes in hashed(vault, record.identity).items()
    ]
    rows += [
        {"connection_id": connection_id, "identifier": WORD, "value_hash": one, "target_id": record.id}
        for record in records
        for one in word_hashes(vault, record.identity.name)
    ]
    if rows:
        session.execute(insert(TargetIdentifier).values(rows).on_conflict_do_nothing())


def _entry(connection_id: int, record: TargetRecord) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "target_id": record.id,
        "roles": sorted(record.roles),
        "active": record.active,
        "number": record.number,
        "modified_on": record.modified_on,
    }


def _drop_identifiers(session: Session, connection_id: int, ids: Sequence[str]) -> None:
    session.execute(
        delete(TargetIdentifier).where(
            TargetIdentifier.connection_id == connection_id, TargetIdentifier.target_id.in_(ids)
        )
    )


def forget(session: Session, connection_id: int, ids: Sequence[str]) -> None:
    """Take records out of the index that the target no longer has."""
    if ids:
        _drop_identifiers(session, connection_id, ids)
        session.execute(
            delete(TargetEntry).where(TargetEntry.connection_id == connection_id, TargetEntry.target_id.in_(ids))
        )


def find(
    session: Session,
    vault: Vault,
    connection_id: int,
    role: Role,
    identity: Identity,
    owner: tuple[int, str],
    among: Collection[str] | None = None,
) -> list[Hit]:
    """Return the target records of a role that share an identifier, with how all of them compare.

    `among` are the only ones that still stand there, where that is known better than by the index.
    """
    ours = hashed(vault, identity)
    pairs = [(name, one) for name, hashes in ours.items() if name not in EVIDENCE for one in hashes]
    if not pairs:
        return []
    chosen = [
        entry
        for entry in _sharing(session, connection_id, pairs)
        if (role in entry.roles or not entry.roles) and (among is None or entry.target_id in among)
    ]
    theirs = _identifiers(session, connection_id, [entry.target_id for entry in chosen])
    # In this order: a create that ends between the two looks is seen by the second.
    taken = _being_created(session, connection_id, chosen, owner)
    taken |= _taken(session, connection_id, role, [entry.target_id for entry in chosen], owner)
    return [
        Hit(
            entry.target_id,
            _verdicts(ours, theirs.get(entry.target_id, {})),
            entry.active,
            taken.get(entry.target_id),
        )
        for entry in chosen
    ]


def _sharing(session: Session, connection_id: int, pairs: Sequence[tuple[str, bytes]]) -> Sequence[TargetEntry]:
    wanted = select(TargetIdentifier.target_id).where(
        TargetIdentifier.connection_id == connection_id,
        tuple_(TargetIdentifier.identifier, TargetIdentifier.value_hash).in_(pairs),
    )
    return session.scalars(
        select(TargetEntry).where(TargetEntry.connection_id == connection_id, TargetEntry.target_id.in_(wanted))
    ).all()


def _identifiers(session: Session, connection_id: int, ids: Sequence[str]) -> dict[str, dict[str, set[bytes]]]:
    found: dict[str, dict[str, set[bytes]]] = {}
    rows = session.execute(
        select(TargetIdentifier.target_id, TargetIdentifier.identifier, TargetIdentifier.value_hash).where(
            TargetIdentifier.connection_id == connection_id, TargetIdentifier.target_id.in_(ids)
        )
    )
    for target_id, name, value in rows:
        found.setdefault(target_id, {}).setdefault(name, set()).add(value)
    return found


def _verdicts(ours: dict[str, list[bytes]], theirs: dict[str, set[bytes]]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for name, hashes in ours.items():
        there = theirs.get(name)
        verdicts[name] = "absent" if not there else "agrees" if there & set(hashes) else "differs"
    return verdicts


def _being_created(
    session: Session, connection_id: int, entries: Sequence[TargetEntry], owner: tuple[int, str]
) -> dict[str, str]:
    """Name the record whose unsettled create reserved an entry's number: what stands there is probably its own."""
    entry_of = {int(entry.number): entry.target_id for entry in entries if entry.number}
    rows = session.execute(
        select(WriteIntent.number, WriteIntent.source_connection_id, WriteIntent.source_id).where(
            WriteIntent.target_connection_id == connection_id,
            WriteIntent.state == "open",
            WriteIntent.operation == "create",
            WriteIntent.number.in_(entry_of),
        )
    )
    return {
        entry_of[number]: source
        for number, connection, source in rows
        if number is not None and (connection, source) != owner
    }


def _taken(
    session: Session, connection_id: int, role: Role, ids: Sequence[str], owner: tuple[int, str]
) -> dict[str, str]:
    rows = session.execute(
        select(RelationMapping.target_id, RelationMapping.source_connection_id, RelationMapping.source_id).where(
            RelationMapping.target_connection_id == connection_id,
            RelationMapping.kind == Kind.RELATION,
            RelationMapping.role == role,
            RelationMapping.state == MappingState.ACTIVE,
            RelationMapping.target_id.in_(ids),
        )
    )
    return {target: source for target, connection, source in rows if (connection, source) != owner}


def number_in_use(session: Session, connection_id: int, number: int) -> bool:
    """Tell whether the index knows a record, active or not, under a number."""
    query = select(TargetEntry.target_id).where(
        TargetEntry.connection_id == connection_id, TargetEntry.number == str(number)
    )
    return session.scalar(query.limit(1)) is not None


def learn_clock(session: Session, connection_id: int, modified_on: datetime | None) -> None:
    """Learn how the vendor's clock stands to ours from the answer to our own write."""
    if modified_on is None:
        return
    offset = (modified_on - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    connection = session.get_one(Connection, connection_id)
    known = connection.clock_offset_seconds
    if known is None:
        connection.clock_offset_seconds = offset
    elif abs(known - offset) > CLOCK_JUMP_SECONDS:
        connection.clock_offset_seconds = None
