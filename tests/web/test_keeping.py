"""What signing in leaves behind goes in time, and a token follows the master key when it is used."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import ApiToken, Audit, SignIn, User, WebSession
from models.vault import Vault, new_key_text
from models.words import Access
from sync.audit import Actor, Subject, record
from sync.retention import tidy
from tasks.runtime import Runtime
from tests.web.office import KEYS, open_runtime
from web.access.callers import Scope, find_token
from web.access.sessions import find_session, open_session
from web.access.tokens import make_token

ACTOR = Actor("Anna", "page")


@pytest.fixture
def runtime(fresh_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """Open an empty office."""
    opened = open_runtime(fresh_database_url, redis_url, tmp_path)
    yield opened
    opened.close()


def test_attempts_sessions_and_the_trail_go_each_at_its_own_age(runtime: Runtime) -> None:
    now = datetime.now(UTC)
    with runtime.sessions.begin() as session:
        user = User(name="Anna", role=Access.VIEWER)
        session.add(user)
        session.flush()
        for days in (0, 2, 31, 401):
            at = now - timedelta(days=days)
            session.add(SignIn(at=at, name_hash=b"a", address_hash=b"b", succeeded=False))
            session.add(WebSession(token_hash=str(days).encode(), user_id=user.id, ends_at=at))
            record(session, ACTOR, "user.add", Subject("user", str(days)))
            session.flush()
            session.scalars(select(Audit).where(Audit.subject_id == str(days))).one().at = at
    done = tidy(runtime.engine, runtime.sessions, runtime.settings)
    assert (done["sign_ins"], done["sessions"], done["audit"]) == (2, 3, 1)
    with runtime.sessions() as session:
        assert session.scalars(select(Audit.subject_id).order_by(Audit.id)).all() == ["0", "2", "31"]
        assert len(session.scalars(select(User)).all()) == 1


def test_a_token_that_is_used_follows_the_newest_key_and_a_session_ends_with_its_own(runtime: Runtime) -> None:
    fresh = new_key_text("k2")
    both, alone = Vault.from_text(f"{fresh},{KEYS}"), Vault.from_text(fresh)
    with runtime.sessions.begin() as session:
        user = User(name="Anna", role=Access.VIEWER)
        session.add(user)
        session.flush()
        cookie = open_session(session, runtime.vault, user.id)
        used = make_token(session, runtime.vault, ACTOR, "used", [Scope.READ], None)
        idle = make_token(session, runtime.vault, ACTOR, "idle", [Scope.READ], None)
    with runtime.sessions.begin() as session:
        assert find_token(session, both, used) is not None
        assert find_session(session, both, cookie) is not None
    with runtime.sessions.begin() as session:
        assert find_token(session, alone, used) is not None
        assert find_token(session, alone, idle) is None
        assert find_session(session, alone, cookie) is None
        kept = session.scalars(select(ApiToken).order_by(ApiToken.id)).all()
        assert [Vault.sealed_by(row.token_hash) for row in kept] == ["k2", "k1"]
