"""Read configuration back from rows: as blocks to compare and export, and as what adapters need."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from adapters.base import ConnectionInfo
from models.tables import (
    BudgetBlock,
    ChangeEvent,
    Connection,
    Issue,
    Link,
    Reconciliation,
    RelationMapping,
    Review,
    Snapshot,
    SubjectKey,
    SyncJob,
    SyncLog,
    TargetEntry,
)
from models.vault import Unreadable, Vault
from sync.config.comparing import Stored
from sync.config.known import KNOWN
from sync.config.model import Configuration, ConnectionBlock, Limits, LinkBlock
from sync.config.rules import KINDS
from sync.config.secrets import Secrets
from sync.config.systems import Systems

CREDENTIALS = "connection.credentials"
HOOK_SECRETS = "connection.hook_secrets"
HOOK_TOKEN = "connection.hook_token"  # noqa: S105 - names the column as sealing context
HOOK_TOKEN_HASH = "hook_token"  # noqa: S105 - names the hash

REFS = "_refs"
"""Reserved option: the references to secrets as the file writes them."""
DEFAULT_URL = "_default_url"
"""Reserved option: the file names no address; `base_url` holds the system's own."""
REMOVED = "_removed"
"""Reserved in options and rules: no longer in the file, kept because history hangs on it."""

PAGE = "_page"
"""Reserved option: made on a page, so no file removes or changes it before it names it."""
TRIAL = "_trial"
"""Reserved option: being tried out on a page; not part of the configuration until somebody confirmed it."""
PAUSED = "_paused"
"""Reserved in options and rules: who paused it when and why, and whether it is on without the pause."""
CHECKED = "_checked"
"""Reserved option: what the last test on a page found."""

LINK_TRACES: tuple[InstrumentedAttribute[int], ...] = (
    RelationMapping.link_id,
    SyncJob.link_id,
    SyncLog.link_id,
    Issue.link_id,
    Review.link_id,
    Reconciliation.link_id,
)
CONNECTION_TRACES: tuple[InstrumentedAttribute[int], ...] = (
    # A block of calls stays too: a connection made anew would spend the same hour twice.
    Snapshot.connection_id,
    TargetEntry.connection_id,
    BudgetBlock.connection_id,
    ChangeEvent.connection_id,
    SubjectKey.connection_id,
)


def connection_info(row: Connection, vault: Vault, systems: Systems = KNOWN) -> ConnectionInfo:
    """Return what an adapter needs to know of a connection, decrypted. Raises Unreadable."""
    secrets = open_secrets(row, vault)
    return ConnectionInfo(
        id=row.id,
        name=row.name,
        system=row.system,
        base_url=row.base_url,
        credentials=secrets.credentials,
        hook_secrets=secrets.hook_secrets,
        options=own_options(row.options),
        limits={**systems.default_limits(row.system), **row.limits},
        guarded=PAGE in row.options,
    )


def own_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the file gave, without the reserved ones."""
    return {key: value for key, value in options.items() if not key.startswith("_")}


def link_rules(link: Link, key: str = "relations") -> dict[str, Any]:
    """Return a link's rules of one kind with all defaults, or {} when it does not carry that kind."""
    if key not in link.rules:
        return {}
    return KINDS[key].model_validate(link.rules[key]).model_dump()


def wished_on(row: Connection | Link) -> bool:
    """Tell whether the configuration has it on, whatever a pause says."""
    paused = (row.options if isinstance(row, Connection) else row.rules).get(PAUSED)
    return bool(paused["enabled"]) if paused else row.enabled


def open_secrets(row: Connection, vault: Vault) -> Secrets:
    """Decrypt a connection's secrets. Raises Unreadable."""
    hooks = vault.open_json(row.hook_secrets, HOOK_SECRETS) if row.hook_secrets else []
    return Secrets(vault.open_json(row.credentials, CREDENTIALS), tuple(hooks))


def load_stored(session: Session, vault: Vault | None) -> Stored:
    """Read the whole configuration from rows; without a vault the secrets stay closed, as for an export."""
    connections = session.scalars(select(Connection).order_by(Connection.id)).all()
    links = session.scalars(select(Link).order_by(Link.id)).all()
    names = {row.id: row.name for row in connections}
    on_page = frozenset(row.name for row in connections if PAGE in row.options)
    used_links = _used(session, Link.id, LINK_TRACES)
    joined = {end for link in links if _stays(link, used_links) for end in (link.source_id, link.target_id)}
    used_connections = _used(session, Connection.id, CONNECTION_TRACES) | joined
    return Stored(
        _configuration(connections, links, names, removed=False),
        _configuration(connections, links, names, removed=True),
        {row.name: _try_open(row, vault) for row in connections} if vault else {},
        frozenset(names[found] for found in used_connections),
        frozenset(link.name for link in links if link.id in used_links),
        on_page,
        frozenset(row.name for row in connections if TRIAL in row.options),
    )


def _stays(link: Link, used: frozenset[int]) -> bool:
    return link.id in used or bool(link.rules.get(REMOVED))


def _used(
    session: Session, own: InstrumentedAttribute[int], traces: Iterable[InstrumentedAttribute[int]]
) -> frozenset[int]:
    """Return the ids that rows of other tables refer to; each table is asked through an index."""
    found: set[int] = set()
    for trace in traces:
        refers: ColumnElement[bool] = exists().where(trace == own)
        found.update(session.scalars(select(own).where(refers)))
    return frozenset(found)


def _configuration(
    connections: Iterable[Connection], links: Iterable[Link], names: Mapping[int, str], *, removed: bool
) -> Configuration:
    return Configuration(
        connections={
            row.name: connection_block(row)
            for row in connections
            if row.options.get(REMOVED, False) == removed and TRIAL not in row.options
        },
        links={link.name: link_block(link, names) for link in links if link.rules.get(REMOVED, False) == removed},
    )


def _try_open(row: Connection, vault: Vault) -> Secrets | None:
    try:
        return open_secrets(row, vault)
    except Unreadable:
        return None


def connection_block(row: Connection) -> ConnectionBlock:
    """Return a row in the shape of the file, with references instead of secrets."""
    refs = row.options.get(REFS, {})
    return ConnectionBlock.model_construct(
        system=row.system,
        base_url=None if row.options.get(DEFAULT_URL) else row.base_url,
        credentials=refs.get("credentials", {}),
        hook_secrets=refs.get("hook_secrets", []),
        limits=Limits(**row.limits),
        enabled=wished_on(row),
        options=own_options(row.options),
    )


def link_block(row: Link, names: Mapping[int, str]) -> LinkBlock:
    """Return a row in the shape of the file."""
    return LinkBlock(
        source=names[row.source_id],
        target=names[row.target_id],
        enabled=wished_on(row),
        rules={key: KINDS[key].model_validate(rules) for key, rules in row.rules.items() if key in KINDS},
    )
