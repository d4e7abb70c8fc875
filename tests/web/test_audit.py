"""The audit trail: found by person, deed, subject and period, page by page, and exported safely."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import text

from models.tables import Audit
from sync.audit import Actor, Subject, record
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers

ROWS = 120


@pytest.fixture(scope="module", autouse=True)
def trail(office: Office) -> None:
    """Write a trail of a while ago, of which one row is hostile."""
    at = datetime(2025, 3, 1, 12, tzinfo=UTC)
    with office.runtime.sessions.begin() as session:
        for number in range(ROWS):
            by = "Anna" if number % 2 else "Bram"
            session.add(
                Audit(
                    at=at + timedelta(minutes=number // 3),  # Several at one moment.
                    by=by,
                    via="page",
                    action="issue.ignore",
                    subject_kind="issue",
                    subject_id=str(number),
                )
            )
        record(
            session,
            Actor("<b>Carla</b>", "api"),
            "mapping.relink",
            Subject("mapping", "7"),
            reason="=cmd|'/c calc'!A1",
            before={"target": "old", "number": "111222333"},
            after={"target": "new"},
        )


def subjects(page: str) -> list[str]:
    return re.findall(r'href="/audit\?kind=issue&amp;subject=(\d+)"', page)


def test_pages_follow_each_other_without_gap_or_repetition(administrator: Browser) -> None:
    path, seen, pages = "/audit?kind=issue&since=2025-03-01&until=2025-03-01", [], 0
    while path:
        shown = administrator.get(path).text
        seen += subjects(shown)
        following = [part.split('"')[0] for part in shown.split('rel="next" href="')[1:]]
        path, pages = (following[0].replace("&amp;", "&") if following else ""), pages + 1
    assert pages == 3
    assert [int(one) for one in seen] == sorted(range(ROWS), reverse=True)


def test_it_is_narrowed_down(administrator: Browser) -> None:
    shown = administrator.get("/audit?by=Anna&action=issue.ignore&since=2025-03-01&until=&kind=&subject=3").text
    assert subjects(shown) == ["3"]
    assert "melding opzijgezet" in shown
    assert not subjects(administrator.get("/audit?kind=issue&until=2025-02-28").text)
    assert administrator.get("/audit?since=soon&until=9999-12-31").status_code == 200
    assert administrator.get("/audit?before=999999999").status_code == 200
    assert administrator.get("/audit?by=a%00b").status_code == 422


def test_names_are_text_and_numbers_of_persons_are_masked(administrator: Browser) -> None:
    shown = administrator.get("/audit?kind=mapping").text
    assert "&lt;b&gt;Carla&lt;/b&gt;" in shown and "<b>Carla" not in shown
    assert "111222333" not in shown and "target: old" in shown


def test_the_export_holds_all_of_it_and_runs_nothing(administrator: Browser) -> None:
    answer = administrator.get("/audit.csv?since=2025-03-01")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sum(row["subject_kind"] == "issue" for row in rows) == ROWS
    hostile = next(row for row in rows if row["subject_kind"] == "mapping")
    assert hostile["reason"].startswith("'=cmd") and hostile["after"] == "target: new"
    assert "111222333" not in answer.text


def test_applications_read_the_same(office: Office) -> None:
    headers = api_headers(office.runtime, "administer")
    url = f"{office.url}/api/audit"
    asked = {"by": "Anna", "since": "2025-03-01T00:00:00Z", "until": "2025-03-02T00:00:00Z"}
    first = requests.get(url, params=asked, headers=headers, timeout=10).json()
    rest = requests.get(url, params=asked | {"before": first["next"]}, headers=headers, timeout=10).json()
    found = [deed["subject_id"] for deed in first["deeds"] + rest["deeds"]]
    assert len(set(found)) == ROWS // 2 and rest["next"] is None
    for wrong in ({"before": 2**63}, {"by": "a\0b"}, {"since": "2025-03-01"}):
        assert requests.get(url, params=wrong, headers=headers, timeout=10).status_code == 422


@pytest.mark.parametrize(
    "where", ["by = 'Anna'", "action = 'x'", "subject_kind = 'issue' AND subject_id = '3'", "at < '2025-03-01'", "true"]
)
def test_each_question_stands_on_an_index(office: Office, where: str) -> None:
    with office.runtime.sessions() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(text(f"EXPLAIN SELECT * FROM audit WHERE {where} ORDER BY at DESC, id DESC LIMIT 51"))
        assert "Index" in "\n".join(plan.all())
