"""Know every column that hangs on a master key, how its rows move, and when they need the key no more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, inspect, literal, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from adapters.tokens import CONTEXT as TOKEN
from models.tables import (
    ChangeEvent,
    Claim,
    Connection,
    ConnectionToken,
    Mail,
    SourceIdentifier,
    SubjectKey,
    SyncJob,
)
from models.tables.base import key_of
from models.vault import Subject, Vault
from models.words import Kind
from sync import twins
from sync.config.loading import CREDENTIALS, HOOK_SECRETS, HOOK_TOKEN, HOOK_TOKEN_HASH
from sync.feedback.mailing import CONTEXT as MAIL
from sync.intake import EVENT_SAVER, JOB_SAVER
from sync.intents import CLAIM_CONTEXT
from sync.subjects import known_subjects

Move = Callable[[Session, Sequence[Any], Vault], None]
"""Bring some rows to the newest key."""
Owner = tuple[int, str, str]
"""Connection, kind and id of the record whose own key a value stands under."""


def _no_twin(_: Vault) -> ColumnElement[bool]:
    return literal(False)


@dataclass(frozen=True, slots=True)
class Column:
    """Name one column that a master key sealed or hashed, and how rows of it are moved.

    Which key made a value stands in its first bytes, so what is left to do needs no memory of its own.
    """

    table: type[Any]
    keyed: InstrumentedAttribute[Any]
    move: Move
    covered: Callable[[Vault], ColumnElement[bool]] = field(default=_no_twin)
    """Tells which rows under a former key have their equal under the newest, and so need it no more."""
    among: ColumnElement[bool] = field(default_factory=true)
    """Chooses the rows whose value a master key made, where in others it is their record's own."""

    @property
    def name(self) -> str:
        """Return `table.column`."""
        return f"{self.table.__tablename__}.{self.keyed.key}"

    def former(self, vault: Vault) -> ColumnElement[bool]:
        """Choose the rows that a former key made."""
        return and_(self.among, self.keyed.is_not(None), key_of(self.keyed) != vault.current.encode())

    def page(self, vault: Vault, after: tuple[Any, ...] | None, size: int) -> Select[Any]:
        """Select the next rows to move, by primary key; those that somebody holds wait for a later pass."""
        key = inspect(self.table).primary_key
        query = select(self.table).where(self.former(vault)).order_by(*key).limit(size)
        if after is not None:
            bound = [literal(value, one.type) for value, one in zip(after, key, strict=True)]
            query = query.where(tuple_(*key) > tuple_(*bound))
        return query.with_for_update(skip_locked=True, key_share=True)

    def waiting(self, session: Session, vault: Vault) -> int:
        """Count the rows that would be lost with the former keys."""
        needing = and_(self.former(vault), ~self.covered(vault))
        return session.scalar(select(func.count()).select_from(self.table).where(needing)) or 0

    def per_key(self, session: Session, vault: Vault) -> Mapping[str, int]:
        """Count the rows that need each key."""
        key = key_of(self.keyed)
        needing = or_(key == vault.current.encode(), ~self.covered(vault))
        rows = session.execute(
            select(key, func.count()).where(self.among, self.keyed.is_not(None), needing).group_by(key)
        )
        return {bytes(prefix).decode(): count for prefix, count in rows}


def resealing(attribute: str, context: str) -> Move:
    """Make the move of a column that is only sealed, not looked up by hash."""

    def move(_: Session, rows: Sequence[Any], vault: Vault) -> None:
        for row in rows:
            setattr(row, attribute, vault.seal(vault.open(getattr(row, attribute), context), context))

    return move


def _move_hook_tokens(_: Session, rows: Sequence[Connection], vault: Vault) -> None:
    """Move seal and hash together; the hash is made from the token that the seal holds."""
    for row in rows:
        if row.hook_token is not None:
            token = vault.open(row.hook_token, HOOK_TOKEN)
            row.hook_token = vault.seal(token, HOOK_TOKEN)
            row.hook_token_hash = vault.hash(HOOK_TOKEN_HASH, token.decode())


def rehashing(context: str, owner: Callable[[Any], Owner]) -> Move:
    """Make the move of hashed identifiers, whose values stand beside them under their record's own key.

    A row whose record was erased cannot be hashed anew by anybody: it goes. So does one whose equal under the
    newest key is there already.
    """

    def move(session: Session, rows: Sequence[Any], vault: Vault) -> None:
        subjects = _subjects(session, vault, {owner(row) for row in rows})
        fresh = {
            inspect(row).identity: vault.hash(row.identifier, subjects[owner(row)].open(row.sealed, context))
            for row in rows
            if owner(row) in subjects
        }
        taken = _existing(session, rows, fresh)
        for row in rows:
            value = fresh.get(inspect(row).identity)
            if value is None or (place := _place(row, value)) in taken:
                session.delete(row)
            else:
                taken.add(place)
                row.value_hash = value

    return move


def _subjects(session: Session, vault: Vault, owners: Iterable[Owner]) -> Mapping[Owner, Subject]:
    groups: dict[tuple[int, str], list[str]] = {}
    for connection_id, kind, record_id in owners:
        groups.setdefault((connection_id, kind), []).append(record_id)
    return {
        (connection_id, kind, record_id): subject
        for (connection_id, kind), ids in groups.items()
        for record_id, subject in known_subjects(session, vault, connection_id, kind, ids).items()
    }


def _place(row: Any, value: bytes) -> tuple[Any, ...]:
    """Return the primary key that a row has once its hash is the given one."""
    key = inspect(type(row)).primary_key
    return tuple(value if one.name == "value_hash" else getattr(row, one.name) for one in key)


def _existing(session: Session, rows: Sequence[Any], fresh: Mapping[Any, bytes]) -> set[tuple[Any, ...]]:
    key = inspect(type(rows[0])).primary_key
    places = [_place(row, fresh[found]) for row in rows if (found := inspect(row).identity) in fresh]
    return {tuple(found) for found in session.execute(select(*key).where(tuple_(*key).in_(places)))}


def _claimed_anew(vault: Vault) -> ColumnElement[bool]:
    """While two keys are valid a claim has a row under each; they share the write that made them."""
    other = aliased(Claim)
    same = ("target_connection_id", "role", "identifier", "source_connection_id", "source_id", "intent_id")
    return exists().where(
        *(getattr(other, name) == getattr(Claim, name) for name in same),
        key_of(other.value_hash) == vault.current.encode(),
    )


def _claimant(row: Claim) -> Owner:
    return row.source_connection_id, row.kind, row.source_id


def _carrier(row: SourceIdentifier) -> Owner:
    return row.connection_id, Kind.RELATION, row.record_id


COLUMNS: Sequence[Column] = (
    Column(Connection, Connection.credentials, resealing("credentials", CREDENTIALS)),
    Column(Connection, Connection.hook_secrets, resealing("hook_secrets", HOOK_SECRETS)),
    Column(Connection, Connection.hook_token, _move_hook_tokens),
    Column(ConnectionToken, ConnectionToken.sealed, resealing("sealed", TOKEN)),
    Column(Claim, Claim.value_hash, rehashing(CLAIM_CONTEXT, _claimant), _claimed_anew),
    Column(SourceIdentifier, SourceIdentifier.value_hash, rehashing(twins.CONTEXT, _carrier)),
    Column(SubjectKey, SubjectKey.sealed, resealing("sealed", "subject_key")),
    Column(SyncJob, SyncJob.saved_by, resealing("saved_by", JOB_SAVER)),
    Column(ChangeEvent, ChangeEvent.saved_by, resealing("saved_by", EVENT_SAVER)),
    Column(Mail, Mail.sealed, resealing("sealed", MAIL), among=Mail.record_id == ""),
)
"""Every column that a master key made, but the target index; what a record's own key sealed moves with it."""
