"""Write a checked configuration to the database in one transaction, or say what that would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.database import Sessions
from models.tables import Connection, ConnectionToken, Link
from models.vault import Vault
from models.words import ConnectionState
from sync.config.checking import read_configuration
from sync.config.comparing import Change, compare, moved
from sync.config.flaws import FileRefused
from sync.config.known import KNOWN
from sync.config.loading import (
    CHECKED,
    CREDENTIALS,
    DEFAULT_URL,
    HOOK_SECRETS,
    HOOK_TOKEN,
    HOOK_TOKEN_HASH,
    PAUSED,
    REFS,
    REMOVED,
    load_stored,
)
from sync.config.model import Configuration, ConnectionBlock, LinkBlock
from sync.config.reading import Tree
from sync.config.secrets import Environment, Secrets, resolve_all, with_stored
from sync.config.systems import Systems

LOCK = 0x626F656B
"""Advisory lock of this deed: two files applied at once follow each other."""
TOKEN_BYTES = 32
"""256 bits: the address of a hook cannot be guessed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold a checked file with its secrets resolved, ready to be compared or applied."""

    configuration: Configuration
    secrets: Mapping[str, Secrets]
    tree: Tree


@dataclass(frozen=True, slots=True)
class Applied:
    """Hold what applying did."""

    changes: Sequence[Change]
    hooks: Mapping[str, str]
    """Connection -> its hook token, which the CRM needs as part of an address."""


def read_wanted(content: bytes, environment: Environment, systems: Systems = KNOWN) -> Wanted:
    """Read, check and resolve a file. Raises FileRefused; touches no database."""
    configuration, tree = read_configuration(content, systems)
    return Wanted(configuration, resolve_all(configuration.connections, tree, environment), tree)


def plan(sessions: Sessions, vault: Vault, wanted: Wanted) -> list[Change]:
    """Tell what applying would change. Raises FileRefused."""
    with sessions() as session:
        return _changes(session, vault, wanted)[0]


def apply(sessions: Sessions, vault: Vault, wanted: Wanted, systems: Systems = KNOWN) -> Applied:
    """Apply a file in one transaction: all of it or nothing. Raises FileRefused."""
    with sessions.begin() as session:
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        changes, settled = _changes(session, vault, wanted)
        writer = _Writer(session, vault, settled, systems)
        for change in changes:
            writer.write(change)
        session.flush()
        return Applied(changes, _hooks(session, vault))


def _changes(session: Session, vault: Vault, wanted: Wanted) -> tuple[list[Change], Wanted]:
    """List what changes, and fill in the secrets that the file leaves as they are stored."""
    stored = load_stored(session, vault)
    if flaws := moved(stored, wanted.configuration, wanted.tree):
        raise FileRefused(flaws)
    settled = replace(wanted, secrets=with_stored(wanted.secrets, stored.secrets, wanted.tree))
    return compare(stored, wanted.configuration, settled.secrets), settled


def _hooks(session: Session, vault: Vault) -> dict[str, str]:
    rows = session.scalars(select(Connection).where(Connection.hook_token.is_not(None)).order_by(Connection.name))
    return {row.name: vault.open(row.hook_token, HOOK_TOKEN).decode() for row in rows if row.hook_token}


class _Writer:
    """Write one change after another within the caller's transaction."""

    def __init__(self, session: Session, vault: Vault, wanted: Wanted, systems: Systems) -> None:
        self._session = session
        self._vault = vault
        self._wanted = wanted
        self._systems = systems

    def write(self, change: Change) -> None:
        """Carry one change out."""
        if change.action == "removed":
            self._session.delete(self._row(change))
            self._session.flush()
        elif change.action == "disabled":
            self._disable(self._row(change))
        elif change.noun == "connection":
            self._write_connection(change)
        else:
            self._write_link(change)

    def _row(self, change: Change) -> Connection | Link:
        return self._connection(change.name) if change.noun == "connection" else self._link(change.name)

    def _connection(self, name: str) -> Connection:
        return self._session.scalars(select(Connection).where(Connection.name == name)).one()

    def _link(self, name: str) -> Link:
        return self._session.scalars(select(Link).where(Link.name == name)).one()

    @staticmethod
    def _disable(row: Connection | Link) -> None:
        row.enabled = False
        if isinstance(row, Connection):
            row.options = {**row.options, REMOVED: True}
        else:
            row.rules = {**row.rules, REMOVED: True}

    def _write_connection(self, change: Change) -> None:
        block = self._wanted.configuration.connections[change.name]
        row = Connection(name=change.name) if change.action == "created" else self._connection(change.name)
        row.system = block.system
        row.base_url = block.base_url or self._systems.default_url(block.system) or ""
        row.options = _options(block) | _pages_own(row.options, block.enabled)
        row.limits = block.limits.model_dump(exclude_none=True)
        row.enabled = block.enabled and PAUSED not in row.options
        write_secrets(row, self._vault, self._wanted.secrets[change.name])
        self._session.add(row)
        self._session.flush()
        if change.action != "created" and change.touches("credentials", "base_url", "token_url", "system"):
            self._start_afresh(row, elsewhere=change.touches("base_url", "token_url", "system"))

    def _start_afresh(self, row: Connection, *, elsewhere: bool) -> None:
        """Forget the token of the former credentials, and the wait for a person who now has acted.

        A refresh token that was pasted stays, unless the connection now leads elsewhere.
        """
        token = ConnectionToken.connection_id == row.id
        if elsewhere:
            self._session.execute(delete(ConnectionToken).where(token))
        else:
            ended = {"expires_at": None, "lease_until": None, "generation": ConnectionToken.generation + 1}
            self._session.execute(update(ConnectionToken).where(token).values(ended))
        if row.state == ConnectionState.NEEDS_CONSENT:
            row.state = ConnectionState.ACTIVE
            row.state_reason = ""
            row.state_since = datetime.now(UTC)

    def _write_link(self, change: Change) -> None:
        block = self._wanted.configuration.links[change.name]
        row = Link(name=change.name) if change.action == "created" else self._link(change.name)
        row.source_id = self._connection(block.source).id
        row.target_id = self._connection(block.target).id
        row.rules = _rules(block) | _pages_own(row.rules, block.enabled)
        row.enabled = block.enabled and PAUSED not in row.rules
        self._session.add(row)
        self._session.flush()


def write_secrets(row: Connection, vault: Vault, secrets: Secrets) -> None:
    """Seal a connection's secrets; one that can hear web hooks gets an address, and keeps it."""
    row.credentials = vault.seal_json(dict(secrets.credentials), CREDENTIALS)
    hooks = list(secrets.hook_secrets)
    row.hook_secrets = vault.seal_json(hooks, HOOK_SECRETS) if hooks else None
    if not hooks:
        row.hook_token = row.hook_token_hash = None
    elif row.hook_token is None:
        token = token_urlsafe(TOKEN_BYTES)
        row.hook_token = vault.seal(token.encode(), HOOK_TOKEN)
        row.hook_token_hash = vault.hash(HOOK_TOKEN_HASH, token)


def _pages_own(before: Mapping[str, Any] | None, enabled: bool) -> dict[str, Any]:
    """Keep what a page wrote beside the configuration: a pause outlives a file that knows nothing of it."""
    kept = {key: one for key, one in (before or {}).items() if key in (PAUSED, CHECKED)}
    return kept | ({PAUSED: {**kept[PAUSED], "enabled": enabled}} if PAUSED in kept else {})


def _options(block: ConnectionBlock) -> dict[str, Any]:
    refs = {"credentials": dict(block.credentials), "hook_secrets": list(block.hook_secrets)}
    return {**block.options, REFS: refs, **({} if block.base_url else {DEFAULT_URL: True})}


def _rules(block: LinkBlock) -> dict[str, Any]:
    """Store rules with their defaults: what a link does never changes by installing a newer version."""
    return {kind: rule.model_dump(mode="json") for kind, rule in block.rules.items()}
