"""Master keys are made and rotated by command; everything stays readable before, between and after."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from models.database import Sessions, open_engine, open_sessions
from models.tables import Connection
from models.vault import Unreadable, Vault, new_key_text
from sync.config.applying import apply, read_wanted
from sync.config.loading import connection_info
from sync.rotation import remaining, rotate, sealed_by
from tests.sync.config.files import ENVIRONMENT
from tests.sync.config.systems import SYSTEMS
from tests.worker.test_cli_configuration import TEXT, Desk

OLD, NEW = new_key_text("k1"), new_key_text("k2")
KEYS = Vault.from_text(f"{NEW},{OLD}")


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    engine = open_engine(database_url, pool=2)
    found = open_sessions(engine)
    with found.begin() as session:
        session.execute(text("TRUNCATE connection, link, subject_key CASCADE"))
    yield found
    engine.dispose()


def applied(sessions: Sessions, vault: Vault, many: int = 0) -> str:
    more = "".join(
        f"  b{n}:\n    system: snelstart\n"
        "    credentials: {subscription_key: env:BOOKS_KEY, connection_key: env:CRM_KEY}\n"
        for n in range(many)
    )
    content = TEXT.replace("links:", f"{more}links:").encode()
    return apply(sessions, vault, read_wanted(content, ENVIRONMENT, SYSTEMS), SYSTEMS).hooks["crm"]


def test_rotation_moves_seals_and_the_hash_of_the_hook_token(sessions: Sessions) -> None:
    token = applied(sessions, Vault.from_text(OLD))
    both = Vault.from_text(f"{NEW},{OLD}")
    assert remaining(sessions, both) == 4
    steps = list(rotate(sessions, both))
    assert sum(step.rows for step in steps) == 4
    only = Vault.from_text(NEW)
    with sessions() as session:
        crm = session.scalars(select(Connection).where(Connection.name == "crm")).one()
    assert crm.hook_token_hash == only.hash("hook_token", token)
    assert connection_info(crm, only, SYSTEMS).credentials["secret"] == "secret-1"
    assert sealed_by(sessions, KEYS) == {"k2": 4}


def test_a_rotation_that_was_stopped_goes_on_where_it_was(sessions: Sessions) -> None:
    applied(sessions, Vault.from_text(OLD), many=10)
    both = Vault.from_text(f"{NEW},{OLD}")
    half = rotate(sessions, both, batch=3)
    assert (next(half).rows, next(half).rows) == (3, 3)
    half.close()
    assert sealed_by(sessions, KEYS) == {"k1": 8, "k2": 6}
    with sessions() as session:
        assert all(connection_info(row, both, SYSTEMS) for row in session.scalars(select(Connection)))
    assert sum(step.rows for step in rotate(sessions, both, batch=3)) == 8
    assert remaining(sessions, both) == 0


def test_subject_keys_move_and_an_erased_one_stays_erased(sessions: Sessions) -> None:
    old, both = Vault.from_text(OLD), Vault.from_text(f"{NEW},{OLD}")
    subject, wrapped = old.new_subject()
    blob = subject.seal("Jansen", "name")
    insert = text(
        "INSERT INTO subject_key (connection_id, kind, record_id, sealed) VALUES (1, 'relation', :id, :sealed)"
    )
    with sessions.begin() as session:
        session.execute(insert, [{"id": "a", "sealed": wrapped}, {"id": "b", "sealed": None}])
    assert [step.rows for step in rotate(sessions, both)] == [1]
    with sessions() as session:
        moved, erased = session.scalars(text("SELECT sealed FROM subject_key ORDER BY record_id")).all()
    assert Vault.from_text(NEW).subject(moved).open(blob, "name") == "Jansen"
    assert erased is None


def test_a_key_that_is_gone_stops_the_rotation_and_changes_nothing(sessions: Sessions) -> None:
    applied(sessions, Vault.from_text(OLD))
    with pytest.raises(Unreadable):
        list(rotate(sessions, Vault.from_text(NEW)))
    assert sealed_by(sessions, KEYS) == {"k1": 4}


def test_by_command_with_the_key_file(tmp_path: Path, database_url: str, redis_url: str, sessions: Sessions) -> None:
    desk = Desk(tmp_path, database_url, redis_url)
    desk.json("apply", str(desk.file))
    assert desk.json("keys", "status")["waiting"] == 0
    assert desk.json("keys", "new")["key"] == "k2"
    path = tmp_path / "data" / "secret.keys"
    assert (path.stat().st_mode & 0o777, path.read_text()[:3]) == (0o600, "k2:")
    assert desk.json("keys", "status", code=1)["waiting"] == 4
    assert desk.json("plan", str(desk.file)) == {"changes": []}
    assert desk.json("keys", "rotate") == {"moved": 4, "key": "k2", "waiting": 0, "index": {}}
    assert desk.json("keys", "status")["waiting"] == 0
    path.write_text(path.read_text().partition(",")[0])
    assert desk.json("plan", str(desk.file)) == {"changes": []}


def test_by_command_with_keys_in_the_environment(
    tmp_path: Path, database_url: str, redis_url: str, sessions: Sessions
) -> None:
    desk = Desk(tmp_path, database_url, redis_url)
    desk.environment["BOEKBRUG_SECRET_KEYS"] = OLD
    desk.json("apply", str(desk.file))
    fresh = desk.json("keys", "new")["text"]
    assert not (tmp_path / "data" / "secret.keys").exists()
    desk.environment["BOEKBRUG_SECRET_KEYS"] = f"{fresh},{OLD}"
    assert desk.json("keys", "rotate")["moved"] == 4
    desk.environment["BOEKBRUG_SECRET_KEYS"] = f"k9:{b64encode(bytes(32)).decode()}"
    assert desk.json("keys", "status", code=2)["waiting"] == 4
    assert "BOEKBRUG_SECRET_KEYS" in desk.json("check", "crm", code=1)["connections"][0]["findings"][0]["nl"]
