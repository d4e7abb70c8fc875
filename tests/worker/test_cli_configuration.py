"""An administrator plans, applies, breaks, mends and exports a file, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.sync.config.files import ENVIRONMENT, OFFICE
from worker.cli.main import app, global_first

TEXT = OFFICE.replace('"file:/run/secrets/books"', "env:BOOKS_KOPPEL")


class Desk:
    """Type commands against one database."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.file = folder / "boekbrug.yaml"
        self.file.write_text(TEXT)
        self.environment: dict[str, str | None] = {
            **ENVIRONMENT,
            "BOEKBRUG_DATABASE_URL": database_url,
            "BOEKBRUG_REDIS_URL": redis_url,
            "BOEKBRUG_DATA_DIR": str(folder / "data"),
            "BOEKBRUG_PUBLIC_URL": "https://brug.kantoor.nl/",
        }

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env=self.environment)

    def json(self, *words: str, code: int = 0) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(tmp_path: Path, database_url: str, redis_url: str) -> Desk:
    return Desk(tmp_path, database_url, redis_url)


@pytest.fixture
def clean(desk: Desk) -> Desk:
    desk.file.write_text("connections: {}\n")
    desk.json("apply", str(desk.file))
    desk.file.write_text(TEXT)
    return desk


def test_a_file_is_planned_applied_and_then_equal(clean: Desk) -> None:
    planned = clean.json("plan", str(clean.file))["changes"]
    assert [(one["action"], one["name"]) for one in planned] == [
        ("created", "crm"),
        ("created", "books"),
        ("created", "office"),
    ]
    applied = clean.json("apply", str(clean.file))
    assert applied["changes"] == planned
    assert applied["hooks"]["crm"].startswith("https://brug.kantoor.nl/hooks/")
    assert clean.json("--config", str(clean.file), "plan") == {"changes": []}
    assert "er verandert niets" in clean.run("plan", str(clean.file)).stdout
    assert "nothing changes" in clean.run("plan", str(clean.file), "--language", "en").stdout


def test_an_export_is_accepted_unchanged_as_yaml_and_as_json(clean: Desk) -> None:
    clean.json("apply", str(clean.file))
    as_yaml = clean.run("export")
    as_json = clean.json("export")
    assert yaml.safe_load(as_yaml.stdout) == as_json
    for text in (as_yaml.stdout, json.dumps(as_json, indent=2)):
        clean.file.write_text(text)
        assert clean.json("apply", str(clean.file))["changes"] == []
    assert not any(secret in as_yaml.stdout for secret in ENVIRONMENT.values())


def test_what_is_wrong_is_said_in_two_languages_with_lines_and_changes_nothing(clean: Desk) -> None:
    clean.file.write_text(TEXT.replace("hour:", "houre:").replace("env:CRM_KEY", "env:NOT_THERE"))
    dutch = clean.run("apply", str(clean.file))
    assert (dutch.exit_code, dutch.stdout) == (2, "")
    assert f"{clean.file}:11:27: connections.books.limits.houre: onbekende sleutel" in dutch.stderr
    assert "did you mean `hour`" in clean.run("--language", "en", "plan", str(clean.file)).stderr
    clean.file.write_text(TEXT.replace("env:CRM_KEY", "env:NOT_THERE"))
    (flaw,) = clean.json("plan", str(clean.file), code=2)["error"]["flaws"]
    assert (flaw["line"], flaw["code"]) == (5, "secret_env")
    assert clean.json("connections")["connections"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "none.yaml"],
        ["apply", "/"],
        ["nope"],
        ["plan", "--nope"],
        ["health", "nobody"],
        ["check", "nobody"],
    ],
)
def test_a_wrong_line_ends_with_2_and_one_document(desk: Desk, words: list[str]) -> None:
    assert desk.json(*words, code=2)["error"]["exit"] == 2
    plain = desk.run(*words)
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert "Traceback" not in plain.output


def test_the_state_of_connections_is_told_in_words(clean: Desk) -> None:
    clean.json("apply", str(clean.file))
    shown = clean.run("connections")
    assert shown.exit_code == 0
    assert "werkt" in shown.stdout
    assert [one["web_hook"] for one in clean.json("connections")["connections"]] == [False, True]


def test_servers_that_do_not_answer_end_with_3(desk: Desk) -> None:
    desk.environment["BOEKBRUG_DATABASE_URL"] = "postgresql+psycopg://nobody:very-secret@127.0.0.1:1/none"
    answer = desk.json("connections", code=3)
    assert "BOEKBRUG_DATABASE_URL" in answer["error"]["message"]
    assert "very-secret" not in desk.run("connections").output


def test_an_old_schema_asks_for_migrate(desk: Desk, empty_database_url: str) -> None:
    desk.environment["BOEKBRUG_DATABASE_URL"] = empty_database_url
    assert "boekbrug migrate" in desk.json("connections", code=2)["error"]["message"]
    assert desk.json("migrate") == {"migrated": True}
    assert desk.json("connections") == {"connections": []}


def test_unreadable_settings_name_the_variable_and_not_its_value(desk: Desk) -> None:
    desk.environment["BOEKBRUG_SECRET_KEYS"] = "k1:c2VjcmV0"
    assert "BOEKBRUG_SECRET_KEYS" in desk.json("connections", code=2)["error"]["message"]
    assert "c2VjcmV0" not in desk.run("connections").output
    desk.environment["BOEKBRUG_LEASE_SECONDS"] = "soon"
    assert "BOEKBRUG_LEASE_SECONDS" in desk.json("connections", code=2)["error"]["message"]


def test_global_options_may_stand_anywhere_but_not_behind_two_dashes() -> None:
    assert global_first(["plan", "f", "--json", "--language", "en"]) == [
        "--json",
        "--language",
        "en",
        "plan",
        "f",
    ]
    assert global_first(["plan", "--", "--json"]) == ["plan", "--", "--json"]
    assert global_first(["plan", "--config=x"]) == ["--config=x", "plan"]
    assert global_first(["plan", "--language"]) == ["--language", "plan"]


def test_the_mapping_of_a_link_is_printed_as_document_table_and_json(clean: Desk) -> None:
    clean.json("apply", str(clean.file))
    document = clean.run("mapping", "office", "--language", "en").stdout
    assert "# Link office" in document
    assert "| coc_code | Chamber of Commerce number | kvkNummer |" in document
    table = clean.run("mapping", "office", "--format", "csv").stdout.splitlines()
    assert table[0].startswith("Soort,CRM-veld")
    found = clean.json("mapping", "office")
    assert len(found["fields"]) == len(table) - 1
    assert "flag" in {one["setting"] for one in found["rules"]}
    assert clean.run("mapping", "nobody").exit_code == 2
