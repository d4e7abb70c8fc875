"""Keep which applications may call, each change with its audit row."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.tables import ApiToken
from models.vault import Vault
from sync.audit import Actor, Subject, record
from web.access.callers import HASH, Scope
from web.access.users import Refused, tidy_name

PREFIX = "bb_"
"""By this a search for leaked secrets knows one."""


def make_token(
    session: Session, vault: Vault, actor: Actor, name: str, scopes: Collection[Scope], ends_at: datetime | None
) -> str:
    """Make a token and return it, which nobody can do a second time: only its hash is kept. Raises Refused."""
    if not scopes:
        raise Refused("tokens.no_scope")
    token = PREFIX + secrets.token_urlsafe(32)
    listed = [scope.value for scope in Scope if scope in scopes]
    row = ApiToken(
        name=tidy_name(name),
        token_hash=vault.hash(HASH, token),
        scopes=listed,
        created_by=actor.by,
        ends_at=ends_at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Refused("tokens.taken") from None
    after = {"name": row.name, "scopes": listed, "ends_at": ends_at.isoformat() if ends_at else None}
    record(session, actor, "token.add", Subject("token", str(row.id)), after=after)
    return token


def revoke_token(session: Session, actor: Actor, token_id: int) -> None:
    """Let a token in no more, from its very next call. Raises Refused."""
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        raise Refused("tokens.unknown")
    if row.revoked_at is None:
        row.revoked_at = func.now()
        record(session, actor, "token.revoke", Subject("token", str(row.id)), after={"name": row.name})
