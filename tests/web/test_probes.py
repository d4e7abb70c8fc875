"""Health means progress: alive is not ready, and readiness is tried for real."""

import time
from datetime import UTC, datetime, timedelta

import requests
from alembic.script import ScriptDirectory
from sqlalchemy import delete, text, update

from models.database import alembic_config
from models.tables import Connection, SyncJob
from tests.web.conftest import Office
from tests.web.office import post, told
from web.metrics import REMEMBER_SECONDS
from web.progress import DISPATCHER_LOCK
from worker.dispatcher import DISPATCHER_LOCK as DISPATCHERS_OWN
from worker.health import BEAT_FILE, check


def ready(office: Office) -> tuple[int, dict[str, bool]]:
    """Ask for readiness; returns the status and which checks are well."""
    answer = requests.get(f"{office.url}/readyz", timeout=10)
    return answer.status_code, {name: it["ok"] for name, it in answer.json()["checks"].items()}


def metrics(office: Office) -> str:
    """Scrape, once the answer of an earlier scrape is forgotten."""
    time.sleep(REMEMBER_SECONDS + 0.1)
    return requests.get(f"{office.url}/metrics", timeout=10).text


def test_both_rooms_mean_the_same_lock() -> None:
    assert DISPATCHER_LOCK == DISPATCHERS_OWN


def test_the_process_is_alive_before_anything_works(office: Office) -> None:
    assert requests.get(f"{office.url}/healthz", timeout=10).status_code == 200
    assert check("web", office.runtime.settings, office.url) == (True, "answered 200")


def test_ready_needs_a_dispatcher_and_jobs_that_move(office: Office) -> None:
    status, checks = ready(office)
    assert status == 503
    assert [name for name, well in checks.items() if not well] == ["dispatcher"]
    assert check("worker", office.runtime.settings) == (False, "no worker holds the dispatcher's lock")

    with office.runtime.engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": DISPATCHER_LOCK})
        assert ready(office)[0] == 200
        assert check("worker", office.runtime.settings)[0]

        post(office.url, told("stuck"))
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        with office.runtime.sessions.begin() as session:
            session.execute(update(SyncJob).values(wanted_since=long_ago, not_before=long_ago))
        assert ready(office)[1]["progress"] is False
        assert check("worker", office.runtime.settings)[0] is False
        with office.runtime.sessions.begin() as session:
            session.execute(update(Connection).where(Connection.name == "books").values(state="parked"))
        assert ready(office)[0] == 200, "work for books that are away is no standstill"
        with office.runtime.sessions.begin() as session:
            session.execute(update(Connection).values(state="active"))
            session.execute(delete(SyncJob))


def test_a_schema_that_is_behind_is_not_ready(office: Office) -> None:
    with office.runtime.engine.begin() as session:
        held = session.scalar(text("UPDATE alembic_version SET version_num = 'older' RETURNING version_num"))
        assert held == "older"
    try:
        assert ready(office)[1]["migrations"] is False
    finally:
        with office.runtime.engine.begin() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": _head()})


def _head() -> str:
    return str(ScriptDirectory.from_config(alembic_config("postgresql://")).get_current_head())


def test_metrics_show_what_waits_and_nothing_personal(office: Office) -> None:
    post(office.url, told("measured"))
    shown = metrics(office)
    assert "boekbrug_up 1.0" in shown
    assert 'boekbrug_jobs{lane="live",state="due"} 1.0' in shown
    assert 'boekbrug_connection{connection="crm",state="active",system="simplicate"} 1.0' in shown
    assert 'boekbrug_calls_left{connection="books",window="minute"}' in shown
    assert "boekbrug_queue_age_seconds" in shown
    assert "measured" not in shown


def test_beat_is_well_while_its_file_is_touched(office: Office) -> None:
    folder = office.runtime.settings.data_dir
    assert check("beat", office.runtime.settings)[0] is False
    (folder / BEAT_FILE).touch()
    assert check("beat", office.runtime.settings)[0] is True


def test_what_does_not_answer_is_not_well(office: Office) -> None:
    assert check("flower", office.runtime.settings, "http://127.0.0.1:9") == (
        False,
        "no answer: ConnectionError",
    )
