"""Each night what is older than its setting goes, and what is younger or still needed stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from models.partitions import month_after, partition_name
from models.settings import Settings
from models.tables import (
    BudgetSample,
    Connection,
    Erasure,
    Issue,
    Link,
    Mail,
    MappingHistory,
    Pulse,
    Reconciliation,
    RelationMapping,
    Review,
    Snapshot,
    WriteIntent,
)
from sync import retention
from sync.retention import kept_days, tidy
from tasks.runtime import Runtime

NOW = datetime.now(UTC)
DAYS = {
    "issues": 10,
    "intents": 20,
    "reviews": 30,
    "history": 40,
    "reports": 50,
    "snapshots": 60,
    "erasures": 70,
    "mails": 80,
    "pulses": 90,
    "samples": 95,
}
"""Another number for each, so that a mix-up shows."""


@pytest.fixture
def runtime(fresh_database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Runtime]:
    days = {f"retention_{name}_days": count for name, count in DAYS.items()}
    settings = Settings.model_validate(
        {"database_url": fresh_database_url, "redis_url": redis_url, "data_dir": tmp_path, "retention_days": 100} | days
    )
    opened = Runtime.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def mapping(runtime: Runtime) -> RelationMapping:
    """Make an office to which the rows belong."""
    with runtime.sessions.begin() as session:
        ends = [Connection(name=name, system=name, base_url="", credentials=b"") for name in ("crm", "books")]
        session.add_all(ends)
        session.flush()
        link = Link(name="office", source_id=ends[0].id, target_id=ends[1].id, rules={})
        session.add(link)
        session.flush()
        row = RelationMapping(
            link_id=link.id,
            source_connection_id=ends[0].id,
            target_connection_id=ends[1].id,
            kind="relation",
            source_id="1",
            role="customer",
            target_id="t",
            matched_by="kvk",
        )
        session.add(row)
        session.flush()
        session.expunge(row)
        return row


def row(mapping: RelationMapping, setting: str, moment: datetime) -> tuple[Any, dict[str, Any]]:
    """Return table and values of what goes by one setting, being of a moment."""
    about = {"link_id": mapping.link_id, "kind": "relation", "record_id": uuid4().hex}
    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "issues": (Issue, about | {"cause": "check.kvk", "closed_at": moment}),
        "intents": (WriteIntent, intent(mapping, settled_at=moment, state="done")),
        "reviews": (Review, about | {"role": "customer", "reason": "x", "candidates": [], "superseded_at": moment}),
        "history": (MappingHistory, {"mapping_id": mapping.id, "event": "kvk", "target_id": "t", "at": moment}),
        "reports": (Reconciliation, {"link_id": mapping.link_id, "started_at": moment}),
        "snapshots": (Snapshot, snapshot(mapping, started_at=moment, deleted=True)),
        "erasures": (Erasure, erasure(mapping, at=moment)),
        "mails": (Mail, mail(mapping, created_at=moment, state="sent")),
        "pulses": (Pulse, {"link_id": mapping.link_id, "minute": moment} | dict.fromkeys(PULSE_NUMBERS, 0)),
        "samples": (BudgetSample, sample(mapping, moment)),
    }
    return made[setting]


PULSE_NUMBERS = ("attempts", "written", "failed", "source_calls", "target_calls")


def sample(mapping: RelationMapping, moment: datetime) -> dict[str, Any]:
    return {"connection_id": mapping.source_connection_id, "window": "hour", "minute": moment, "used": 1, "left": 1}


def intent(mapping: RelationMapping, **more: Any) -> dict[str, Any]:
    about = {"source_connection_id": mapping.source_connection_id, "target_connection_id": mapping.target_connection_id}
    fixed = {"id": uuid4(), "job_id": 1, "fence": 1, "kind": "relation", "source_id": uuid4().hex, "role": "customer"}
    return about | fixed | {"operation": "create", "sealed": b"", "locate_at": NOW} | more


def snapshot(mapping: RelationMapping, **more: Any) -> dict[str, Any]:
    about = {"connection_id": mapping.source_connection_id, "kind": "relation", "record_id": uuid4().hex}
    return about | {"sealed": b""} | more


def erasure(mapping: RelationMapping, **more: Any) -> dict[str, Any]:
    about = {"connection_id": mapping.source_connection_id, "kind": "relation", "record_id": uuid4().hex}
    return about | {"by": "anna", "counts": {}} | more


def mail(mapping: RelationMapping, **more: Any) -> dict[str, Any]:
    about = {"link_id": mapping.link_id, "connection_id": mapping.source_connection_id, "kind": "relation"}
    return about | {"id": uuid4(), "record_id": "1", "sealed": b""} | more


def add(runtime: Runtime, table: Any, values: dict[str, Any]) -> None:
    with runtime.sessions.begin() as session:
        session.add(table(**values))


def count(runtime: Runtime, table: Any) -> int:
    with runtime.sessions() as session:
        return len(session.scalars(select(table)).all())


@pytest.mark.parametrize("setting", sorted(DAYS))
def test_old_rows_go_and_young_ones_stay(runtime: Runtime, mapping: RelationMapping, setting: str) -> None:
    limit = NOW - timedelta(days=DAYS[setting])
    table, old = row(mapping, setting, limit - timedelta(days=1))
    _, young = row(mapping, setting, limit + timedelta(days=1))
    add(runtime, table, old)
    add(runtime, table, young)
    assert count(runtime, table) == 2
    tidy(runtime.engine, runtime.sessions, runtime.settings)
    assert count(runtime, table) == 1
    tidy(runtime.engine, runtime.sessions, runtime.settings)
    assert count(runtime, table) == 1


def test_what_is_still_at_work_stays_however_old(runtime: Runtime, mapping: RelationMapping) -> None:
    old = NOW - timedelta(days=900)
    about = {"link_id": mapping.link_id, "kind": "relation", "record_id": "1"}
    asked = about | {"role": "customer", "reason": "x", "candidates": [], "opened_at": old, "label": b"sealed"}
    add(runtime, Issue, about | {"cause": "check.kvk", "opened_at": old})
    add(runtime, WriteIntent, intent(mapping, opened_at=old))
    add(runtime, Snapshot, snapshot(mapping, started_at=old))
    add(runtime, Mail, mail(mapping, created_at=old))
    add(runtime, Review, asked)
    add(runtime, Review, asked | {"record_id": "2", "decision": "never", "decided_at": old})
    tidy(runtime.engine, runtime.sessions, runtime.settings)
    assert [count(runtime, table) for table in (Issue, WriteIntent, Snapshot, Mail, RelationMapping)] == [1] * 5
    with runtime.sessions() as session:
        reviews = session.scalars(select(Review).order_by(Review.record_id)).all()
    assert [(one.decision, one.label) for one in reviews] == [(None, b"sealed"), ("never", None)]


def test_many_rows_go_in_batches(runtime: Runtime, mapping: RelationMapping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for _ in range(7):
        add(runtime, Erasure, erasure(mapping, at=NOW - timedelta(days=71)))
    assert tidy(runtime.engine, runtime.sessions, runtime.settings)["erasures"] == 7
    assert count(runtime, Erasure) == 0


def test_inbox_and_log_lose_months_by_their_own_settings(runtime: Runtime) -> None:
    """The log is kept longer here, as an office may want that of what was written but not of what was heard."""
    months = [month_after(NOW, -offset) for offset in (2, 3, 4, 12)]
    with runtime.engine.begin() as connection:
        for table in ("change_event", "sync_log"):
            for month in months:
                span = f"FROM ('{month:%Y-%m-%d}') TO ('{month_after(month, 1):%Y-%m-%d}')"
                connection.execute(
                    text(f"CREATE TABLE {partition_name(table, month)} PARTITION OF {table} FOR VALUES {span}")
                )
    days = {"retention_events_days": (NOW - months[0]).days, "retention_log_days": (NOW - months[2]).days}
    settings = runtime.settings.model_copy(update=days)
    tidy(runtime.engine, runtime.sessions, settings)
    with runtime.engine.connect() as connection:
        there = {
            name: connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None
            for table in ("change_event", "sync_log")
            for name in (partition_name(table, month) for month in months)
        }
    kept = [name for name, exists in there.items() if exists]
    assert kept == [partition_name("change_event", months[0]), *(partition_name("sync_log", one) for one in months[:3])]


def test_what_has_no_setting_of_its_own_follows_the_general_one() -> None:
    settings = Settings(retention_days=7, retention_log_days=9)
    assert (kept_days(settings, "events"), kept_days(settings, "log")) == (7, 9)
    assert {kept_days(settings, rule.setting) for rule in retention.RULES} == {1, 7, 8, 14, 30, 1825}


def test_none_may_be_zero_by_a_slip() -> None:
    for name in Settings.model_fields:
        if name.startswith("retention_"):
            with pytest.raises(ValueError, match=name):
                Settings.model_validate({name: 0})
