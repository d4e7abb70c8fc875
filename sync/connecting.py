"""Take the keys of a new connection that a person pastes on a page: tried first, and kept when they work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from adapters import registry
from adapters.addresses import flaw_in
from adapters.outside import Outside
from adapters.tokens import TokenStore
from models.tables import Connection
from sync.audit import Actor, Subject, record
from sync.config.applying import write_secrets
from sync.config.loading import DEFAULT_URL, PAGE, REFS, REMOVED, TRIAL, load_stored
from sync.config.model import NAME
from sync.config.secrets import STORED, Secrets
from sync.contact import Checked, remember
from sync.trials import PASTED, NotConnected, add_trial, discard_row, greeted, judge_keys


def keys_of(system: str) -> tuple[str, ...]:
    """Return what has to be pasted to connect a system."""
    pasted = (name for name in registry.optional_credentials(system) if name == PASTED)
    return (*registry.credential_names(system), *pasted)


@dataclass(frozen=True, slots=True)
class Wish:
    """Hold what somebody filled in for a new connection."""

    name: str
    system: str
    base_url: str = ""
    """Empty takes the system's own."""
    token_url: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    hook_secret: str = field(default="", repr=False)


def try_new(outside: Outside, actor: Actor, wish: Wish) -> Checked:
    """Try a new connection out; one that answers waits, switched off, to be confirmed. Raises NotConnected."""
    _judge(outside, wish)
    row = _new_row(outside, actor, wish)
    try:
        checked = greeted(outside, row)
    except BaseException:
        discard_row(outside, row.id)
        raise
    with outside.sessions.begin() as session:
        remember(session, row.id, checked)
    return checked


def confirm(session: Session, actor: Actor, name: str) -> None:
    """Keep a connection that was tried out, and switch it on. Raises NotConnected."""
    row = _trial(session, name)
    row.options = {key: value for key, value in row.options.items() if key != TRIAL}
    row.enabled = True
    after = {"system": row.system, "base_url": row.base_url, "credentials": sorted(row.options[REFS]["credentials"])}
    record(session, actor, "connection.add", Subject("connection", name), after=after)


def discard(session: Session, actor: Actor, name: str) -> None:
    """Throw away a connection that was tried out and not confirmed. Raises NotConnected."""
    row = _trial(session, name)
    session.execute(delete(Connection).where(Connection.id == row.id))
    record(session, actor, "connection.discard", Subject("connection", name))


def remove(session: Session, actor: Actor, name: str) -> None:
    """Remove a connection that a page made; with a history it is switched off and kept. Raises NotConnected."""
    stored = load_stored(session, None)
    row = session.scalar(select(Connection).where(Connection.name == name).with_for_update())
    if row is None or PAGE not in row.options or TRIAL in row.options or row.options.get(REMOVED):
        raise NotConnected("gone")
    if name in stored.used_connections:
        row.enabled = False
        row.options = {**row.options, REMOVED: True}
    else:
        session.execute(delete(Connection).where(Connection.id == row.id))
    record(session, actor, "connection.remove", Subject("connection", name))


def _judge(outside: Outside, wish: Wish) -> None:
    if wish.system not in registry.SYSTEMS:
        raise NotConnected("system", "system")
    if not NAME.fullmatch(wish.name):
        raise NotConnected("name", "name")
    _judge_addresses(outside, wish)
    for key in keys_of(wish.system):
        if not wish.credentials.get(key):
            raise NotConnected("missing", key)
    judge_keys({key: value for key, value in wish.credentials.items() if value})
    if wish.hook_secret:
        judge_keys({"hook_secret": wish.hook_secret})


def _judge_addresses(outside: Outside, wish: Wish) -> None:
    default = registry.default_urls(wish.system).get("base_url", "")
    hosts, allowed = registry.hosts(wish.system), outside.settings.allowed_hosts
    for place, url in (("base_url", wish.base_url or default), ("token_url", wish.token_url)):
        if (url or place == "base_url") and (flaw := flaw_in(url, hosts, allowed)):
            raise NotConnected(f"address_{flaw}", place)


def _new_row(outside: Outside, actor: Actor, wish: Wish) -> Connection:
    kept = {key: value for key, value in wish.credentials.items() if value and key != PASTED}
    refs = {"credentials": dict.fromkeys(kept, STORED), "hook_secrets": [STORED] if wish.hook_secret else []}
    row = Connection(
        name=wish.name,
        system=wish.system,
        base_url=wish.base_url or registry.default_urls(wish.system).get("base_url", ""),
        options={
            **({"token_url": wish.token_url} if wish.token_url else {}),
            **({} if wish.base_url else {DEFAULT_URL: True}),
            REFS: refs,
            PAGE: True,
            TRIAL: _by(actor),
        },
        limits={},
        enabled=False,
    )
    write_secrets(row, outside.vault, Secrets(kept, (wish.hook_secret,) if wish.hook_secret else ()))
    add_trial(outside, row)
    if token := wish.credentials.get(PASTED):
        TokenStore(row.id, outside).paste(token)
    return row


def _by(actor: Actor) -> dict[str, Any]:
    return {"by": actor.by, "at": datetime.now(UTC).isoformat()}


def _trial(session: Session, name: str) -> Connection:
    row = session.scalar(select(Connection).where(Connection.name == name).with_for_update())
    if row is None or TRIAL not in row.options or not NAME.fullmatch(name):
        raise NotConnected("gone")
    return row
