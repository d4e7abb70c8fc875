"""Let a person in by name and password: slowed down, in even time, and always with a new session."""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from models.tables import User
from sync.audit import Actor, Subject, record
from tasks.runtime import Runtime
from web.access import lockout
from web.access.passwords import hash_password, outdated, password_fits
from web.access.sessions import close_session, open_session
from web.access.users import find_user

log = structlog.get_logger("web.sign_in")


@dataclass(frozen=True, slots=True)
class Entered:
    """Hold the cookie's value of a fresh session, and the language that its user chose."""

    token: str
    language: str


class Unknown(Exception):
    """Say that name and password do not belong together, never which of the two is wrong."""


def enter(runtime: Runtime, name: str, password: str, address: str, former: str) -> Entered:
    """Sign somebody in; `former` is the session that the browser had. Raises Unknown or LockedOut."""
    user = prove(runtime, name, password, address)
    fresh = hash_password(password) if user.password and outdated(user.password) else None
    with runtime.sessions.begin() as session:
        if fresh is not None:
            session.get_one(User, user.id).password = fresh
        return admit(session, runtime, user, former, "password")


def prove(runtime: Runtime, name: str, password: str, address: str) -> User:
    """Return whose name and password these are, and may sign in. Raises Unknown or LockedOut.

    No database session is held while the password is hashed, which takes as long as a page may.
    """
    with runtime.sessions.begin() as session:
        attempt = lockout.begin(session, runtime.vault, name, address)
    _let_on(runtime, attempt, name, address)
    with runtime.sessions() as session:
        user = find_user(session, name)
    if not password_fits(user.password if user else None, password) or user is None or not user.enabled:
        log.warning("sign_in.failed")
        raise Unknown
    with runtime.sessions.begin() as session:
        lockout.succeed(session, attempt)
    return user


def _let_on(runtime: Runtime, attempt: lockout.Attempt, name: str, address: str) -> None:
    """Ask whether there were too many; what the refusal forgets is committed before it goes on its way."""
    with runtime.sessions() as session:
        try:
            lockout.check(session, runtime.vault, attempt, name, address)
        except lockout.LockedOut:
            session.commit()
            log.warning("sign_in.locked_out")
            raise


def admit(session: Session, runtime: Runtime, user: User, former: str, how: str) -> Entered:
    """Open a new session for somebody who proved who they are, and close the one their browser had."""
    if former:
        close_session(session, runtime.vault, former)
    token = open_session(session, runtime.vault, user.id)
    record(session, Actor(user.name, "page"), "session.open", Subject("user", str(user.id)), after={"how": how})
    return Entered(token, user.language)
