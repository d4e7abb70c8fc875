"""The pages: plain words in the reader's language, nothing loaded from elsewhere, nothing run but our own."""

import re
from uuid import uuid4

import pytest
import requests

from models.tables import Issue, SyncLog
from models.words import Outcome
from tests.web.conftest import Office
from tests.web.office import post, told
from tests.web.people import Browser
from web.words import TABLES, words_of


def page(viewer: Browser, accepted: str = "nl", query: str = "") -> requests.Response:
    """Open the page with a browser's language."""
    return viewer.get(f"/{query}", headers={"accept-language": accepted})


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("nl-NL,nl;q=0.9", "", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.8", "", "en"),
        ("fr", "", "nl"),
        ("", "", "nl"),
        ("nl", "?language=en", "en"),
    ],
)
def test_the_language_is_the_readers(viewer: Browser, accepted: str, query: str, language: str) -> None:
    shown = page(viewer, accepted, query).text
    assert f'<html lang="{language}">' in shown
    assert ("Verbindingen" if language == "nl" else "Connections") in shown


def test_connections_work_log_and_issues_are_shown_in_words(office: Office, viewer: Browser) -> None:
    post(office.url, told("shown"))
    with office.runtime.sessions.begin() as session:
        log = SyncLog(link_id=office.link, job_id=1, kind="relation", record_id="organization:1")
        log.outcome, log.role, log.correlation_id = "created", "customer", uuid4()
        session.add(log)
        session.add(Issue(link_id=office.link, kind="relation", record_id="x", cause="<b>check.kvk</b>"))
    shown = page(viewer).text
    assert "wacht" in shown
    assert "aangemaakt" in shown
    assert "relatie organization:1 (klant)" in shown
    assert "&lt;b&gt;check.kvk&lt;/b&gt;" in shown


def test_browsers_are_told_to_run_and_fetch_nothing_but_our_files(office: Office, viewer: Browser) -> None:
    answer = page(viewer)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script src="/static/live.js" defer>']
    assert not re.search(r" style=|https?://| on[a-z]+=", answer.text)
    sheet = requests.get(f"{office.url}/static/boekbrug.css", timeout=10)
    assert (sheet.status_code, sheet.headers["content-type"].split(";")[0]) == (200, "text/css")


def test_every_word_stands_once_and_every_outcome_has_one() -> None:
    codes = [code for table in TABLES for code in table]
    assert len(codes) == len(set(codes))
    assert {outcome.value for outcome in Outcome} <= words_of("nl").keys()
