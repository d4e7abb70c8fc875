"""Move stored secrets and lookups to the newest master key, in batches that may be stopped at any moment."""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.database import Sessions
from models.tables import Connection, Link, TargetEntry, TargetIdentifier, TargetIndex
from models.tables.base import key_of
from models.vault import Vault
from sync.rotating import COLUMNS, Column

BATCH = 500
"""Rows per transaction: a second of work, so nobody waits for a lock and little is lost when stopped."""
PASSES = 10
"""Rows that others held are met again later; who still writes under a former key must be restarted."""
TRIES = 50
BRIEFLY = text("SET LOCAL lock_timeout = '200ms'")
"""Below PostgreSQL's deadlock_timeout (1 s): where a job and we wait for each other, we give way."""
GIVE_WAY = frozenset({"55P03", "40P01", "23505"})
"""Lock not available, deadlock, and the same row written by somebody in this very moment."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Report one committed batch."""

    name: str
    rows: int


def remaining(sessions: Sessions, vault: Vault, columns: Sequence[Column] = COLUMNS) -> int:
    """Count the values that need a former key and that `rotate` moves."""
    with sessions() as session:
        return sum(column.waiting(session, vault) for column in columns)


def rotate(
    sessions: Sessions, vault: Vault, columns: Sequence[Column] = COLUMNS, batch: int = BATCH
) -> Generator[Progress, None, None]:
    """Move everything to the newest key, one committed batch at a time; a second run goes on from there.

    Jobs may run meanwhile, under both keys. The target index holds no values: it will be read anew,
    and a former key is needed until `unread` is empty. Raises Unreadable when a key is not configured.
    """
    for column in columns:
        yield from _move_all(sessions, vault, column, batch)
    if dropped := _ask_for_readings(sessions, vault):
        yield Progress(TargetIdentifier.__tablename__, dropped)


def sealed_by(sessions: Sessions, vault: Vault, columns: Sequence[Column] = COLUMNS) -> dict[str, int]:
    """Count the values that need each key, so that one is only thrown away when nothing needs it any more."""
    counts: Counter[str] = Counter()
    with sessions() as session:
        for column in columns:
            counts.update(column.per_key(session, vault))
        key = key_of(TargetIdentifier.value_hash)
        for prefix, count in session.execute(select(key, func.count()).group_by(key)):
            counts[bytes(prefix).decode()] += count
    return dict(counts)


def unread(sessions: Sessions, vault: Vault) -> Mapping[str, int]:
    """Count per target the index rows under a former key; they go when the target is read as a whole."""
    with sessions() as session:
        ids = dict(_index_rows(session, vault))
        rows = session.execute(select(Connection.id, Connection.name).where(Connection.id.in_(ids)))
        names = {connection_id: name for connection_id, name in rows}  # noqa: C416 - a row is no pair to mypy
        return {names.get(connection_id, str(connection_id)): count for connection_id, count in ids.items()}


def _move_all(sessions: Sessions, vault: Vault, column: Column, size: int) -> Iterator[Progress]:
    for _ in range(PASSES):
        yield from _pass(sessions, vault, column, size)
        with sessions() as session:
            if not column.waiting(session, vault):
                return
        time.sleep(0.05)


def _pass(sessions: Sessions, vault: Vault, column: Column, size: int) -> Iterator[Progress]:
    """Go through the rows once, in the order of their primary key."""
    after: tuple[Any, ...] | None = None
    while True:
        last, rows = _patient_batch(sessions, vault, column, after, size)
        if rows:
            yield Progress(column.name, rows)
        if rows < size:
            return
        after = last


def _patient_batch(
    sessions: Sessions, vault: Vault, column: Column, after: tuple[Any, ...] | None, size: int
) -> tuple[tuple[Any, ...] | None, int]:
    for _ in range(TRIES):
        try:
            return _batch(sessions, vault, column, after, size)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in GIVE_WAY:
                raise
            time.sleep(0.05)
    return _batch(sessions, vault, column, after, size)


def _batch(
    sessions: Sessions, vault: Vault, column: Column, after: tuple[Any, ...] | None, size: int
) -> tuple[tuple[Any, ...] | None, int]:
    with sessions.begin() as session:
        session.execute(BRIEFLY)
        rows = session.scalars(column.page(vault, after, size)).all()
        last = inspect(rows[-1]).identity if rows else None
        if rows:
            column.move(session, rows, vault)
        return last, len(rows)


def _index_rows(session: Session, vault: Vault) -> list[tuple[int, int]]:
    query = (
        select(TargetIdentifier.connection_id, func.count())
        .where(key_of(TargetIdentifier.value_hash) != vault.current.encode())
        .group_by(TargetIdentifier.connection_id)
    )
    return [(connection_id, count) for connection_id, count in session.execute(query)]


def _ask_for_readings(sessions: Sessions, vault: Vault) -> int:
    """Let the next refresh of each index read everything; drop what belongs to targets that nothing reads."""
    dropped = 0
    with sessions.begin() as session:
        used = set(
            session.scalars(
                select(Link.target_id)
                .join(Connection, Connection.id == Link.target_id)
                .where(Link.enabled, Connection.enabled)
            )
        )
        for connection_id, count in _index_rows(session, vault):
            own = TargetIndex.connection_id == connection_id
            session.execute(update(TargetIndex).where(own).values(full_at=None))
            if connection_id not in used:
                _drop(session, vault, connection_id)
                dropped += count
    return dropped


def _drop(session: Session, vault: Vault, connection_id: int) -> None:
    """Forget hashes in such a way that whoever uses the target again reads all of it first."""
    session.execute(update(TargetIndex).where(TargetIndex.connection_id == connection_id).values(fresh_at=None))
    # A record whose modification moment is known would not be indexed again.
    session.execute(update(TargetEntry).where(TargetEntry.connection_id == connection_id).values(modified_on=None))
    session.execute(
        delete(TargetIdentifier).where(
            TargetIdentifier.connection_id == connection_id,
            key_of(TargetIdentifier.value_hash) != vault.current.encode(),
        )
    )
