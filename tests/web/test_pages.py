"""The page: plain words in the reader's language, nothing loaded from elsewhere, nothing run."""

import re
from uuid import uuid4

import pytest
import requests

from models.tables import Issue, SyncLog
from models.words import Outcome
from tests.web.conftest import Office
from tests.web.office import post, told
from web.words import EN, NL


def page(office: Office, accepted: str = "nl", query: str = "") -> requests.Response:
    """Open the page with a browser's language."""
    return requests.get(f"{office.url}/{query}", headers={"accept-language": accepted}, timeout=10)


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
def test_the_language_is_the_readers(office: Office, accepted: str, query: str, language: str) -> None:
    shown = page(office, accepted, query).text
    assert f'<html lang="{language}">' in shown
    assert ("Koppelingen" if language == "nl" else "Connections") in shown


def test_connections_work_log_and_issues_are_shown_in_words(office: Office) -> None:
    post(office.url, told("shown"))
    with office.runtime.sessions.begin() as session:
        log = SyncLog(link_id=office.link, job_id=1, kind="relation", record_id="organization:1")
        log.outcome, log.role, log.correlation_id = "created", "customer", uuid4()
        session.add(log)
        session.add(Issue(link_id=office.link, kind="relation", record_id="x", cause="<b>check.kvk</b>"))
    shown = page(office).text
    assert "wacht" in shown
    assert "aangemaakt" in shown
    assert "relatie organization:1 (klant)" in shown
    assert "&lt;b&gt;check.kvk&lt;/b&gt;" in shown


def test_browsers_are_told_to_run_and_fetch_nothing(office: Office) -> None:
    answer = page(office)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert not re.search(r"style=|https?://", answer.text)
    sheet = requests.get(f"{office.url}/static/boekbrug.css", timeout=10)
    assert (sheet.status_code, sheet.headers["content-type"].split(";")[0]) == (200, "text/css")


def test_every_word_stands_in_both_languages() -> None:
    assert NL.keys() == EN.keys()
    assert {outcome.value for outcome in Outcome} <= NL.keys()
