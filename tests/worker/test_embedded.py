"""The embedded servers come up, come back after any end, and are shared without harm."""

import logging
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from tests.fixtures.processes import StartModule
from worker.embedded import EmbeddedError, EmbeddedServers, Servers
from worker.embedded.account import current_account
from worker.embedded.processes import command_line

# An owner as a process of its own, to be killed.
OWNER = """
import pathlib, sys, time
from worker.embedded import EmbeddedServers
servers = EmbeddedServers(pathlib.Path(sys.argv[1]), fsync=False)
servers.start()
print("pids", servers.postgres.pid, servers.redis.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def kept_servers() -> Iterator[EmbeddedServers]:
    """Start servers once for the tests that stop and kill them, for making a cluster takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="bb-"))
    folder.chmod(0o711)
    servers = EmbeddedServers(folder / "data", fsync=False)
    yield servers
    servers.destroy()
    shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Return a folder that does not exist yet; pytest's own is closed to the account of the servers."""
    parent = Path(tempfile.mkdtemp(prefix="bb-"))
    parent.chmod(0o711)
    yield parent / "data"
    EmbeddedServers(parent / "data", fsync=False).destroy()
    shutil.rmtree(parent)


@pytest.fixture
def servers_of_own(kept_servers: EmbeddedServers) -> EmbeddedServers:
    """Return running servers that a test may stop and kill: the session's own are for all tests."""
    kept_servers.start()
    return kept_servers


def query(servers: EmbeddedServers, statement: str) -> object:
    with psycopg.connect(servers.addresses.database_url.replace("+psycopg", ""), autocommit=True) as session:
        cursor = session.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def remember(servers: EmbeddedServers, word: str) -> None:
    query(servers, "DROP TABLE IF EXISTS memory")
    query(servers, "CREATE TABLE memory (word text)")
    query(servers, f"INSERT INTO memory VALUES ('{word}')")


def test_addresses_work_for_the_libraries_that_use_them(database_url: str, redis_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as session:
        assert session.execute(text("SHOW timezone")).scalar() == "UTC"
    engine.dispose()
    with redis.Redis.from_url(redis_url) as client:
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_modules_get_their_own_database(servers: Servers, database_url: str) -> None:
    assert database_url != servers.database_url
    with psycopg.connect(database_url.replace("+psycopg", "")) as session:
        assert session.execute("SELECT current_database()").fetchone() != ("boekbrug",)


def test_servers_listen_on_sockets_in_a_closed_folder_only(servers_of_own: EmbeddedServers) -> None:
    found = re.search(r"host=([^&]+)", servers_of_own.addresses.database_url)
    assert found is not None
    folder = Path(found[1])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"redis.sock", ".s.PGSQL.5432"} <= {entry.name for entry in folder.iterdir()}
    assert query(servers_of_own, "SHOW listen_addresses") == ""
    with redis.Redis.from_url(servers_of_own.addresses.redis_url) as client:
        assert client.config_get("port")["port"] == "0"


def test_what_is_safe_by_default_is_weakened_for_tests_only(servers_of_own: EmbeddedServers) -> None:
    assert query(servers_of_own, "SHOW fsync") == "off"
    assert query(servers_of_own, "SHOW synchronous_commit") == "on"
    servers_of_own.stop()
    with EmbeddedServers(servers_of_own._data_dir) as normal:
        assert query(normal, "SHOW fsync") == "on"


def test_secrets_in_the_environment_do_not_reach_the_servers(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOEKBRUG_SECRET_KEYS", "k1:made-up")
    with EmbeddedServers(data_dir, fsync=False) as servers:
        for pid in (servers.postgres.pid, servers.redis.pid):
            if sys.platform == "linux":
                assert b"made-up" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_data_outlives_a_stop(servers_of_own: EmbeddedServers) -> None:
    remember(servers_of_own, "kept")
    before = servers_of_own.addresses
    servers_of_own.stop()
    assert not servers_of_own.answer()
    assert servers_of_own.start() == before
    assert query(servers_of_own, "SELECT word FROM memory") == "kept"


def test_data_outlives_a_killed_postgres(servers_of_own: EmbeddedServers) -> None:
    remember(servers_of_own, "kept")
    servers_of_own.postgres.kill()
    servers_of_own.postgres.start()
    assert query(servers_of_own, "SELECT word FROM memory") == "kept"


def test_each_server_stops_and_starts_alone(servers_of_own: EmbeddedServers) -> None:
    servers_of_own.postgres.stop()
    assert (servers_of_own.postgres.answers(), servers_of_own.redis.answers()) == (False, True)
    servers_of_own.postgres.start()
    servers_of_own.redis.kill()
    assert (servers_of_own.postgres.answers(), servers_of_own.redis.answers()) == (True, False)
    servers_of_own.redis.start()
    assert servers_of_own.answer()


def test_redis_keeps_over_a_restart_and_forgets_when_wiped(servers_of_own: EmbeddedServers) -> None:
    with redis.Redis.from_url(servers_of_own.addresses.redis_url) as client:
        client.set("word", "kept")
        servers_of_own.restart_redis()
        assert client.get("word") == b"kept"
        servers_of_own.restart_redis(wipe=True)
        assert client.get("word") is None
        client.set("word", "again")
        servers_of_own.redis.flush()
        assert client.get("word") is None


def test_a_second_start_borrows_and_does_not_stop_what_it_borrowed(servers_of_own: EmbeddedServers) -> None:
    with EmbeddedServers(servers_of_own._data_dir) as borrower:
        assert borrower.addresses == servers_of_own.addresses
        assert not borrower.owner
    assert servers_of_own.answer()


def test_a_second_start_says_so_when_the_owner_does_not_answer(
    servers_of_own: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.embedded.servers.BORROW_SECONDS", 0.2)
    servers_of_own.redis.stop()
    with pytest.raises(EmbeddedError, match="Another process owns the servers"):
        EmbeddedServers(servers_of_own._data_dir).start()


@pytest.mark.parametrize("victims", [(), ("postgres",), ("postgres", "redis")])
def test_what_a_killed_owner_left_is_adopted_or_replaced(
    data_dir: Path, tmp_path: Path, start_module: StartModule, victims: tuple[str, ...]
) -> None:
    (tmp_path / "owner.py").write_text(OWNER)
    path = os.pathsep.join((str(tmp_path), str(Path.cwd()), os.environ.get("PYTHONPATH", "")))
    ready = re.compile(r"pids (?P<postgres>\d+) (?P<redis>\d+)\n")
    owner = start_module("owner", str(data_dir), env={"PYTHONPATH": path}, ready=ready)
    pids = {name: int(pid) for name, pid in owner.wait_for(ready).groupdict().items()}
    owner.kill()
    for victim in victims:
        os.kill(pids[victim], signal.SIGKILL)
    with EmbeddedServers(data_dir, fsync=False) as heir:
        assert heir.owner
        assert heir.answer()
        assert (heir.postgres.pid == pids["postgres"]) == ("postgres" not in victims)
        assert (heir.redis.pid == pids["redis"]) == ("redis" not in victims)
    assert not any(command_line(pid) for pid in pids.values())


def test_a_lock_file_with_a_strangers_process_id_is_no_obstacle(servers_of_own: EmbeddedServers) -> None:
    servers_of_own.postgres.kill()
    lock = servers_of_own._home.root / "postgres" / "postmaster.pid"
    account = current_account()
    with subprocess.Popen(["sleep", "60"], user=account.uid if account.is_other else None) as stranger:
        lock.write_text(f"{stranger.pid}\n{lock.read_text().split(chr(10), 1)[1]}")
        servers_of_own.postgres.start()
        assert stranger.poll() is None
        stranger.kill()
    assert servers_of_own.postgres.answers()


def test_an_interrupted_first_start_is_done_again(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir, fsync=False)
    half = servers._home.folder("postgres")
    (half / "PG_VERSION").write_text("18\n")
    with servers:
        assert servers.answer()


def test_a_long_path_gets_short_sockets(data_dir: Path) -> None:
    deep = data_dir.parent / "-".join(["long"] * 20) / "data"
    deep.parent.mkdir()
    servers = EmbeddedServers(deep, fsync=False)
    with servers:
        assert servers.answer()
    sockets = servers._home.sockets
    assert EmbeddedServers(deep)._home.sockets == sockets
    servers.destroy()
    assert not sockets.exists()


def test_a_server_that_cannot_start_says_why(servers_of_own: EmbeddedServers) -> None:
    servers_of_own.stop()
    settings = servers_of_own._home.root / "postgres" / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        servers_of_own.start()
    assert not servers_of_own.owner
    settings.write_text(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step aside")
def test_root_keeps_the_data_elsewhere_when_the_folder_is_closed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with caplog.at_level(logging.WARNING):
        servers = EmbeddedServers(closed / "data", fsync=False)
    root = servers._home.root
    assert str(root) in caplog.text
    with servers:
        assert servers.answer()
    assert EmbeddedServers(closed / "data")._home.root == root
    root.rename(root.with_name("bb-moved"))
    with pytest.raises(EmbeddedError, match="Put it back, or delete"):
        EmbeddedServers(closed / "data")
    root.with_name("bb-moved").rename(root)
    servers.destroy()
    assert not root.exists()
