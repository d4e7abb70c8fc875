"""`boekbrug check` really calls the systems, and says what is wrong in words."""

from base64 import b64encode
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.sandboxes import StartSandbox
from tests.worker.test_cli_configuration import Desk

FILE = """\
connections:
  crm:
    system: simplicate
    base_url: {crm}/api/v2
    credentials: {{key: env:CRM_KEY, secret: env:CRM_SECRET}}
  books:
    system: snelstart
    base_url: {books}/v2
    token_url: {books}/b2b/token
    credentials: {{subscription_key: env:BOOKS_KEY, connection_key: env:BOOKS_KOPPEL}}
"""


CREDENTIALS = {
    "CRM_KEY": "sandbox-key",
    "CRM_SECRET": "sandbox-secret",
    "BOOKS_KEY": "sandbox-subscription-key",
    "BOOKS_KOPPEL": b64encode(b"sandbox:administratie").decode(),
}
"""What the stand-ins accept as they come."""


@pytest.fixture
def desk(tmp_path: Path, database_url: str, redis_url: str, start_sandbox: StartSandbox) -> Desk:
    # Redis starts empty in each test: a connection that made calls before would wait a minute.
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as session:
        session.execute("TRUNCATE connection CASCADE")
    found = Desk(tmp_path, database_url, redis_url)
    crm = start_sandbox("simplicate").url
    books = start_sandbox("snelstart").url
    found.file.write_text(FILE.format(crm=crm, books=books))
    found.environment |= CREDENTIALS
    found.json("apply", str(found.file))
    return found


def findings(desk: Desk, name: str, code: int) -> str:
    (one,) = desk.json("check", name, code=code)["connections"]
    assert one["ok"] is (code == 0)
    return " ".join(finding["en"] for finding in one["findings"])


def test_good_credentials_are_good(desk: Desk) -> None:
    result = desk.run("check")
    assert result.exit_code == 0, result.output
    assert "crm:" in result.stdout
    assert "books:" in result.stdout


def test_refused_credentials_end_with_1_and_are_not_quoted(desk: Desk) -> None:
    desk.environment["BOOKS_KEY"] = "wrong-subscription"
    desk.environment["CRM_SECRET"] = "wrong-secret"
    desk.json("apply", str(desk.file))
    for name in ("books", "crm"):
        words = findings(desk, name, 1)
        assert "refuse" in words, words
    output = desk.run("check").output
    assert "wrong-" not in output
    assert "Traceback" not in output


def test_a_system_that_is_away_ends_with_3(desk: Desk) -> None:
    desk.file.write_text(FILE.format(crm="http://127.0.0.1:9", books="http://127.0.0.1:9"))
    desk.json("apply", str(desk.file))
    findings(desk, "crm", 3)
    assert desk.run("check").exit_code != 0
