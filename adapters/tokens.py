"""Keep one current access token per connection, renewed by one process and stored before it is used.

Vendors rotate refresh tokens and count token calls: two who renew at once could lock the connection out.

A refresh token may come from two sides: the configuration file gives one, and a vendor's answer or a person
who pasted one replaces it. The newest act wins: what is stored remembers the fingerprint of the file's token
at that moment, and yields only to a file that names another one since.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from adapters.errors import Throttled
from adapters.outside import Outside
from models.database import Sessions
from models.tables import ConnectionToken

LEASE_SECONDS = 30.0
"""Longer than a token call may take; a renewer that died is replaced after it."""
EARLY_SECONDS = 60.0
"""A token this close to its end is renewed, so that it does not end on the way."""
POLL_SECONDS = 0.05
CONTEXT = "connection_token"

ENSURE = "INSERT INTO connection_token (connection_id) VALUES (:id) ON CONFLICT DO NOTHING"
LEASE = """UPDATE connection_token SET lease_until = now() + make_interval(secs => :lease)
           WHERE connection_id = :id AND generation = :generation
           AND (lease_until IS NULL OR lease_until < now())"""
STORE = """UPDATE connection_token SET sealed = :sealed, expires_at = :expires, lease_until = NULL,
           generation = generation + 1 WHERE connection_id = :id AND generation = :generation"""
PASTE = """INSERT INTO connection_token (connection_id, sealed, generation) VALUES (:id, :sealed, 1)
           ON CONFLICT (connection_id) DO UPDATE SET sealed = :sealed, expires_at = NULL, lease_until = NULL,
           generation = connection_token.generation + 1"""
DROP = """UPDATE connection_token SET lease_until = NULL
          WHERE connection_id = :id AND generation = :generation"""


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Hold what a token address answered; `refresh_token` only where the vendor rotates it."""

    access_token: str = field(repr=False)
    expires_in: float
    refresh_token: str | None = field(default=None, repr=False)


Fetch = Callable[[str | None], TokenGrant]
"""Ask the vendor for a token, given the newest refresh token. Raises AdapterError."""


@dataclass(frozen=True, slots=True)
class _Token:
    """Hold one generation of a connection's token; generation 0 is none yet."""

    generation: int
    access: str | None = field(default=None, repr=False)
    refresh: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    origin: str | None = field(default=None, repr=False)
    """Fingerprint of the file's refresh token when this was stored."""

    def good(self) -> bool:
        """Tell whether it lives long enough for a call."""
        if self.access is None or self.expires_at is None:
            return False
        return self.expires_at > datetime.now(UTC)


_caches: WeakKeyDictionary[Sessions, dict[int, _Token]] = WeakKeyDictionary()
"""Newest token by database and connection, to spare a query per call; the row stays the truth."""


class TokenStore:
    """Hand out the current token of one connection."""

    def __init__(self, connection_id: int, outside: Outside, given: str | None = None) -> None:
        """Name the connection, and the refresh token that its configuration gives, if any."""
        self._id = connection_id
        self._outside = outside
        self._given = given
        # Stored sealed, and of a random token: a plain digest gives nothing away and outlives the master keys.
        self._origin = sha256(given.encode()).hexdigest() if given else None
        self._cache = _caches.setdefault(outside.sessions, {})
        self._used = threading.local()

    def current(self, fetch: Fetch, refresh: bool) -> str:
        """Return a token; with `refresh` one newer than this thread had. Raises as `fetch` does."""
        refused = getattr(self._used, "generation", 0) if refresh else -1
        token = self._cache.get(self._id)
        if token is None or not self._serves(token) or token.generation <= refused:
            token = self._cache[self._id] = self._newer(fetch, refused)
        self._used.generation = token.generation
        assert token.access is not None
        return token.access

    def paste(self, refresh_token: str) -> None:
        """Use this refresh token from now on; the access token of the former one is dropped.

        Whoever renews at this moment loses: the generation moved on. Other processes may use the access token
        they have in memory until it ends.
        """
        pasted = {"access": None, "refresh": refresh_token, "origin": self._origin}
        sealed = self._outside.vault.seal_json(pasted, CONTEXT)
        with self._outside.sessions.begin() as session:
            session.execute(text(PASTE), {"id": self._id, "sealed": sealed})
        self._cache.pop(self._id, None)

    def forget(self) -> None:
        """Ask the row at the next call: somebody else put another token there."""
        self._cache.pop(self._id, None)

    def _serves(self, token: _Token) -> bool:
        """Tell whether a token is good and no newer one of the file's replaces what it came from."""
        return token.good() and not self._superseded(token)

    def _superseded(self, token: _Token) -> bool:
        """Tell whether the file names another refresh token than when this was stored."""
        return self._origin is not None and token.origin != self._origin

    def _newer(self, fetch: Fetch, refused: int) -> _Token:
        """Wait for whoever renews, or renew; no session is open while the vendor is asked."""
        until = time.monotonic() + LEASE_SECONDS
        while True:
            found = self._stored()
            if self._serves(found) and found.generation > refused:
                return found
            if self._change(LEASE, found, lease=LEASE_SECONDS):
                if renewed := self._renewed(fetch, found):
                    return renewed
            elif time.monotonic() > until:
                raise Throttled(datetime.now(UTC) + timedelta(seconds=1), "token is being renewed")
            else:
                time.sleep(POLL_SECONDS)

    def _stored(self) -> _Token:
        """Read the row."""
        with self._outside.sessions() as session:
            row = self._row(session)
            if row is None:
                session.execute(text(ENSURE), {"id": self._id})
                session.commit()
                return _Token(0)
            if row.sealed is None:
                return _Token(row.generation)
            opened = self._outside.vault.open_json(row.sealed, CONTEXT)
            origin = opened.get("origin")
            return _Token(row.generation, opened["access"], opened.get("refresh"), row.expires_at, origin)

    def _row(self, session: Session) -> ConnectionToken | None:
        return session.scalar(select(ConnectionToken).where(ConnectionToken.connection_id == self._id))

    def _renewed(self, fetch: Fetch, old: _Token) -> _Token | None:
        """Ask the vendor and commit the answer before anybody uses it; None when somebody else was first.

        Whoever commits first has won: a renewer whose lease ran out takes the winner's token.
        """
        asked_at = datetime.now(UTC)
        refresh = self._given if self._superseded(old) else old.refresh
        try:
            grant = fetch(refresh)
        except BaseException:
            self._change(DROP, old)
            raise
        early = min(EARLY_SECONDS, grant.expires_in / 10)
        expires = asked_at + timedelta(seconds=grant.expires_in - early)
        origin = self._origin or old.origin
        new = _Token(old.generation + 1, grant.access_token, grant.refresh_token or refresh, expires, origin)
        content = {"access": new.access, "refresh": new.refresh, "origin": origin}
        sealed = self._outside.vault.seal_json(content, CONTEXT)
        return new if self._change(STORE, old, sealed=sealed, expires=expires) else None

    def _change(self, statement: str, token: _Token, **values: object) -> bool:
        """Change the row if it still is the generation that was read."""
        about = {"id": self._id, "generation": token.generation, **values}
        with self._outside.sessions.begin() as session:
            return bool(getattr(session.execute(text(statement), about), "rowcount", 0))
