"""Find whom a hook token belongs to; what is found is remembered for a second."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from adapters.base import HookReader
from models.tables import Connection
from models.vault import Vault
from sync.config.loading import HOOK_SECRETS, HOOK_TOKEN_HASH
from tasks.runtime import Runtime

REMEMBER_SECONDS = 1.0
"""A withdrawn token or secret works at most this much longer."""

Readers = Callable[[str], HookReader | None]


@dataclass(frozen=True, slots=True)
class Door:
    """Hold what a hook must pass: the connection's secrets and the reader of its system."""

    connection_id: int
    name: str
    enabled: bool
    secrets: Sequence[str] = field(repr=False)
    reader: HookReader


class Doors:
    """Look doors up by token hash; only found ones are remembered, so strangers cannot fill the memory."""

    def __init__(self, runtime: Runtime, readers: Readers, clock: Callable[[], float] = time.monotonic) -> None:
        """Use the readers of `adapters.registry`."""
        self._runtime = runtime
        self._readers = readers
        self._clock = clock
        self._known: dict[bytes, tuple[float, Door]] = {}

    def remembered(self, token: str) -> Door | None:
        """Return the door of a token that was looked up lately, without asking the database."""
        moment, door = self._known.get(self._runtime.vault.hash(HOOK_TOKEN_HASH, token), (0.0, None))
        return door if self._clock() < moment else None

    def look_up(self, token: str) -> Door | None:
        """Ask the database; None when no connection that can hear has this token."""
        hashes = self._runtime.vault.hashes(HOOK_TOKEN_HASH, token)
        with self._runtime.sessions() as session:
            row = session.scalar(select(Connection).where(Connection.hook_token_hash.in_(hashes)))
        door = None if row is None else self._open(row)
        if door is not None:
            self._known[hashes[0]] = (self._clock() + REMEMBER_SECONDS, door)
        return door

    def _open(self, row: Connection) -> Door | None:
        reader = self._readers(row.system)
        if reader is None:
            return None
        return Door(row.id, row.name, row.enabled, _secrets(self._runtime.vault, row.hook_secrets), reader)


def _secrets(vault: Vault, sealed: bytes | None) -> list[str]:
    return [] if sealed is None else list(vault.open_json(sealed, HOOK_SECRETS))
