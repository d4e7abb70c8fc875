"""Keep who may sign in, each change with its audit row; pages and command line do it through these."""

import secrets
import unicodedata
from string import ascii_lowercase, digits
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.tables import User
from models.words import Access
from sync.audit import Actor, Subject, record
from web.access.passwords import LONGEST, SHORTEST, hash_password
from web.access.sessions import close_sessions

LONGEST_NAME = 200
SIGNS = "".join(sorted({*ascii_lowercase, *digits} - {*"ilo01"}))
"""Letters and figures that nobody takes for one another when reading them out."""


class Refused(Exception):
    """Say why nothing was done, by the code of a word."""

    def __init__(self, code: str) -> None:
        """Name the word."""
        super().__init__(code)
        self.code = code


def tidy_name(text: str) -> str:
    """Return a name as it is stored and looked up. Raises Refused."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused("users.name_wrong")
    return name


def hash_new(password: str) -> str:
    """Return the stored form of a password that somebody chose; apart, for it takes long. Raises Refused."""
    if len(password) < SHORTEST:
        raise Refused("users.short")
    if len(password) > LONGEST or not password.isprintable():
        raise Refused("users.odd_password")
    return hash_password(password)


def made_up_password() -> str:
    """Return a password to be used once: 20 signs, near 100 bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(4))


def find_user(session: Session, name: str) -> User | None:
    """Return the user of a name, in whatever capitals."""
    return session.scalar(select(User).where(func.lower(User.name) == func.lower(name)))


def add_user(
    session: Session, actor: Actor, name: str, role: Access, *, email: str = "", hashed: str | None, once: bool = False
) -> User:
    """Add somebody who may sign in: with a password, or, without, by the identity provider only. Raises Refused."""
    email = email.strip()
    if not email.isprintable() or len(email) > LONGEST_NAME or (email and "@" not in email):
        raise Refused("users.email_wrong")
    user = User(name=tidy_name(name), role=role, email=email, password=hashed, must_change=once)
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise Refused("users.taken") from None
    _note(session, actor, "user.add", user, after={"role": role, "password": hashed is not None})
    return user


def change_role(session: Session, actor: Actor, user_id: int, role: Access, was: Access | None = None) -> None:
    """Give another role and end the sessions; `was` is the role that the person who asks saw. Raises Refused."""
    left = _administrators(session)
    user = _locked(session, user_id)
    if was is not None and user.role != was:
        raise Refused("users.moved")
    if user.role == role:
        return
    _leave_one(user, left)
    before, user.role = user.role, role
    close_sessions(session, user.id)
    _note(session, actor, "user.role", user, before={"role": before}, after={"role": role})


def switch(session: Session, actor: Actor, user_id: int, *, on: bool) -> None:
    """Let somebody sign in again, or no more, which ends their sessions. Raises Refused."""
    left = _administrators(session)
    user = _locked(session, user_id)
    if user.enabled == on:
        return
    if not on:
        _leave_one(user, left)
        close_sessions(session, user.id)
    user.enabled = on
    _note(session, actor, "user.enable" if on else "user.disable", user)


def set_password(
    session: Session, actor: Actor, user_id: int, hashed: str, *, once: bool = False, but: list[bytes] | None = None
) -> None:
    """Store another password and end the sessions, but the one whose hashes are given. Raises Refused."""
    user = _locked(session, user_id)
    user.password, user.must_change = hashed, once
    close_sessions(session, user.id, but or [])
    _note(session, actor, "user.password", user, after={"to_be_changed": once})


def end_sessions(session: Session, actor: Actor, user_id: int, but: list[bytes] | None = None) -> int:
    """Show somebody out everywhere; returns from how many browsers. Raises Refused."""
    user = _locked(session, user_id)
    ended = close_sessions(session, user.id, but or [])
    _note(session, actor, "user.end_sessions", user, after={"sessions": ended})
    return ended


def choose_language(session: Session, actor: Actor, user_id: int, language: str) -> None:
    """Store in which language somebody wants the pages; empty leaves it to the browser. Raises Refused."""
    if language not in ("", "nl", "en"):
        raise Refused("users.language_wrong")
    user = _locked(session, user_id)
    before, user.language = user.language, language
    _note(session, actor, "user.language", user, before={"language": before}, after={"language": language})


def _locked(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise Refused("users.unknown")
    return user


def _administrators(session: Session) -> set[int]:
    """Lock all administrators, before anybody else and in one order, so that two who demote each other take turns."""
    chosen = select(User.id).where(User.role == Access.ADMINISTRATOR, User.enabled)
    return set(session.scalars(chosen.order_by(User.id).with_for_update()))


def _leave_one(user: User, administrators: set[int]) -> None:
    if administrators == {user.id}:
        raise Refused("users.only")


def _note(session: Session, actor: Actor, action: str, user: User, **values: Any) -> None:
    record(session, actor, action, Subject("user", str(user.id)), **_named(user, values))


def _named(user: User, values: dict[str, Any]) -> dict[str, Any]:
    """Say the name in the row as well: an id tells a reader nothing."""
    return values | {"after": {"name": user.name, **values.get("after", {})}}
