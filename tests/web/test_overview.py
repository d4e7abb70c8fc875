"""The overview answers whether everything is in; what a comparison found is shown, previewed and repaired."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import event, func, select, text, update

from models.tables import (
    Audit,
    BudgetSample,
    Connection,
    Link,
    LinkTally,
    Pulse,
    Reconciliation,
    RelationMapping,
    SyncJob,
)
from sync.comparisons import RECONCILE_LOCK
from sync.pulses import count_relations
from sync.repairing import repair_findings, report_findings
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers
from web.progress import DISPATCHER_LOCK
from web.queries.charts import read_chart
from web.queries.overview import read_overview

NOW = datetime.now(UTC)
FINDINGS = [
    {
        "finding": "differs",
        "record_id": "organization:d",
        "role": "customer",
        "target_id": "t-d",
        "fields": ["telefoon"],
    },
    {"finding": "unmapped", "record_id": "organization:u", "role": "customer", "target_id": "", "fields": []},
    {"finding": "only_in_books", "record_id": "", "role": "", "target_id": "=HYPERLINK(1)", "fields": []},
    *(
        {
            "finding": "inactive_in_books",
            "record_id": f"organization:i{n}",
            "role": "supplier",
            "target_id": f"t{n}",
            "fields": [],
        }
        for n in range(60)
    ),
]


@pytest.fixture(autouse=True)
def anew(office: Office) -> Iterator[None]:
    """Empty what the tests of this file fill."""
    yield
    with office.runtime.sessions.begin() as session:
        for table in (
            "sync_job",
            "issue",
            "relation_mapping",
            "link_tally",
            "pulse",
            "budget_sample",
            "reconciliation",
            "audit",
        ):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(
            update(Connection).values(state="active", state_reason="", throttled_until=None, next_probe_at=None)
        )


def job(office: Office, record: str, **more: Any) -> None:
    with office.runtime.sessions.begin() as session:
        link = session.get_one(Link, office.link)
        ends = {"link_id": link.id, "source_connection_id": link.source_id, "target_connection_id": link.target_id}
        session.add(SyncJob(**ends, kind="relation", record_id=record, lane="live", correlation_id=uuid4(), **more))
        if more.get("state") == "done":
            tied = {"source_id": record, "role": "customer", "target_id": record, "matched_by": "kvk"}
            session.add(RelationMapping(**ends, kind="relation", **tied))


def report(office: Office, **more: Any) -> int:
    counts = {"in_sync": 7, "differs": 1, "unmapped": 1, "only_in_books": 1, "inactive_in_books": 60}
    given = {
        "counts": counts,
        "findings": FINDINGS,
        "finished_at": NOW,
        "started_at": NOW - timedelta(minutes=3),
    } | more
    with office.runtime.sessions.begin() as session:
        row = Reconciliation(link_id=office.link, **given)
        session.add(row)
        session.flush()
        return row.id


def headline(shown: str) -> str:
    found = re.search(r'<p class="lead (\w+)">([^<]*)</p>', shown)
    assert found is not None
    return f"{found[1]}: {found[2]}"


def test_it_is_said_in_one_sentence_whether_everything_is_in(office: Office, viewer: Browser) -> None:
    job(office, "a", state="done")
    assert headline(viewer.get("/").text) == "good: Alles is verwerkt."
    job(office, "b", state="due", wanted_since=func.now() - timedelta(minutes=2))
    assert headline(viewer.get("/").text) == "wait: 1 wijziging wacht, de oudste 2 minuten."
    job(office, "c", state="due", wanted_since=func.now())
    job(office, "d", state="held")
    assert (
        headline(viewer.get("/").text) == "bad: 2 wijzigingen wachten, de oudste 2 minuten; 1 relatie vraagt aandacht."
    )
    english = viewer.get("/?language=en").text
    assert headline(english) == "bad: 2 changes wait, the oldest 2 minutes; 1 relation needs attention."

    known = requests.get(f"{office.url}/api/overview", headers=api_headers(office.runtime, "read"), timeout=10).json()
    assert (known["everything_in"], known["waiting"], known["wrong"]) == (False, 2, 1)
    (link,) = known["links"]
    assert [link[name] for name in ("in_sync", "waiting", "wrong", "excluded")] == [1, 2, 1, 0]


def test_connections_say_what_is_the_matter_and_what_comes_next(office: Office, viewer: Browser) -> None:
    job(office, "a", state="due")
    zone_two = datetime(NOW.year, NOW.month, NOW.day, 12, 2, tzinfo=UTC)
    with office.runtime.sessions.begin() as session:
        session.execute(
            update(Connection)
            .where(Connection.name == "books")
            .values(
                state="parked",
                state_reason="<b>timeout</b>",
                state_since=zone_two,
                next_probe_at=zone_two + timedelta(minutes=5),
            )
        )
        crm = {"throttled_until": func.now() + timedelta(hours=1)}
        session.execute(update(Connection).where(Connection.name == "crm").values(crm))
    shown = viewer.get("/").text
    assert re.search(
        r"SnelStart \(books\) is onbereikbaar sinds 1[34]:02; 1 wijziging wacht; volgende poging 1[34]:07", shown
    )
    assert "Simplicate (crm) vroeg om te wachten tot" in shown
    assert "&lt;b&gt;timeout" in shown
    assert "Er draait geen worker" in shown
    with office.runtime.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": DISPATCHER_LOCK})
        assert "Er draait geen worker" not in viewer.get("/").text
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": DISPATCHER_LOCK})

    given = requests.get(f"{office.url}/api/connections", headers=api_headers(office.runtime, "read"), timeout=10)
    states = {one["name"]: (one["state"], one["waiting"]) for one in given.json()["connections"]}
    assert states == {"books": ("parked", 1), "crm": ("throttled", 1)}
    with office.runtime.sessions.begin() as session:
        session.execute(update(Connection).values(state="needs_consent"))
    assert "weigert de sleutel" in viewer.get("/").text


def test_plots_show_hour_and_day_with_their_numbers_as_tables(office: Office, viewer: Browser) -> None:
    job(office, "a", state="due")
    minute = (NOW - timedelta(minutes=10)).replace(second=0, microsecond=0)
    with office.runtime.sessions.begin() as session:
        books = session.scalars(select(Connection.id).where(Connection.name == "books")).one()
        numbers = {"attempts": 9, "written": 7, "failed": 2, "source_calls": 9, "target_calls": 9}
        session.add(Pulse(link_id=office.link, minute=minute, **numbers, waited_p50_ms=1500, waited_p95_ms=4200))
        session.add(BudgetSample(connection_id=books, window="hour", minute=minute, used=3210, left=1790))
    for span in ("hour", "day"):
        shown = viewer.get(f"/?span={span}&connection={books}").text
        assert shown.count("<svg") == 3 and shown.count('role="img"') == 3
        assert 'class="limit"' in shown and 'class="ahead"' in shown
        assert all(f'<td class="figure">{cell}</td>' in shown for cell in ("3210", "7", "2", "1,5", "4,2"))
        assert not re.search(r" style=", shown)
    assert viewer.get("/?span=year").status_code == 422
    assert viewer.get(f"/?connection={2**64}").status_code == 422


def test_many_relations_are_counted_once_a_minute_and_the_page_says_when(office: Office, viewer: Browser) -> None:
    now = datetime.now(UTC)
    job(office, "a", state="done")
    count_relations(office.runtime.sessions)
    with office.runtime.sessions.begin() as session:
        session.execute(update(LinkTally).values(in_sync=123_456, at=now - timedelta(seconds=40)))
    shown = viewer.get("/").text
    assert "123.456" in shown and "Stand van" in shown
    with office.runtime.sessions.begin() as session:
        session.execute(update(LinkTally).values(at=now - timedelta(minutes=20)))
    assert "lopen achter" in viewer.get("/").text


def test_the_overview_takes_few_statements(office: Office) -> None:
    """Two more belong to the frame: who asks, and the numbers of the menu."""
    report(office)
    seen: list[str] = []
    event.listen(office.runtime.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with office.runtime.sessions() as session:
        read_overview(session, office.runtime)
        read_chart(session, "day", 1, "hour")
    assert 0 < len(seen) <= 10


def test_a_report_is_shown_filtered_paged_and_exported(office: Office, viewer: Browser) -> None:
    number = report(office)
    shown = viewer.get(f"/reconciliations/{number}").text
    assert "Vergelijking van office" in shown
    assert "non-actief in de boekhouding" in shown and "Telefoonnummer" in shown
    assert shown.count("<tr>") == 5 + 1 + 50 + 1
    following = re.search(r'rel="next" href="([^"]+)"', shown)
    assert following is not None
    assert viewer.get(following[1].replace("&amp;", "&")).text.count("organization:i") >= 13
    only = viewer.get(f"/reconciliations/{number}?finding=differs").text
    assert "organization:d" in only and "organization:i1" not in only

    sent = viewer.get(f"/reconciliations/{number}/export?finding=only_in_books")
    assert sent.text.startswith("\ufeff")
    rows = list(csv.reader(sent.text.splitlines()))
    assert len(rows) == 2 and "'=HYPERLINK(1)" in rows[1]
    assert viewer.get("/reconciliations/987654").status_code == 404
    assert viewer.get(f"/reconciliations/{number}?finding=nonsense").status_code == 422

    headers = api_headers(office.runtime, "read")
    listed = requests.get(f"{office.url}/api/reconciliations", headers=headers, timeout=10).json()
    assert [one["id"] for one in listed["reconciliations"]] == [number]
    detail = requests.get(f"{office.url}/api/reconciliations/{number}?page=2", headers=headers, timeout=10).json()
    assert (len(detail["rows"]), detail["more"], detail["counts"]["differs"]) == (13, False, 1)


def test_repair_is_previewed_confirmed_written_down_and_done_by_jobs(
    office: Office, viewer: Browser, operator: Browser
) -> None:
    number = report(office)
    path = f"/reconciliations/{number}/repair"
    assert viewer.get(path).status_code == 403
    assert viewer.post(path).status_code == 403
    preview = operator.get(path).text
    assert ": bijwerken naar wat in het CRM staat" in preview
    assert "2 relaties, hoogstens 2 aanroepen bij het CRM en 3 bij de boekhouding" in preview
    with office.runtime.sessions() as session:
        assert not session.scalars(select(SyncJob)).all()

    done = operator.post(path)
    assert (done.status_code, done.headers["location"]) == (303, f"/reconciliations/{number}?done=repair")
    with office.runtime.sessions() as session:
        jobs = {row.record_id: row for row in session.scalars(select(SyncJob))}
        (audit,) = session.scalars(select(Audit).where(Audit.action == "reconciliation.repair"))
    assert {(name, row.lane) for name, row in jobs.items()} == {("organization:d", "bulk"), ("organization:u", "bulk")}
    # Older than that is what the report itself has read, and it does not serve.
    assert all(row.wanted_at > NOW for row in jobs.values())
    assert (audit.by, audit.subject_id, audit.after["differs"]) == (operator.name, str(number), 1)
    assert f"door {operator.name}" in operator.get(done.headers["location"]).text


def test_an_application_with_the_scope_repairs_and_a_report_without_drift_is_refused(office: Office) -> None:
    number, fine = report(office), report(office, findings=[], counts={"in_sync": 3})
    running = report(office, finished_at=None)

    def repair(wanted: int, *scopes: str) -> int:
        path = f"{office.url}/api/reconciliations/{wanted}/repair"
        return requests.post(path, headers=api_headers(office.runtime, *scopes), timeout=10).status_code

    assert repair(number, "read") == 403
    assert [repair(one, "operate") for one in (number, fine, running, 987_654)] == [202, 409, 409, 404]


def test_what_was_linked_elsewhere_since_the_report_keeps_its_base(office: Office) -> None:
    number = report(office)
    job(office, "organization:d", state="done")
    with office.runtime.sessions.begin() as session:
        session.execute(update(RelationMapping).values(base=b"sealed"))
        row, link = session.get_one(Reconciliation, number), session.get_one(Link, office.link)
        repair_findings(session, office.runtime.vault, link, report_findings(row), NOW)
    with office.runtime.sessions() as session:
        assert session.scalars(select(RelationMapping.base)).one() == b"sealed"


def test_a_comparison_is_asked_for_once_and_its_progress_is_live(
    office: Office, operator: Browser, viewer: Browser
) -> None:
    assert viewer.post("/reconciliations", {"link": office.link}).status_code == 403
    assert operator.post("/reconciliations", {"link": 987_654}).status_code == 404
    first = operator.post("/reconciliations", {"link": office.link}).headers["location"]
    second = operator.post("/reconciliations", {"link": office.link}).headers["location"]
    assert first == second and first.endswith("?done=compare")
    waiting = operator.get(first).text
    assert "begint zodra er een worker vrij is" in waiting and "data-live" in waiting
    with office.runtime.sessions.begin() as session:
        session.execute(update(Reconciliation).values(read=300, of=1200))
    with office.runtime.engine.connect() as connection:
        key = {"key": RECONCILE_LOCK + office.link}
        connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        assert "300 van 1.200 records" in operator.get(first).text
        assert "300 van 1.200 records" in operator.get("/").text
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
    with office.runtime.sessions.begin() as session:
        session.execute(update(Reconciliation).values(started_at=NOW - timedelta(hours=2)))
    assert "niet afgemaakt" in operator.get(first).text
