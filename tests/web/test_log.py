"""The log: found by what people know, filtered on indexes, taken along as CSV, and the same to applications."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import text

from models.tables import Connection, Link, RelationMapping, SyncJob, SyncLog
from models.words import Outcome
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers
from web.queries.log import KINDS, LogFilter, _query, find_log, reason_words
from web.queries.places import moment_in, moment_text, place_in, place_text

NOW = datetime.now(UTC).replace(microsecond=0)
WAVE = UUID(int=77)


def attempt(office: Office, number: int, **changes: Any) -> SyncLog:
    row = SyncLog(link_id=office.link, job_id=1, kind="relation", record_id=f"organization:{number}")
    row.outcome, row.role, row.correlation_id = Outcome.NOTHING, "customer", uuid4()
    row.at = NOW - timedelta(minutes=number)
    for name, value in changes.items():
        setattr(row, name, value)
    return row


@pytest.fixture(scope="module", autouse=True)
def logged(office: Office) -> None:
    """Fill the log: 120 attempts of the office, and one of another link."""
    with office.runtime.sessions.begin() as session:
        link = session.get_one(Link, office.link)
        spare = Connection(name="spare", system="nextens", base_url="", credentials=b"")
        session.add(spare)
        session.flush()
        other = Link(name="second", source_id=link.source_id, target_id=spare.id, rules={})
        session.add(other)
        session.flush()
        session.add_all(attempt(office, number) for number in range(110))
        session.add(attempt(office, 200, outcome=Outcome.UPDATED, fields=["telefoon"], waited_ms=1500))
        session.add(attempt(office, 201, outcome=Outcome.ISSUE, reason="check.kvk", correlation_id=WAVE))
        session.add(attempt(office, 202, outcome=Outcome.PARKED, reason="window full"))
        session.add(attempt(office, 203, outcome=Outcome.TOLD, kind="relation_feedback", role=""))
        session.add(attempt(office, 204, link_id=other.id, record_id="=1+1", outcome=Outcome.LOST, reason="Crash"))
        session.add(attempt(office, 205, at=NOW - timedelta(days=20), correlation_id=WAVE))
        ends = {"source_connection_id": link.source_id, "target_connection_id": link.target_id}
        for number in (200, 203):
            known = {"record_id": f"organization:{number}", "lane": "live", "correlation_id": uuid4()}
            session.add(SyncJob(link_id=link.id, kind="relation", **ends, **known))
        tie = {"role": "customer", "target_id": "in-the-books", "matched_by": "kvk"}
        session.add(RelationMapping(link_id=link.id, kind="relation", source_id="organization:200", **ends, **tie))


def found(office: Office, **wanted: Any) -> list[str]:
    with office.runtime.sessions() as session:
        return [row.record_id.removeprefix("organization:") for row in find_log(session, LogFilter(**wanted))]


def test_every_way_of_asking_finds_what_fits(office: Office) -> None:
    assert found(office)[:3] == ["0", "1", "2"]
    assert found(office, outcome="issue") == ["201"]
    assert found(office, kind="relation_feedback") == ["203"]
    assert found(office, kind="relation_feedback", outcome="nothing") == []
    assert found(office, kind="relation", outcome="told") == []
    assert found(office, link_id=office.link, outcome="parked") == ["202"]
    assert found(office, link_id=office.link, kind="relation_feedback") == ["203"]
    assert "=1+1" not in found(office, link_id=office.link)
    assert found(office, until=NOW - timedelta(days=10)) == ["205"]
    assert found(office, since=NOW - timedelta(minutes=202), until=NOW - timedelta(minutes=200)) == ["201", "202"]
    assert found(office, search="organization:200") == found(office, search="in-the-books") == ["200"]
    assert found(office, search=str(WAVE)) == ["201", "205"]
    assert found(office, search=str(WAVE), outcome="issue") == ["201"]
    assert found(office, search="organization:200", outcome="issue") == found(office, search="unknown") == []


@pytest.mark.parametrize("link", [None, 1])
@pytest.mark.parametrize("kind", ["", *KINDS])
@pytest.mark.parametrize("outcome", ["", "lost"])
@pytest.mark.parametrize("after", [None, (NOW - timedelta(minutes=50), 40)])
def test_no_filter_reads_the_whole_log(office: Office, link: int | None, kind: str, outcome: str, after: Any) -> None:
    """Where the planner may not scan, it must find an index; one that fits needs no sort of more than a page."""
    with office.runtime.sessions() as session:
        query = _query(session, LogFilter(link_id=link, kind=kind, outcome=outcome), after, 50)
        assert query is not None
        compiled = query.compile(office.runtime.engine, compile_kwargs={"literal_binds": True})
        for off in ("seqscan", "bitmapscan", "sort"):
            session.execute(text(f"SET LOCAL enable_{off} = off"))
        plan = "\n".join(session.scalars(text(f"EXPLAIN {compiled}".replace(":", r"\:"))))
    assert "Index Scan" in plan
    assert "Seq Scan on sync_log" not in plan


def test_pages_follow_each_other_without_gap_or_double(office: Office, viewer: Browser) -> None:
    seen: list[str] = []
    path = f"/log?link={office.link}"
    while path:
        shown = viewer.get(path).text
        rows = shown.split("<tbody>")[1].split("</tbody>")[0]
        seen += [piece.split('"')[0] for piece in rows.split('href="')[1:]]
        path = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in shown else ""
    assert len(seen) == len(set(seen)) == 115
    assert seen[0] == f"/relations/{office.link}/organization:0"


def test_page_speaks_words(viewer: Browser) -> None:
    shown = viewer.get("/log?outcome=parked").text
    assert "wacht op ruimte in de aanroeplimiet" in shown
    shown = viewer.get("/log?outcome=updated&language=en").text
    assert "Phone number" in shown and "1.5 s" in shown
    assert '<option value="updated" selected>' in shown
    assert "Er is niets gevonden" in viewer.get("/log?search=<b>nobody</b>", headers={"accept-language": "nl"}).text
    assert "<b>nobody" not in viewer.get("/log?search=<b>nobody</b>").text
    for nonsense in ("after=x", "after=99999999999999999-1", "link=x", "since=2026-13-40", "kind=x", "outcome=x"):
        assert viewer.get(f"/log?{nonsense}").status_code == 200


def test_csv_holds_all_that_fits_and_runs_nothing(viewer: Browser) -> None:
    answer = viewer.get("/log.csv?language=en")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 116
    assert [row["Id in the CRM"] for row in rows if row["Outcome"].startswith("broken off")] == ["'=1+1"]
    assert len(list(csv.reader(StringIO(viewer.get("/log.csv?outcome=issue").text)))) == 2


def test_applications_get_the_same(office: Office) -> None:
    reading = api_headers(office.runtime, "read")
    first = requests.get(f"{office.url}/api/log?limit=3&kind=relation", headers=reading, timeout=15).json()
    assert [row["record_id"] for row in first["attempts"]] == [f"organization:{one}" for one in range(3)]
    rest = {"after": first["next"], "limit": "500", "kind": "relation"}
    second = requests.get(f"{office.url}/api/log", params=rest, headers=reading, timeout=15).json()
    assert (len(second["attempts"]), second["next"]) == (112, None)
    assert second["attempts"][0]["record_id"] == "organization:3"
    naive, big = "since=2026-01-01T00:00:00", "link_id=99999999999999999999"
    for wrong in ("limit=501", "limit=0", "outcome=x", naive, "search=%00", big):
        assert requests.get(f"{office.url}/api/log?{wrong}", headers=reading, timeout=15).status_code == 422
    operating = api_headers(office.runtime, "operate")
    assert requests.get(f"{office.url}/api/log", headers=operating, timeout=15).status_code == 403
    assert requests.get(f"{office.url}/api/log", timeout=15).status_code == 401


def test_reasons_are_words_and_places_are_exact() -> None:
    assert reason_words("kvk", "nl") == "KvK-nummer"
    assert reason_words("undo.changed", "en").startswith("some was left alone")
    assert reason_words("check.kvk", "nl") != "check.kvk"
    assert reason_words("Crash", "nl") == "Crash"
    at = datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)
    assert moment_in(moment_text(at)) == at
    assert place_in(place_text((at, 5))) == (at, 5)
    assert [moment_in(wrong) for wrong in ("", "x", "-1", "١")] == [None] * 4
