"""An office pastes its Nextens token: it is kept encrypted, tried at once, and what it opens is said in words."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from typer.testing import CliRunner, Result

from tests.fixtures.sandboxes import StartSandbox
from tests.worker.test_cli_configuration import Desk
from worker.cli.main import app

FILE = """\
connections:
  crm:
    system: simplicate
    base_url: https://kantoor.simplicate.nl/api/v2
    credentials: {{key: env:CRM_KEY, secret: env:CRM_SECRET}}
  tax:
    system: nextens
    base_url: {url}/v2
    token_url: {url}/connect/token
    credentials: {{client_id: env:NEXTENS_ID, client_secret: env:NEXTENS_SECRET}}
"""
SECRETS = {"CRM_KEY": "a", "CRM_SECRET": "b", "NEXTENS_ID": "sandbox-client", "NEXTENS_SECRET": "sandbox-secret"}
TOKEN = "sandbox-refresh"


class Counter(Desk):
    """Be a desk where tokens are pasted."""

    url = ""

    def paste(self, token: str, *words: str) -> Result:
        return CliRunner().invoke(app, ["connect", *words], input=f"{token}\n", env=self.environment)

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(str(self.environment["BOEKBRUG_DATABASE_URL"]).replace("+psycopg", "", 1)) as session:
            return session.execute(query).fetchall()

    def state(self) -> str:
        return str(self.rows("SELECT state FROM connection WHERE name = 'tax'")[0][0])

    def point_to(self, url: str) -> None:
        self.file.write_text(FILE.format(url=url))
        self.json("apply", str(self.file))


@pytest.fixture
def desk(tmp_path: Path, database_url: str, redis_url: str, start_sandbox: StartSandbox) -> Counter:
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as session:
        session.execute("TRUNCATE connection CASCADE")
    found = Counter(tmp_path, database_url, redis_url)
    found.url = start_sandbox("nextens").url
    found.environment |= SECRETS
    found.point_to(found.url)
    return found


def test_a_good_token_is_stored_encrypted_and_said_to_work(desk: Counter) -> None:
    result = desk.paste(TOKEN, "tax", "--token-stdin", "--language", "en")
    assert result.exit_code == 0, result.output
    assert "The token is stored, encrypted" in result.stdout
    assert "clients can be looked up" in result.stdout
    assert TOKEN not in result.output
    ((sealed,),) = desk.rows("SELECT sealed FROM connection_token")
    assert sealed and TOKEN.encode() not in bytes(sealed)
    assert desk.run("check", "tax").exit_code == 0


def test_it_asks_for_the_token_without_showing_it(desk: Counter) -> None:
    result = desk.paste(TOKEN, "tax")
    assert result.exit_code == 0, result.output
    assert "wordt niet getoond" in result.stderr
    assert TOKEN not in result.output


def test_the_systems_name_serves_where_there_is_one_such_connection(desk: Counter) -> None:
    assert desk.paste(TOKEN, "nextens", "--token-stdin").exit_code == 0
    assert desk.paste(TOKEN, "exact", "--token-stdin").exit_code == 2


def test_programs_get_one_document(desk: Counter) -> None:
    result = desk.paste(TOKEN, "tax", "--token-stdin", "--json")
    assert result.exit_code == 0, result.output
    assert '"stored": true' in result.stdout
    assert '"ok": true' in result.stdout


def test_a_refused_token_asks_for_a_person_and_a_good_one_ends_that(desk: Counter) -> None:
    result = desk.paste("not-the-token", "tax", "--token-stdin", "--language", "en")
    assert result.exit_code == 1, result.output
    assert "invalid_grant" in result.output
    assert "not-the-token" not in result.output
    assert desk.state() == "needs_consent"
    assert desk.paste(TOKEN, "tax", "--token-stdin").exit_code == 0
    assert desk.state() == "active"


def test_an_office_without_licence_is_said(desk: Counter) -> None:
    requests.put(f"{desk.url}/_control/options", json={"licensed": False}, timeout=10)
    result = desk.paste(TOKEN, "tax", "--token-stdin", "--language", "en")
    assert result.exit_code == 1, result.output
    assert "licentie" in result.output


def test_a_system_that_is_away_ends_with_3_and_the_token_is_kept(desk: Counter) -> None:
    requests.post(f"{desk.url}/_control/outage", json={"until_cleared": True}, timeout=10)
    result = desk.paste(TOKEN, "tax", "--token-stdin", "--language", "en")
    assert result.exit_code == 3, result.output
    assert "The token is kept" in result.output
    requests.delete(f"{desk.url}/_control/outage", timeout=10)
    assert desk.run("check", "tax").exit_code == 0


@pytest.mark.parametrize(("words", "told"), [(("taxes",), "no connection"), (("crm",), "no pasted token")])
def test_a_wrong_connection_is_refused_before_asking(desk: Counter, words: tuple[str, ...], told: str) -> None:
    result = desk.paste(TOKEN, *words, "--token-stdin", "--language", "en")
    assert result.exit_code == 2, result.output
    assert told in result.output


@pytest.mark.parametrize("text", ["", "   ", "two words", "x" * 9000, "a\nb"])
def test_what_is_no_token_changes_nothing(desk: Counter, text: str) -> None:
    result = desk.paste(text, "tax", "--token-stdin")
    assert result.exit_code == 2, result.output
    assert desk.rows("SELECT 1 FROM connection_token") == []


def test_a_new_client_secret_needs_no_new_token(desk: Counter) -> None:
    assert desk.paste(TOKEN, "tax", "--token-stdin").exit_code == 0
    requests.put(f"{desk.url}/_control/options", json={"client_secret": "renewed"}, timeout=10)
    desk.environment["NEXTENS_SECRET"] = "renewed"
    desk.json("apply", str(desk.file))
    # Only a token that is asked for anew shows both.
    requests.post(f"{desk.url}/_control/faults", json={"kind": "revoke_token", "count": 1}, timeout=10)
    assert desk.run("check", "tax").exit_code == 0
