"""Remember signed-in browsers in the database, so that any process knows them and anyone can be shown out."""

import hmac
import secrets
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from models.tables import User, WebSession
from models.vault import Vault
from models.words import Access
from web.access.who import Who

HASH = "web_session"
LIFE = timedelta(hours=12)
"""A working day: after it they sign in again, however busy."""
IDLE = timedelta(hours=2)
SEEN_AGAIN = timedelta(minutes=1)
"""A session that was seen less long ago is not written to: reading a page costs no write."""


def open_session(session: Session, vault: Vault, user_id: int) -> str:
    """Make a session and return the cookie's value: always a new one, so that none can be planted before."""
    token = secrets.token_urlsafe(32)
    now = func.now()
    session.add(WebSession(token_hash=vault.hash(HASH, token), user_id=user_id, ends_at=now + LIFE))
    session.execute(update(User).where(User.id == user_id).values(signed_in_at=now))
    return token


def find_session(session: Session, vault: Vault, token: str) -> Who | None:
    """Return who has a session; None when it ended, or its user may no longer sign in."""
    now = func.now()
    row = session.execute(
        select(
            User.id,
            User.name,
            User.role,
            User.language,
            User.must_change,
            WebSession.token_hash,
            (WebSession.seen_at < now - SEEN_AGAIN).label("stale"),
        )
        .join(WebSession, WebSession.user_id == User.id)
        .where(
            WebSession.token_hash.in_(vault.hashes(HASH, token)),
            WebSession.ends_at > now,
            WebSession.seen_at > now - IDLE,
            User.enabled,
        )
    ).first()
    if row is None:
        return None
    if row.stale:
        session.execute(update(WebSession).where(WebSession.token_hash == row.token_hash).values(seen_at=now))
    return Who(row.id, row.name, Access(row.role), row.language, csrf_of(token), row.must_change)


def close_session(session: Session, vault: Vault, token: str) -> None:
    """End one session."""
    session.execute(delete(WebSession).where(WebSession.token_hash.in_(vault.hashes(HASH, token))))


def close_sessions(session: Session, user_id: int, but: Collection[bytes] = ()) -> int:
    """End all sessions of a user: after a new password, another role, or being switched off; returns how many.

    `but` holds the hashes of the session that asks, where that one may stay.
    """
    mine = delete(WebSession).where(WebSession.user_id == user_id, WebSession.token_hash.not_in(but))
    return cast("CursorResult[Any]", session.execute(mine)).rowcount


def csrf_of(token: str) -> str:
    """Derive what forms must carry from the session itself: nothing to store, worthless without the cookie."""
    return hmac.new(token.encode(), b"boekbrug form", sha256).hexdigest()
