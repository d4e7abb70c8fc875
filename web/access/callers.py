"""Let an application in by its token, for what the token's scopes name."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, HTTPException, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models.settings import Settings
from models.tables import ApiToken
from models.vault import Vault
from sync.audit import Actor
from web.site import Here, Site

TOKEN_CHARACTERS = 20
"""Shorter tokens can be guessed and are not accepted from the settings."""
LONGEST_TOKEN = 1000
HASH = "api_token"
USED_AGAIN = timedelta(minutes=1)
"""A token that was used less long ago is not written to."""


class Scope(StrEnum):
    """Name what a token may do."""

    CHANGES = "changes"
    """Tell of changes."""
    READ = "read"
    OPERATE = "operate"
    """What an operator may do on the pages."""
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Caller:
    """Hold which application calls."""

    name: str

    @property
    def actor(self) -> Actor:
        """Return the name under which an action is written down."""
        return Actor(self.name, "api")


def setting_tokens(settings: Settings) -> list[bytes]:
    """Return the tokens of the settings that are long enough; they may tell of changes and nothing else."""
    text = settings.api_tokens.get_secret_value() if settings.api_tokens else ""
    return [token.encode() for piece in text.split(",") if len(token := piece.strip()) >= TOKEN_CHARACTERS]


def _in_settings(token: str, tokens: list[bytes]) -> bool:
    """Compare with every token, in constant time, so the answer's delay tells nothing."""
    return sum(hmac.compare_digest(token.encode(), one) for one in tokens) > 0


def find_token(session: Session, vault: Vault, token: str) -> ApiToken | None:
    """Return the stored token; None when it is unknown, revoked or over.

    One that a former master key hashed is hashed anew now that it is in hand: nothing else could do so later.
    """
    now = func.now()
    row = session.scalar(
        select(ApiToken).where(
            ApiToken.token_hash.in_(vault.hashes(HASH, token)),
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.ends_at.is_(None), ApiToken.ends_at > now),
        )
    )
    if row is None:
        return None
    if vault.sealed_by(row.token_hash) != vault.current:
        row.token_hash = vault.hash(HASH, token)
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.id == row.id,
            or_(ApiToken.used_at.is_(None), ApiToken.used_at < now - USED_AGAIN),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return row


class Allows:
    """Be the dependency that lets tokens of one scope in; it names the scope, so that a test can list it."""

    def __init__(self, scope: Scope) -> None:
        """Take the scope that a token must have."""
        self.scope = scope

    def __call__(
        self, here: Here, given: Annotated[HTTPAuthorizationCredentials | None, Security(HTTPBearer(auto_error=False))]
    ) -> Caller:
        """Return who calls. Raises HTTPException 401 or 403."""
        token = given.credentials if given and len(given.credentials) <= LONGEST_TOKEN else ""
        if self.scope == Scope.CHANGES and _in_settings(token, setting_tokens(here.runtime.settings)):
            return Caller("settings")
        row = _stored(here, token) if token else None
        if row is None:
            raise HTTPException(401, "token missing or unknown", {"www-authenticate": "Bearer"})
        if self.scope not in row.scopes:
            raise HTTPException(403, f"this token lacks the scope `{self.scope}`")
        return Caller(row.name)


def _stored(site: Site, token: str) -> ApiToken | None:
    with site.runtime.sessions.begin() as session:
        return find_token(session, site.runtime.vault, token)


Reader = Annotated[Caller, Depends(Allows(Scope.READ))]
Operating = Annotated[Caller, Depends(Allows(Scope.OPERATE))]
Administering = Annotated[Caller, Depends(Allows(Scope.ADMINISTER))]
Telling = Annotated[Caller, Depends(Allows(Scope.CHANGES))]
