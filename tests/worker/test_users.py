"""The first administrator is made on the command line, and nobody reads a password over a shoulder."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from models.tables import Audit, User
from tests.worker.test_cli_configuration import Desk
from web.access.passwords import password_fits
from worker.cli.main import app

PASSWORD = "four unrelated words"


class Office(Desk):
    """Be a desk where users are kept."""

    def say(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["users", *words], input=typed, env=self.environment)

    def rows(self, table: type[Any]) -> list[Any]:
        engine = create_engine(str(self.environment["BOEKBRUG_DATABASE_URL"]))
        with Session(engine, expire_on_commit=False) as session:
            found = list(session.scalars(select(table).order_by(table.id)))
        engine.dispose()
        return found


@pytest.fixture
def office(tmp_path: Path, fresh_database_url: str, redis_url: str) -> Office:
    return Office(tmp_path, fresh_database_url, redis_url)


def test_a_user_is_added_with_a_password_typed_twice_and_changed_from_a_file(office: Office, tmp_path: Path) -> None:
    added = office.say("add", "Anna", "--role", "administrator", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.exit_code == 0 and PASSWORD not in added.output
    (user,) = office.rows(User)
    assert (user.name, user.role, password_fits(user.password, PASSWORD)) == ("Anna", "administrator", True)
    file = tmp_path / "password"
    file.write_text("another four words\n")
    assert office.say("password", "anna", "--password-file", str(file)).exit_code == 0
    assert password_fits(office.rows(User)[0].password, "another four words")
    assert office.say("add", "Bram", "--no-password").exit_code == 0
    for words in (["disable", "bram"], ["enable", "BRAM"]):
        assert office.say(*words).exit_code == 0
    assert office.json("users", "list")[1] == {"user": "Bram", "role": "viewer", "enabled": True, "signed_in_at": None}
    trail = [(row.via, row.action, row.subject_id) for row in office.rows(Audit)]
    first, second = (str(row.id) for row in office.rows(User))
    assert trail == [
        ("command", "user.add", first),
        ("command", "user.password", first),
        ("command", "user.add", second),
        ("command", "user.disable", second),
        ("command", "user.enable", second),
    ]
    for words, typed, said in (
        (["add", "ANNA"], f"{PASSWORD}\n{PASSWORD}\n", "al een gebruiker"),
        (["add", "Carla"], "short\nshort\n", "te kort"),
        (["add", "Carla"], f"{PASSWORD}\nother\n", "niet gelijk"),
        (["add", "Carla", "--password-file", str(tmp_path / "none")], "", "Niet te lezen"),
        (["disable", "nobody"], "", "niet (meer)"),
        (["disable", "Anna"], "", "laatste beheerder"),
    ):
        refused = office.say(*words, typed=typed)
        assert refused.exit_code == 2 and said in refused.output
    assert len(office.rows(User)) == 2
