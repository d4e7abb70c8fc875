"""Decide which user somebody is whom the identity provider vouches for, and tie the two together for good."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.settings import Settings
from models.tables import User
from models.words import Access
from sync.audit import Actor, Subject, record
from web.access.oidc import Proof
from web.access.users import Refused, add_user, change_role

PROVIDER = Actor("identity provider", "page")

log = structlog.get_logger("web.sign_in")


class Stranger(Exception):
    """Say that the provider knows them and Boekbrug does not, or no more."""


def welcome(session: Session, settings: Settings, proof: Proof) -> User:
    """Return the user; added at the first sign-in where the settings allow that. Raises Stranger."""
    role = role_of(settings, proof.claims)
    user = session.scalar(select(User).where(User.subject == proof.subject).with_for_update())
    if user is None:
        user = _tie(session, _known(session, proof.claims) or _added(session, role, proof.claims), proof.subject)
    if not user.enabled or (settings.oidc_role_claim and role is None):
        raise Stranger
    if settings.oidc_role_claim and role is not None:
        _follow(session, user, role)
    return user


def role_of(settings: Settings, claims: Mapping[str, Any]) -> Access | None:
    """Return the highest role that the claim names, else the default one."""
    given = claims.get(settings.oidc_role_claim, ()) if settings.oidc_role_claim else ()
    named = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return next((role for role in reversed(Access) if role.value in named), settings.oidc_default_role)


def _known(session: Session, claims: Mapping[str, Any]) -> User | None:
    """Find a user whom nobody is tied to yet.

    An e-mail address counts only where the provider verified it. The name there is one that people may choose: it
    counts only for a user who was added to sign in this way and has no password that somebody else could lose.
    """
    email, name = _text(claims, "email").lower(), _text(claims, "preferred_username").lower()
    ways = []
    if email and claims.get("email_verified") is True:
        ways.append(or_(func.lower(User.email) == email, func.lower(User.name) == email))
    if name:
        ways.append((func.lower(User.name) == name) & User.password.is_(None))
    for way in ways:
        found = session.scalars(select(User).where(User.subject.is_(None), way).limit(2).with_for_update()).all()
        if len(found) == 1:
            return found[0]
    return None


def _added(session: Session, role: Access | None, claims: Mapping[str, Any]) -> User:
    if role is None:
        raise Stranger
    verified = claims.get("email_verified") is True
    email = _text(claims, "email") if verified else ""
    try:
        return add_user(session, PROVIDER, _text(claims, "preferred_username") or email, role, email=email, hashed=None)
    except Refused:
        raise Stranger from None


def _tie(session: Session, user: User, subject: str) -> User:
    """Bind the subject; a password to be used once that was never used is worth nothing any more."""
    user.subject = subject
    if user.must_change:
        user.password, user.must_change = None, False
    record(session, PROVIDER, "user.bind", Subject("user", str(user.id)), after={"name": user.name})
    return user


def _follow(session: Session, user: User, role: Access) -> None:
    """Take the provider's word for the role, but for the last administrator: somebody must keep the keys."""
    try:
        change_role(session, PROVIDER, user.id, role)
    except Refused as error:
        log.warning("sign_in.role_kept", reason=error.code)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and value.isprintable() else ""
