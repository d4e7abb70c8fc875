"""The pages: plain words in the reader's language, nothing loaded from elsewhere, nothing run but our own."""

import re

import pytest
import requests
from sqlalchemy import update

from models.tables import Connection
from models.words import Outcome
from tests.web.conftest import Office
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


def test_what_people_wrote_stays_text(office: Office, viewer: Browser) -> None:
    with office.runtime.sessions.begin() as session:
        reason = {"state": "parked", "state_reason": "<script>x</script>"}
        session.execute(update(Connection).where(Connection.name == "books").values(reason))
    shown = page(viewer).text
    assert "SnelStart (books) is onbereikbaar" in shown
    assert "&lt;script&gt;x" in shown and "<script>x" not in shown


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
