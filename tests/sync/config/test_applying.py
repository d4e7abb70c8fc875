"""A file becomes rows in one transaction; applied again it changes nothing; history is never thrown away."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from models.database import Sessions
from models.tables import Connection, ConnectionToken, Link, RelationMapping
from models.vault import Vault
from models.words import ConnectionState
from sync.config.applying import Applied, apply, plan, read_wanted
from sync.config.comparing import Change
from sync.config.flaws import FileRefused
from sync.config.loading import connection_info, link_rules
from tests.sync.config.files import ENVIRONMENT, OFFICE
from tests.sync.config.systems import SYSTEMS

TEXT = OFFICE.replace('"file:/run/secrets/books"', "env:BOOKS_KOPPEL")

OTHER = """\
  other:
    system: snelstart
    credentials: {subscription_key: env:BOOKS_KEY, connection_key: env:BOOKS_KEY}
"""


class Office:
    """Apply and plan texts against one database."""

    def __init__(self, sessions: Sessions, vault: Vault) -> None:
        self.sessions = sessions
        self.vault = vault
        self.environment = dict(ENVIRONMENT)

    def apply(self, text: str) -> Applied:
        wanted = read_wanted(text.encode(), self.environment, SYSTEMS)
        return apply(self.sessions, self.vault, wanted, SYSTEMS)

    def plan(self, text: str) -> list[Change]:
        return plan(self.sessions, self.vault, read_wanted(text.encode(), self.environment, SYSTEMS))

    def connection(self, name: str) -> Connection:
        with self.sessions() as session:
            return session.scalars(select(Connection).where(Connection.name == name)).one()

    def names(self) -> list[str]:
        with self.sessions() as session:
            return sorted([*session.scalars(select(Connection.name)), *session.scalars(select(Link.name))])

    def map_something(self) -> None:
        with self.sessions.begin() as session:
            link = session.scalars(select(Link)).one()
            mapping = insert(RelationMapping).values(
                link_id=link.id,
                source_connection_id=link.source_id,
                target_connection_id=link.target_id,
                kind="relation",
                source_id=uuid4().hex,
                role="customer",
                target_id=uuid4().hex,
                matched_by="kvk",
            )
            session.execute(mapping)


@pytest.fixture
def office(empty: Sessions, vault: Vault) -> Office:
    return Office(empty, vault)


def words(changes: list[Change] | tuple[Change, ...]) -> list[str]:
    return [f"{change.action} {change.noun} {change.name}" for change in changes]


def test_a_first_file_creates_everything_and_prints_a_hook_token(office: Office) -> None:
    applied = office.apply(TEXT)
    assert words(list(applied.changes)) == [
        "created connection crm",
        "created connection books",
        "created link office",
    ]
    assert list(applied.hooks) == ["crm"]
    row = office.connection("crm")
    assert row.hook_token_hash == office.vault.hash("hook_token", applied.hooks["crm"])
    assert len(applied.hooks["crm"]) >= 43
    assert b"secret-1" not in row.credentials


def test_adapters_get_decrypted_credentials_own_options_and_default_limits(office: Office) -> None:
    office.apply(TEXT)
    crm = connection_info(office.connection("crm"), office.vault, SYSTEMS)
    assert crm.credentials == {"key": "key-1", "secret": "secret-1"}
    assert (crm.hook_secrets, crm.options, crm.limits) == (("hook-1",), {"poll_seconds": 30}, {"minute": 60})
    books = connection_info(office.connection("books"), office.vault, SYSTEMS)
    assert books.base_url == "https://b2bapi.snelstart.nl/v2"
    assert books.limits == {"minute": 500, "hour": 5000, "concurrent": 50}
    assert "secret-1" not in repr(crm)


def test_rules_are_stored_whole(office: Office) -> None:
    office.apply(TEXT)
    with office.sessions() as session:
        rules = link_rules(session.scalars(select(Link)).one())
    assert rules["flag"] == "sync_snelstart"
    assert rules["blank_empty"] is False
    assert rules["number_range"] == [100_000, 999_999]


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    token = office.apply(TEXT).hooks
    again = office.apply(TEXT)
    assert (list(again.changes), again.hooks) == ([], token)
    assert office.plan(TEXT) == []


def test_a_plan_writes_nothing(office: Office) -> None:
    assert len(office.plan(TEXT)) == 3
    assert office.names() == []


def test_a_change_names_its_fields_but_never_a_secret(office: Office) -> None:
    office.apply(TEXT)
    office.environment["BOOKS_KEY"] = "another"
    changes = office.plan(TEXT.replace("hour: 5000", "hour: 1000").replace("match: [kvk, vat", "match: [vat"))
    assert words(changes) == ["changed connection books", "changed link office"]
    fields = [(detail.field, detail.before, detail.after) for detail in changes[0].details]
    assert fields == [("limits.hour", 5000, 1000), ("credentials", None, None)]
    assert changes[1].details[0].field == "relations.match"
    assert "another" not in repr(changes)


def test_new_credentials_end_the_access_token_and_the_wait_for_consent(office: Office) -> None:
    """A refresh token that was pasted stays: it stands in no file."""
    office.apply(TEXT)
    with office.sessions.begin() as session:
        books = session.scalars(select(Connection).where(Connection.name == "books")).one()
        books.state = ConnectionState.NEEDS_CONSENT
        session.add(ConnectionToken(connection_id=books.id, sealed=b"x", generation=3, expires_at=datetime.now(UTC)))
    office.environment["BOOKS_KEY"] = "another"
    office.apply(TEXT)
    assert office.connection("books").state == ConnectionState.ACTIVE
    with office.sessions() as session:
        token = session.scalars(select(ConnectionToken)).one()
        assert (token.expires_at, token.generation, token.sealed) == (None, 4, b"x")
    office.apply(TEXT.replace("system: snelstart", "system: snelstart\n    base_url: https://elsewhere.example/v2", 1))
    with office.sessions() as session:
        assert session.scalars(select(ConnectionToken)).all() == []


def test_a_second_hook_secret_keeps_the_address_and_none_closes_it(office: Office) -> None:
    token = office.apply(TEXT).hooks["crm"]
    office.environment["CRM_HOOK_2"] = "hook-2"
    assert office.apply(TEXT.replace("[env:CRM_HOOK]", "[env:CRM_HOOK_2, env:CRM_HOOK]")).hooks == {"crm": token}
    assert office.apply(TEXT.replace("    hook_secrets: [env:CRM_HOOK]\n", "")).hooks == {}
    row = office.connection("crm")
    assert (row.hook_token, row.hook_token_hash, row.hook_secrets) == (None, None, None)


def test_what_was_never_used_is_removed(office: Office) -> None:
    office.apply(TEXT)
    changes = office.apply("connections: {}\n").changes
    assert words(list(changes)) == [
        "removed link office",
        "removed connection crm",
        "removed connection books",
    ]
    assert office.names() == []


def test_what_has_mappings_is_switched_off_kept_and_restored(office: Office) -> None:
    office.apply(TEXT)
    office.map_something()
    identity = office.connection("books").id
    changes = office.apply("connections: {}\n").changes
    assert words(list(changes)) == [
        "disabled link office",
        "disabled connection crm",
        "disabled connection books",
    ]
    assert office.names() == ["books", "crm", "office"]
    assert office.connection("crm").enabled is False
    assert office.plan("connections: {}\n") == []
    restored = office.apply(TEXT).changes
    assert {change.action for change in restored} == {"restored"}
    assert (office.connection("books").id, office.connection("books").enabled) == (identity, True)
    assert office.plan(TEXT) == []


def test_mappings_cannot_be_moved_to_another_pair_or_system(office: Office) -> None:
    office.apply(TEXT)
    office.map_something()
    third = TEXT.replace(
        "links:",
        f"{OTHER}links:",
    ).replace("target: books", "target: other")
    with pytest.raises(FileRefused) as caught:
        office.apply(third)
    assert [(flaw.code, flaw.field, flaw.mark.line) for flaw in caught.value.flaws] == [
        ("moved", "links.office.target", 18)
    ]
    assert "other" not in office.names()


def test_a_missing_secret_is_refused_with_its_line_and_nothing_changes(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    del office.environment["CRM_SECRET"]
    text = TEXT.replace("env:BOOKS_KEY", f'"file:{tmp_path}/none"').replace(
        "env:BOOKS_KOPPEL", f'"file:{tmp_path}/empty"'
    )
    with pytest.raises(FileRefused) as caught:
        office.apply(text)
    assert [(flaw.mark.line, flaw.code) for flaw in caught.value.flaws] == [
        (5, "secret_env"),
        (10, "secret_file"),
        (10, "secret_file"),
    ]
    assert office.names() == []


def test_a_secret_may_stand_in_a_file(office: Office, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    office.apply(TEXT.replace("env:BOOKS_KEY", f'"file:{tmp_path}/key"'))
    assert (
        connection_info(office.connection("books"), office.vault, SYSTEMS).credentials["subscription_key"]
        == "from-a-file"
    )


def test_a_deed_that_fails_halfway_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("sync.config.applying._Writer._write_link", fail)
    with pytest.raises(RuntimeError):
        office.apply(TEXT)
    assert office.names() == []
