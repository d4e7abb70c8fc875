"""A pause belongs to whoever set it: files that are applied meanwhile change what they wish, not the pause."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from models.database import Sessions, open_engine, open_sessions
from models.tables import Audit, Connection, Link
from models.vault import Vault, new_key_text
from sync.audit import Actor
from sync.config.applying import apply, plan, read_wanted
from sync.config.exporting import export_yaml
from sync.config.loading import load_stored
from sync.pausing import NotPaused, Noun, pause, pause_of, resume
from tests.sync.config.files import ENVIRONMENT, OFFICE
from tests.sync.config.systems import SYSTEMS

TEXT = OFFICE.replace('"file:/run/secrets/books"', "env:BOOKS_KOPPEL")
OFF = TEXT.replace("    target: books\n", "    target: books\n    enabled: false\n")
WHO = Actor("Ina", "page")


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault.from_text(new_key_text("k1"))


@pytest.fixture
def sessions(database_url: str, vault: Vault) -> Iterator[Sessions]:
    engine = open_engine(database_url, pool=2)
    made = open_sessions(engine)
    with made.begin() as session:
        session.execute(text("TRUNCATE connection, link, audit CASCADE"))
    put(made, vault, TEXT)
    yield made
    engine.dispose()


def put(sessions: Sessions, vault: Vault, content: str) -> None:
    apply(sessions, vault, read_wanted(content.encode(), ENVIRONMENT, SYSTEMS), SYSTEMS)


def is_on(sessions: Sessions, noun: Noun) -> bool:
    table, name = (Link, "office") if noun == "link" else (Connection, "books")
    with sessions() as session:
        return bool(session.scalar(select(table.enabled).where(table.name == name)))


def switch(sessions: Sessions, noun: Noun, reason: str | None) -> None:
    with sessions.begin() as session:
        name = "office" if noun == "link" else "books"
        if reason is None:
            resume(session, WHO, noun, name)
        else:
            pause(session, WHO, noun, name, reason)


@pytest.mark.parametrize("noun", ["link", "connection"])
def test_a_pause_outlives_a_file_and_is_not_exported(sessions: Sessions, vault: Vault, noun: Noun) -> None:
    switch(sessions, noun, "  jaar \n werk ")
    put(sessions, vault, TEXT.replace("hour: 5000", "hour: 4000").replace("number: crm", "number: own"))
    assert not is_on(sessions, noun)
    assert plan(sessions, vault, read_wanted(TEXT.encode(), ENVIRONMENT, SYSTEMS)) != []
    with sessions() as session:
        assert "enabled" not in export_yaml(load_stored(session, None).configuration)
        of_link = session.scalars(select(Link)).one()
        of_books = session.scalars(select(Connection).where(Connection.name == "books")).one()
        paused = pause_of(of_link if noun == "link" else of_books)
        assert paused is not None
        assert paused["reason"] == "jaar werk"
    switch(sessions, noun, None)
    assert is_on(sessions, noun)
    with sessions() as session:
        assert [(one.action, one.reason) for one in session.scalars(select(Audit).order_by(Audit.id))] == [
            (f"{noun}.pause", "jaar werk"),
            (f"{noun}.resume", ""),
        ]


def test_what_a_file_switched_off_meanwhile_stays_off_after_the_pause(sessions: Sessions, vault: Vault) -> None:
    switch(sessions, "link", "jaarwerk")
    put(sessions, vault, OFF)
    switch(sessions, "link", None)
    assert not is_on(sessions, "link")
    with pytest.raises(NotPaused, match="off"):
        switch(sessions, "link", None)
    with pytest.raises(NotPaused, match="off"):
        switch(sessions, "link", "nog eens")
    put(sessions, vault, TEXT)
    assert is_on(sessions, "link")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_pause_needs_a_reason_of_one_line(sessions: Sessions, reason: str) -> None:
    with pytest.raises(NotPaused, match="reason"):
        switch(sessions, "link", reason)
    assert is_on(sessions, "link")
