"""An administrator erases a person: asked first, refused while it would come back, and given a receipt."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.tables import Erasure, SubjectKey
from tests.fixtures.bridge import Bridge
from tests.sync.test_erasing import change_job
from tests.sync.test_rotation import filled
from tests.worker.test_cli_domain import Office
from worker.cli.main import app


@pytest.fixture
def office(tmp_path: Path, bridge: Bridge, fresh_database_url: str, redis_url: str) -> Office:
    return Office(tmp_path, bridge, fresh_database_url, redis_url)


@pytest.fixture
def gone(office: Office) -> str:
    """Return a relation that was synchronised and then unticked in the CRM."""
    (record_id,) = filled(office.bridge, 1)
    untick(office, record_id)
    return record_id


def untick(office: Office, record_id: str) -> None:
    office.bridge.crm_save(record_id, custom_fields={"sync_snelstart": "0"})


def answered(office: Office, answer: str, *words: str) -> str:
    result = CliRunner().invoke(app, list(words), env=office.environment, input=answer)
    return result.output


def test_while_the_crm_would_bring_it_back_it_is_refused_in_words_but_for_force(office: Office) -> None:
    (record_id,) = filled(office.bridge, 1)
    result = office.run("erase", record_id, "--yes", "--language", "en")
    assert result.exit_code == 1
    assert "ticked for office" in result.output
    assert "--force" in result.output
    assert office.json("erase", record_id, "--yes", code=1)["error"]["ticked"] == ["office"]
    assert office.bridge.rows(Erasure) == []
    assert office.json("erase", record_id, "--yes", "--force")["removed"]["subject_key"] == 1


def test_receipt_tells_what_went_what_stays_and_what_a_backup_holds(office: Office, gone: str) -> None:
    (row,) = office.bridge.mappings()
    said = office.run("erase", gone, "--yes", "--language", "en").output
    (stored,) = office.bridge.rows(Erasure)
    when = stored.at.isoformat(timespec="seconds")
    for words in (
        f"relation {gone} (crm), erased on {when} by {stored.by}",
        "key of this relation (destroyed)",
        "which record in the books it was",
        f"books: customer {row.target_number} {row.target_id}",
        f"A backup from before {when} still holds the key",
        "inbox and log hold the id of this relation no more",
        "unticked: ticked, it is a new relation",
    ):
        assert words in " ".join(said.split()), words
    again = office.run("erase", gone, "--yes", "--language", "nl").output
    assert "Er was niets meer te wissen." in again
    assert f"gewist op {when} door {stored.by}" in again
    first, second = (office.json("erase", gone, "--yes") for _ in range(2))
    assert first == second
    assert first["nothing_left"]
    assert first["removed"] == stored.counts
    assert first["in_books"][0]["target_id"] == row.target_id
    assert first["log_until"] > first["erased_at"][:10]


def test_it_asks_first_by_name_and_no_means_no(office: Office, gone: str) -> None:
    said = answered(office, "n\n", "erase", gone, "--language", "en")
    assert "Handelsonderneming 00000 B.V." in said
    assert "Nothing was erased" in said
    assert office.json("erase", gone, code=2)["error"]["exit"] == 2
    assert office.bridge.rows(Erasure) == []
    answered(office, "y\n", "erase", gone)
    assert [key.sealed for key in office.bridge.rows(SubjectKey)] == [None]


def test_who_is_not_known_or_elsewhere_is_refused(office: Office, gone: str) -> None:
    assert "Nothing is stored" in office.run("erase", "organization:no", "--yes", "--language", "en").output
    assert office.run("erase", gone, "--connection", "other", "--yes").exit_code == 2
    assert office.json("erase", gone, "--connection", "crm", "--yes")["connection"] == "crm"


def test_a_crm_that_does_not_answer_is_not_taken_for_a_no(office: Office, gone: str) -> None:
    office.bridge.crm.kill()
    assert office.run("erase", gone, "--yes").exit_code == 3
    assert office.bridge.rows(Erasure) == []
    assert not office.json("erase", gone, "--yes", "--force")["in_crm"]


def test_a_record_at_work_is_put_off(office: Office, gone: str) -> None:
    change_job(office.bridge, gone, lease_until=datetime.now(UTC) + timedelta(minutes=1))
    result = office.run("erase", gone, "--yes", "--language", "en")
    assert result.exit_code == 3
    assert "being worked on right now" in result.output
