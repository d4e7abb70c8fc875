"""Move stored secrets and lookups to the newest master key, in batches that may be stopped at any moment."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.database import Sessions
from models.tables import Connection, SubjectKey
from models.vault import Vault
from sync.config.loading import CREDENTIALS, HOOK_SECRETS, HOOK_TOKEN, HOOK_TOKEN_HASH

BATCH = 500
"""Rows per transaction: a second of work, so nobody waits for a lock and little is lost when stopped."""

Move = Callable[[Any, Vault], None]
"""Bring one row to the newest key."""


@dataclass(frozen=True, slots=True)
class Column:
    """Name one column that the vault itself seals, and how a row of it is moved.

    Which key sealed a value stands in its first bytes, so what is left to do needs no memory of its own.
    """

    table: type[Any]
    sealed: InstrumentedAttribute[Any]
    move: Move

    @property
    def name(self) -> str:
        """Return `table.column`."""
        return f"{self.table.__tablename__}.{self.sealed.key}"


def resealing(attribute: str, context: str) -> Move:
    """Make the move of a column that is only sealed, not looked up by hash."""

    def move(row: Any, vault: Vault) -> None:
        setattr(row, attribute, vault.seal(vault.open(getattr(row, attribute), context), context))

    return move


def _move_hook_token(row: Connection, vault: Vault) -> None:
    """Move seal and hash together; the hash is made from the token that the seal holds."""
    if row.hook_token is not None:
        token = vault.open(row.hook_token, HOOK_TOKEN)
        row.hook_token = vault.seal(token, HOOK_TOKEN)
        row.hook_token_hash = vault.hash(HOOK_TOKEN_HASH, token.decode())


COLUMNS: Sequence[Column] = (
    Column(Connection, Connection.credentials, resealing("credentials", CREDENTIALS)),
    Column(Connection, Connection.hook_secrets, resealing("hook_secrets", HOOK_SECRETS)),
    Column(Connection, Connection.hook_token, _move_hook_token),
    Column(SubjectKey, SubjectKey.sealed, resealing("sealed", "subject_key")),
)
"""Every column sealed by a master key. Values under a record's own key move with that key alone."""

Rebuild = Callable[[Sessions, Vault], Iterator[int]]
"""Re-hash one table whose values cannot be got back from their hash; yields rows done per committed batch."""

REBUILDS: Sequence[tuple[str, Rebuild]] = ()
"""Hashed lookups: the target index from a full refresh, claims and source identifiers from snapshots."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Report one committed batch."""

    name: str
    rows: int


def remaining(sessions: Sessions, vault: Vault, columns: Sequence[Column] = COLUMNS) -> int:
    """Count the values that a former key sealed."""
    with sessions() as session:
        return sum(_count(session, column, vault) for column in columns)


def rotate(
    sessions: Sessions,
    vault: Vault,
    columns: Sequence[Column] = COLUMNS,
    rebuilds: Sequence[tuple[str, Rebuild]] = REBUILDS,
    batch: int = BATCH,
) -> Generator[Progress, None, None]:
    """Move everything to the newest key, one committed batch at a time; a second run goes on from there.

    Both keys must stay configured until it is done. Raises Unreadable when a value's key is not configured.
    """
    for column in columns:
        while rows := _batch(sessions, column, vault, batch):
            yield Progress(column.name, rows)
    for name, rebuild in rebuilds:
        for rows in rebuild(sessions, vault):
            yield Progress(name, rows)


def sealed_by(sessions: Sessions, columns: Sequence[Column] = COLUMNS) -> dict[str, int]:
    """Count sealed values per key id, so that a key is only thrown away when it opens nothing any more."""
    counts: Counter[str] = Counter()
    with sessions() as session:
        for column in columns:
            for prefix, count in session.execute(_per_key(column)):
                counts[bytes(prefix).decode()] += count
    return dict(counts)


def _batch(sessions: Sessions, column: Column, vault: Vault, size: int) -> int:
    with sessions.begin() as session:
        query = _old(select(column.table), column, vault).limit(size).with_for_update()
        rows = session.scalars(query).all()
        for row in rows:
            column.move(row, vault)
        return len(rows)


def _count(session: Session, column: Column, vault: Vault) -> int:
    return session.scalar(_old(select(func.count()).select_from(column.table), column, vault)) or 0


def _old(query: Select[Any], column: Column, vault: Vault) -> Select[Any]:
    """Keep the rows whose value a former key sealed."""
    newest = literal(vault.current.encode(), LargeBinary)
    return query.where(column.sealed.is_not(None), _key_id(column) != newest)


def _per_key(column: Column) -> Select[bytes, int]:
    key = _key_id(column)
    return select(key, func.count()).where(column.sealed.is_not(None)).group_by(key)


def _key_id(column: Column) -> ColumnElement[bytes]:
    """Read the key's id off a sealed value, in the database: length byte first (models.vault)."""
    return func.substring(column.sealed, 2, func.get_byte(column.sealed, 0), type_=LargeBinary)
