"""Master keys rotate under a running bridge; the old one then opens nothing, finds nothing and may go."""

import signal
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, delete, func, select, update

from adapters.base import Notice
from models.database import Sessions, open_engine, open_sessions
from models.tables import (
    Base,
    Claim,
    Connection,
    Mail,
    SourceIdentifier,
    SubjectKey,
    SyncJob,
    TargetIdentifier,
    TargetIndex,
)
from models.tables.base import key_of
from models.vault import Subject, Unreadable, Vault
from models.words import Kind, Lane, Origin, Role
from sync import freshness, snapshots, twins
from sync.candidates import Sides
from sync.config.loading import HOOK_TOKEN, HOOK_TOKEN_HASH
from sync.feedback.mailing import CONTEXT as MAIL
from sync.intake import record_changes
from sync.intents import CLAIM_CONTEXT
from sync.rotating import COLUMNS
from sync.rotation import remaining, rotate, sealed_by, unread
from sync.subjects import subject_of
from tests.fixtures.bridge import UUID_OF_TEST, Bridge
from tests.fixtures.servers import REPOSITORY
from tests.flows.sandbox_data import customer, numbered_customer, rsin

OLD_TEXT, NEW_TEXT = (f"{name}:{b64encode(name[0].encode() * 32).decode()}" for name in ("t1", "u2"))
OLD, BOTH, NEW = (Vault.from_text(text) for text in (OLD_TEXT, f"{NEW_TEXT},{OLD_TEXT}", NEW_TEXT))
"""The bridge's own key, then a newer in front of it, then that alone."""

UNDER_A_RECORDS_KEY = {
    "claim.sealed",
    "feedback.content",
    "feedback.told",
    "issue.label",
    "mapping_history.sealed",
    "relation_mapping.base",
    "relation_mapping.label",
    "review.label",
    "snapshot.sealed",
    "source_identifier.sealed",
    "sync_log.sealed",
    "undo.sealed",
    "write_intent.sealed",
}
"""Columns that need nothing of a rotation but their record's key."""
PROVEN_BY_ITS_OWNER = {
    "api_token.token_hash",
    "web_session.token_hash",
    "sign_in.name_hash",
    "sign_in.address_hash",
}
"""Hashes of what nobody here holds: tokens follow when they are used, sessions and attempts end before the key goes."""
WITH_ANOTHER = {"connection.hook_token_hash"}
"""Moved together with the seal that it is the hash of."""


def under(bridge: Bridge, vault: Vault) -> None:
    bridge.outside = replace(bridge.outside, vault=vault)


def saved_by_els(bridge: Bridge, *record_ids: str) -> None:
    """Hear of records from a person, so that who saved them is sealed."""
    with bridge.outside.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "crm")).one()
        notices = [Notice(Kind.RELATION, one, saved_by="els") for one in record_ids]
        now = datetime.now(UTC)
        record_changes(session, crm, notices, Origin.HOOK, UUID_OF_TEST, now, bridge.outside.vault)


def filled(bridge: Bridge, many: int = 6) -> list[str]:
    """Put relations through the bridge under the old key."""
    ids = [bridge.crm_save(None, **numbered_customer(number)) for number in range(many)]
    saved_by_els(bridge, *ids)
    bridge.drain()
    return ids


def read_whole_index(bridge: Bridge) -> None:
    target = Sides.open(bridge.outside, "office").target
    freshness.ensure_fresh(bridge.outside, target, Lane.LIVE)
    if unread(bridge.outside.sessions, bridge.outside.vault):
        assert freshness.refresh(bridge.outside, target)


def assert_old_key_is_useless(bridge: Bridge) -> None:
    """Nothing hangs on it, and the new one alone opens everything."""
    sessions = bridge.outside.sessions
    assert remaining(sessions, BOTH) == 0
    assert unread(sessions, BOTH) == {}
    assert set(sealed_by(sessions, BOTH)) == {"u2"}
    with sessions.begin() as session:
        for key in session.scalars(select(SubjectKey)):
            NEW.subject(key.sealed)
        for claim in session.scalars(select(Claim).where(key_of(Claim.value_hash) == b"u2")):
            value = subject(session, claim.source_connection_id, claim.source_id).open(claim.sealed, CLAIM_CONTEXT)
            assert claim.value_hash == NEW.hash(claim.identifier, value)


def subject(session: Any, connection_id: int, record_id: str) -> Subject:
    wrapped = session.scalars(
        select(SubjectKey.sealed).where(SubjectKey.connection_id == connection_id, SubjectKey.record_id == record_id)
    ).one()
    return NEW.subject(wrapped)


def test_every_stored_byte_has_its_place_in_the_rotation() -> None:
    """Who adds a column of ciphertext or hash must say here how it gets to a new key."""
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    moved = {column.name for column in COLUMNS} | {"target_identifier.value_hash"}
    assert columns == moved | UNDER_A_RECORDS_KEY | WITH_ANOTHER | PROVEN_BY_ITS_OWNER


def hook_token(bridge: Bridge) -> str:
    (crm,) = bridge.rows(Connection, Connection.name == "crm")
    return OLD.open(crm.hook_token, HOOK_TOKEN).decode()


def test_after_rotation_the_bridge_works_without_the_old_key(bridge: Bridge) -> None:
    ids = filled(bridge)
    known = numbered_customer(50)
    books = {"relatiesoort": ["Klant"], "naam": "Van de boekhouder", "kvkNummer": known["coc_code"]}
    target = bridge.control("books", "POST", "edit", {"changes": books})["id"]
    read_whole_index(bridge)
    token = hook_token(bridge)

    under(bridge, BOTH)
    list(rotate(bridge.outside.sessions, BOTH, batch=4))
    assert set(unread(bridge.outside.sessions, BOTH)) == {"books"}
    with bridge.outside.sessions.begin() as session:
        # So that a reading of what changed lately would find nothing.
        session.execute(update(TargetIndex).values(seen_modified=datetime(2099, 1, 1)))  # noqa: DTZ001
    read_whole_index(bridge)
    under(bridge, NEW)

    assert_old_key_is_useless(bridge)
    (crm,) = bridge.rows(Connection, Connection.hook_token_hash == NEW.hash(HOOK_TOKEN_HASH, token))
    assert crm.name == "crm"
    bridge.sync(*ids)
    assert bridge.arrivals("PUT") == 0
    bridge.crm_save(ids[0], phone="0209999999")
    bridge.sync(ids[0])
    assert bridge.arrivals("PUT") == 1
    bridge.sync(bridge.crm_save(None, **known))
    assert [row.target_id for row in bridge.mappings() if row.matched_by == "kvk"] == [target]
    bridge.sync(bridge.crm_save(None, **numbered_customer(3, name="Nog eens")))
    assert (len(bridge.open_reviews()), len(bridge.relaties())) == (1, len(ids) + 1)


def test_claims_alone_still_refuse_a_double(bridge: Bridge) -> None:
    """With twins and index out of the way: the claim of before the rotation is what stops the create."""
    filled(bridge, 2)
    under(bridge, BOTH)
    list(rotate(bridge.outside.sessions, BOTH))
    under(bridge, NEW)
    with bridge.outside.sessions.begin() as session:
        for table in (SourceIdentifier, TargetIdentifier):
            session.execute(delete(table))
    bridge.sync(bridge.crm_save(None, **numbered_customer(1, name="Nog eens")))
    (review,) = bridge.open_reviews()
    assert review.reason == "review.double_in_crm"
    assert len(bridge.relaties()) == 2


@pytest.mark.parametrize("rotated_first", [True, False])
def test_record_under_the_new_key_meets_the_claim_of_the_old_one(bridge: Bridge, rotated_first: bool) -> None:
    filled(bridge, 2)
    under(bridge, BOTH)
    if rotated_first:
        list(rotate(bridge.outside.sessions, BOTH))
    with bridge.outside.sessions.begin() as session:
        session.execute(delete(SourceIdentifier))
        session.execute(delete(TargetIdentifier))
    bridge.sync(bridge.crm_save(None, **numbered_customer(0, name="Nog eens")))
    assert [review.reason for review in bridge.open_reviews()] == ["review.double_in_crm"]


def test_rotation_amid_running_jobs_loses_nothing(bridge: Bridge) -> None:
    ids = filled(bridge, 10)
    under(bridge, BOTH)
    for id_ in ids:
        bridge.crm_save(id_, phone="0201112233")
    new = [bridge.crm_save(None, **numbered_customer(number)) for number in range(100, 120)]
    doubles = [bridge.crm_save(None, **numbered_customer(number, name="Dubbel")) for number in range(5)]
    saved_by_els(bridge, *ids, *new, *doubles)
    rotating = threading.Thread(target=lambda: list(rotate(bridge.outside.sessions, BOTH, batch=3)))
    rotating.start()
    bridge.drain(60)
    rotating.join(60)
    assert not rotating.is_alive()

    list(rotate(bridge.outside.sessions, BOTH))
    read_whole_index(bridge)
    under(bridge, NEW)
    assert_old_key_is_useless(bridge)
    assert len(bridge.relaties()) == 30
    assert len(bridge.open_reviews()) == 5
    assert sum(row["telefoon"] == "0201112233" for row in bridge.relaties()) == 10


def test_killed_between_batches_it_goes_on_where_it_was(bridge: Bridge, fresh_database_url: str) -> None:
    ids = filled(bridge, 5)
    under(bridge, BOTH)
    before = remaining(bridge.outside.sessions, BOTH)
    for steps in (3, 9, 16):
        kill_after(fresh_database_url, steps)
        bridge.sync(*ids)
    assert 0 < remaining(bridge.outside.sessions, BOTH) <= before - 28
    list(rotate(bridge.outside.sessions, BOTH))
    read_whole_index(bridge)
    under(bridge, NEW)
    assert_old_key_is_useless(bridge)
    bridge.sync(*ids)
    assert bridge.arrivals("PUT") == 0
    assert bridge.open_issues() == []


def kill_after(database_url: str, steps: int) -> None:
    """Let another process rotate, and end it without warning after some batches."""
    command = [sys.executable, "-m", "tests.sync.rotating", database_url, f"{NEW_TEXT},{OLD_TEXT}"]
    with subprocess.Popen(command, cwd=REPOSITORY, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(steps):
            assert process.stdout.readline()
            process.stdin.write("\n")
            process.stdin.flush()
        process.send_signal(signal.SIGKILL)


def test_a_mail_about_a_connection_moves_and_one_about_a_record_needs_not(bridge: Bridge) -> None:
    (record_id,) = filled(bridge, 1)
    (job,) = bridge.rows(SyncJob)
    about = {"link_id": job.link_id, "connection_id": job.source_connection_id, "kind": "relation"}
    with bridge.outside.sessions.begin() as session:
        session.add(Mail(**about, id=uuid4(), record_id="", sealed=OLD.seal_json({"to": "els"}, MAIL)))
        own = subject_of(session, OLD, job.source_connection_id, Kind.RELATION, record_id)
        session.add(Mail(**about, id=uuid4(), record_id=record_id, sealed=own.seal({"to": "jan"}, MAIL)))
    list(rotate(bridge.outside.sessions, BOTH))
    under(bridge, BOTH)
    read_whole_index(bridge)
    assert_old_key_is_useless(bridge)
    office, person = sorted(bridge.rows(Mail), key=lambda row: row.record_id)
    assert NEW.open_json(office.sealed, MAIL) == {"to": "els"}
    with bridge.outside.sessions() as session:
        assert subject(session, job.source_connection_id, record_id).open(person.sealed, MAIL) == {"to": "jan"}


def test_index_of_a_target_that_nothing_reads_is_dropped_and_read_whole_when_used_again(
    bridge: Bridge,
) -> None:
    filled(bridge, 3)
    set_enabled(bridge, False)
    list(rotate(bridge.outside.sessions, BOTH))
    assert unread(bridge.outside.sessions, BOTH) == {}
    assert bridge.rows(TargetIdentifier) == []
    set_enabled(bridge, True)
    under(bridge, NEW)
    bridge.sync(bridge.crm_save(None, **customer()))
    with bridge.outside.sessions.begin() as session:
        indexed = select(func.count(func.distinct(TargetIdentifier.target_id)))
        assert session.scalar(indexed) == 4


def set_enabled(bridge: Bridge, enabled: bool) -> None:
    with bridge.outside.sessions.begin() as session:
        session.scalars(select(Connection).where(Connection.name == "books")).one().enabled = enabled


def test_key_that_is_not_configured_stops_it(bridge: Bridge) -> None:
    filled(bridge, 1)
    with pytest.raises(Unreadable):
        list(rotate(bridge.outside.sessions, NEW))
    assert snapshots_open(bridge, OLD) == 1


def snapshots_open(bridge: Bridge, vault: Vault) -> int:
    with bridge.outside.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "crm")).one()
        ids = snapshots.known_ids(session, crm, Kind.RELATION)
        return len(snapshots.load_many(session, vault, crm, Kind.RELATION, sorted(ids)))


@pytest.fixture(scope="module")
def plain(database_url: str) -> Iterator[Sessions]:
    engine = open_engine(database_url, pool=2)
    yield open_sessions(engine)
    engine.dispose()


CLAIMS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 2),
        st.sampled_from([OLD, BOTH, NEW]),
        st.sampled_from(["kvk", "vat", "bsn", "number"]),
    ),
    max_size=30,
)
"""Record, role, the keys its process had, and the identifier."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claims=CLAIMS, erased=st.sets(st.integers(0, 5), max_size=2), cuts=st.lists(st.integers(0, 9)))
def test_whatever_stands_there_nothing_is_readable_by_the_old_key_alone(
    plain: Sessions, claims: list[tuple[int, int, Vault, str]], erased: set[int], cuts: list[int]
) -> None:
    expected = stand(plain, claims, erased)
    for cut in cuts:
        going = rotate(plain, BOTH, batch=2)
        for _ in range(cut):
            next(going, None)
        going.close()
    list(rotate(plain, BOTH, batch=3))
    with plain() as session:
        found = set(session.execute(select(Claim.source_id, Claim.role, Claim.identifier, Claim.value_hash)))
        assert {tuple(row) for row in found} == expected
        for key in session.scalars(select(SubjectKey.sealed).where(SubjectKey.sealed.is_not(None))):
            NEW.subject(key)
    assert remaining(plain, BOTH) == 0


def stand(
    sessions: Sessions, claims: list[tuple[int, int, Vault, str]], erased: set[int]
) -> set[tuple[str, str, str, bytes]]:
    """Store claims as processes with different keys would; returns what must stand after the rotation."""
    expected = set()
    with sessions.begin() as session:
        for table in (Claim, SubjectKey):
            session.execute(delete(table))
        subjects = {}
        for record in range(6):
            subjects[record], wrapped = OLD.new_subject()
            sealed = None if record in erased else wrapped
            session.add(SubjectKey(connection_id=1, kind="relation", record_id=str(record), sealed=sealed))
        for record, role, vault, name in claims:
            value = rsin(record)
            for made in vault.hashes(name, value):
                session.merge(claim(record, role, name, made, subjects[record].seal(value, CLAIM_CONTEXT)))
            new = NEW.hash(name, value)
            if record not in erased or new in vault.hashes(name, value):
                expected.add((str(record), str(role), name, new))
    return expected


def claim(record: int, role: int, name: str, made: bytes, sealed: bytes) -> Claim:
    return Claim(
        target_connection_id=2,
        role=str(role),
        identifier=name,
        value_hash=made,
        source_connection_id=1,
        kind="relation",
        source_id=str(record),
        sealed=sealed,
    )


def test_twin_is_seen_across_keys(bridge: Bridge) -> None:
    ids = filled(bridge, 1)
    side = Sides.open(bridge.outside, "office")
    identity = side.target.identity(side.source.relation(stored(bridge), side.rules.model_dump()))
    with bridge.outside.sessions.begin() as session:
        found = twins.twins_of(session, BOTH, side.link.id, "other", Role.CUSTOMER, identity)
    assert found["kvk"] == ids


def stored(bridge: Bridge) -> Any:
    with bridge.outside.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "crm")).one()
        ids = snapshots.known_ids(session, crm, Kind.RELATION)
        return snapshots.load_many(session, bridge.outside.vault, crm, Kind.RELATION, sorted(ids))[0]
