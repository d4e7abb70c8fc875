"""Find the target records among which a person may choose one for a CRM record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from adapters.base import Identity, Searched, TargetRecord
from adapters.errors import AdapterError
from adapters.outside import Outside
from models.tables import RelationMapping, TargetEntry, TargetIdentifier
from models.vault import Vault
from models.words import Kind, MappingState, Role
from sync import index
from sync.candidates import Sides
from sync.identity import WORD, name_words
from sync.locating import read_or_none
from sync.numbers_of_people import identifier_values
from sync.relinking import open_mapping, parsed_relation
from sync.ties import Refused
from sync.weighing import name_in

MOST = 50
READ = 5
"""Records whose names are read at most: an index holds none, and a longer list is to be narrowed first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold one target record that may be chosen."""

    target_id: str
    number: str | None
    active: bool
    roles: Sequence[str]
    name: str = field(default="", repr=False)
    """Empty where it was not read: nothing personal stands in the index of a listed target."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Which identifiers agree with the CRM record or differ from it."""
    holder: RelationMapping | None = None
    """The mapping that has it in this role, if any."""


def choices(outside: Outside, mapping_id: int, text: str = "") -> list[Choice]:
    """Return what a name, number or id finds, or, without one, what the CRM record's own identifiers find.

    A listed target's index answers, and the few that nobody holds are read for their names; another target is
    asked once. Raises Refused.
    """
    row, sides = open_mapping(outside, mapping_id)
    if not sides.target.listed:
        found = _asked(outside, sides, row, text)
    elif text:
        found = _indexed(outside, sides, row, text)
    else:
        found = _alike(outside, sides, row)
    fitting = [one for one in found if not one.roles or row.role in one.roles or sides.target.roles_share_record]
    with outside.sessions.begin() as session:
        holders = _holders(session, row, [one.target_id for one in fitting])
    return _called(sides, [replace(one, holder=holders.get(one.target_id)) for one in fitting][:MOST])


def _called(sides: Sides, found: list[Choice]) -> list[Choice]:
    """Name those that may be chosen, if they are few: a person chooses by name, not by id."""
    free = [one.target_id for one in found if one.active and one.holder is None and not one.name]
    names = {target_id: _name_of(sides, target_id) for target_id in free} if len(free) <= READ else {}
    return [replace(one, name=names.get(one.target_id, one.name)) for one in found]


def _name_of(sides: Sides, target_id: str) -> str:
    try:
        record = read_or_none(sides.target, target_id)
    except AdapterError:
        return ""
    return name_in(record.fields) if record is not None else ""


def _alike(outside: Outside, sides: Sides, row: RelationMapping) -> list[Choice]:
    identity = sides.target.identity(parsed_relation(outside, sides, row))
    with outside.sessions.begin() as session:
        owner = (row.source_connection_id, row.source_id)
        hits = index.find(session, outside.vault, row.target_connection_id, Role(row.role), identity, owner)
        entries = {one.target_id: one for one in _entries(session, row, [hit.target_id for hit in hits])}
    return [
        replace(_choice(entries[hit.target_id]), evidence=dict(hit.verdicts))
        for hit in hits
        if hit.target_id in entries
    ]


def _indexed(outside: Outside, sides: Sides, row: RelationMapping, text: str) -> list[Choice]:
    with outside.sessions.begin() as session:
        connection = row.target_connection_id
        by_number = select(TargetEntry.target_id).where(
            TargetEntry.connection_id == connection, TargetEntry.number == text
        )
        ids = {text, *session.scalars(by_number.limit(MOST))}
        ids |= set(_identified(session, outside.vault, connection, text))
        found = _entries(session, row, sorted(ids))
        if not found:
            found = _entries(session, row, _named(session, outside.vault, connection, text))
        return [_choice(one) for one in found]


def _identified(session: Session, vault: Vault, connection_id: int, text: str) -> Sequence[str]:
    hashes = [(name, one) for name, value in identifier_values(text) for one in vault.hashes(name, value)]
    query = select(TargetIdentifier.target_id).where(
        TargetIdentifier.connection_id == connection_id,
        tuple_(TargetIdentifier.identifier, TargetIdentifier.value_hash).in_(hashes),
    )
    return session.scalars(query.limit(MOST)).all() if hashes else ()


def _named(session: Session, vault: Vault, connection_id: int, text: str) -> Sequence[str]:
    """Return the records whose name carries every word."""
    queries = [
        select(TargetIdentifier.target_id).where(
            TargetIdentifier.connection_id == connection_id,
            TargetIdentifier.identifier == WORD,
            TargetIdentifier.value_hash.in_(vault.hashes(WORD, word)),
        )
        for word in name_words(text)
    ]
    if not queries:
        return ()
    query = queries[0]
    for other in queries[1:]:
        query = query.where(TargetIdentifier.target_id.in_(other))
    return session.scalars(query.distinct().limit(MOST)).all()


def _entries(session: Session, row: RelationMapping, ids: Sequence[str]) -> Sequence[TargetEntry]:
    return session.scalars(
        select(TargetEntry)
        .where(TargetEntry.connection_id == row.target_connection_id, TargetEntry.target_id.in_(ids))
        .order_by(TargetEntry.number, TargetEntry.target_id)
        .limit(MOST)
    ).all()


def _choice(entry: TargetEntry) -> Choice:
    return Choice(entry.target_id, entry.number, entry.active, entry.roles)


def _asked(outside: Outside, sides: Sides, row: RelationMapping, text: str) -> list[Choice]:
    """Ask the target itself; a name must be whole there."""
    if not isinstance(sides.target, Searched):
        return []
    identity = sides.target.identity(parsed_relation(outside, sides, row))
    if text:
        identity = Identity(name=text, exact_name=text.casefold(), type=identity.type)
    try:
        found = sides.target.search(identity, thorough=True)
    except AdapterError:
        raise Refused("mapping.unreachable", system=sides.target.info.name) from None
    return [_found(one) for one in found if not one.system_row]


def _found(record: TargetRecord) -> Choice:
    return Choice(record.id, record.number, record.active, sorted(record.roles), record.identity.name or "")


def _holders(session: Session, row: RelationMapping, ids: Sequence[str]) -> dict[str, RelationMapping]:
    rows = session.scalars(
        select(RelationMapping).where(
            RelationMapping.target_connection_id == row.target_connection_id,
            RelationMapping.kind == Kind(row.kind),
            RelationMapping.role == row.role,
            RelationMapping.state == MappingState.ACTIVE,
            RelationMapping.target_id.in_(ids),
        )
    )
    return {one.target_id: one for one in rows}
