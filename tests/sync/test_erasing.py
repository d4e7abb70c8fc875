"""A relation is erased: what tells of it is gone, what keeps the books right stays, and a crash changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, event, func, select, update

from models.tables import (
    Base,
    ChangeEvent,
    Claim,
    Connection,
    Erasure,
    Feedback,
    Issue,
    Link,
    Mail,
    MappingHistory,
    RelationMapping,
    Review,
    Snapshot,
    SourceIdentifier,
    SubjectKey,
    SyncJob,
    SyncLog,
    TargetIdentifier,
    Undo,
    WriteIntent,
)
from models.vault import Erased, Unreadable
from models.words import JobState, Kind
from sync.erasing import AtWork, Receipt, Unknown, Unsettled, erase, holders, presence, renewed_subject
from sync.mappings import HISTORY_CONTEXT
from sync.retention import sweep
from sync.subjects import subject_of
from sync.traces import EMPTIED, TRACES, Record
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import numbered_customer
from tests.sync.test_rotation import filled, saved_by_els

NOT_OF_A_RECORD = {
    "connection.credentials": "the office's own access to a system",
    "connection.hook_secrets": "the office's own secret",
    "connection.hook_token": "part of an address of the office",
    "connection.hook_token_hash": "part of an address of the office",
    "connection_token.sealed": "the office's own access to a system",
    "api_token.token_hash": "the office's own application",
    "web_session.token_hash": "a user's browser",
    "sign_in.name_hash": "somebody at the door; goes after thirty days",
    "sign_in.address_hash": "somebody at the door; goes after thirty days",
}
"""Ciphertext and hashes that tell of no record, with the reason."""


def record_of(bridge: Bridge, record_id: str) -> Record:
    with bridge.outside.sessions() as session:
        (one,) = holders(session, Kind.RELATION, record_id)
    return one


def erased(bridge: Bridge, record_id: str, **options: Any) -> Receipt:
    return erase(bridge.outside.sessions, bridge.outside.settings, record_of(bridge, record_id), "anna", **options)


@pytest.fixture
def two(bridge: Bridge) -> list[str]:
    """Put two relations through a whole life: created, changed, one with an issue."""
    ids = filled(bridge, 2)
    for record_id in ids:
        bridge.crm_save(record_id, phone="0201112233", email="geen adres")
    saved_by_els(bridge, *ids)
    bridge.drain()
    for record_id in ids:
        leave_traces(bridge, record_id)
    return ids


def leave_traces(bridge: Bridge, record_id: str) -> None:
    """Add what this life has not led to: a question, a message on the timeline, a mail and a wish to undo."""
    (job,) = bridge.rows(SyncJob, SyncJob.record_id == record_id, SyncJob.kind == Kind.RELATION)
    about = {"link_id": job.link_id, "kind": "relation", "record_id": record_id}
    in_crm = about | {"connection_id": job.source_connection_id}
    with bridge.outside.sessions.begin() as session:
        session.add_all(
            [
                Review(**about, role="customer", reason="review.several", candidates=[], label=b"sealed"),
                Feedback(**in_crm, failed=True, untick=False, content=b"sealed", told=b"sealed"),
                Mail(**in_crm, id=uuid4(), sealed=b"sealed"),
            ]
        )
        mapping = session.scalars(select(RelationMapping).where(RelationMapping.source_id == record_id)).one()
        wish = {"log_id": 1, "target_id": mapping.target_id, "by": "els", "reason": "", "correlation_id": uuid4()}
        session.add(Undo(mapping_id=mapping.id, sealed=b"sealed", **wish))


def sealed_rows(bridge: Bridge) -> dict[str, int]:
    """Count, per column of ciphertext or hash, the rows that hold something."""
    found = {}
    with bridge.outside.sessions() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary):
                    query = select(func.count()).select_from(table).where(column.is_not(None))
                    found[f"{table.name}.{column.name}"] = session.scalar(query) or 0
    return found


def test_every_stored_byte_is_erased_or_has_a_reason_to_stay() -> None:
    """Who adds a column of ciphertext or hash must say here what erasing a record does to it."""
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == set(EMPTIED) | set(NOT_OF_A_RECORD)
    assert {name.partition(".")[0] for name in EMPTIED} == set(TRACES)


def test_nothing_sealed_or_hashed_of_it_is_left_and_the_other_keeps_all(bridge: Bridge, two: list[str]) -> None:
    before = sealed_rows(bridge)
    assert all(before[name] for name in EMPTIED)

    receipt = erased(bridge, two[0])

    after = sealed_rows(bridge)
    assert {name: after[name] * 2 for name in EMPTIED} == {name: before[name] for name in EMPTIED}
    assert {name: after[name] for name in NOT_OF_A_RECORD} == {name: before[name] for name in NOT_OF_A_RECORD}
    assert set(receipt.removed) == set(TRACES)
    assert erased(bridge, two[1]).removed == receipt.removed
    assert not any(sealed_rows(bridge)[name] for name in EMPTIED)


def test_times_outcomes_and_the_tie_stay(bridge: Bridge, two: list[str]) -> None:
    counted = {table: len(bridge.rows(table)) for table in (SyncLog, ChangeEvent, SyncJob, Issue)}
    receipt = erased(bridge, two[0])
    assert {table: len(bridge.rows(table)) for table in counted} == counted
    row = next(one for one in bridge.mappings() if one.source_id == two[0])
    assert (row.state, row.base, row.refused) == ("broken", None, [])
    (stays,) = receipt.books
    assert (stays.connection, stays.target_id, stays.number) == ("books", row.target_id, row.target_number)
    assert receipt.stays["sync_log"] == len(bridge.rows(SyncLog, SyncLog.record_id == two[0]))
    assert {one.event for one in bridge.rows(MappingHistory, MappingHistory.mapping_id == row.id)} >= {"erased"}
    (issue,) = bridge.rows(Issue, Issue.record_id == two[0])
    assert (issue.label, issue.url, issue.params, issue.closed_by) == (None, "", {}, "anna")
    assert len(bridge.relaties()) == 2


def test_a_second_run_finds_nothing_left_and_gives_the_same_receipt(bridge: Bridge, two: list[str]) -> None:
    first, second = erased(bridge, two[0]), erased(bridge, two[0])
    assert (first.nothing_left, second.nothing_left) == (False, True)
    assert second == replace(first, nothing_left=True)
    (stored,) = bridge.rows(Erasure)
    assert (stored.record_id, stored.by, stored.counts) == (two[0], "anna", first.removed)


def test_the_receipt_names_the_day_on_which_the_last_month_is_dropped(bridge: Bridge, two: list[str]) -> None:
    settings = bridge.outside.settings.model_copy(update={"retention_days": 10, "retention_log_days": 40})
    bridge.outside = replace(bridge.outside, settings=settings)
    receipt = erased(bridge, two[0])
    now = datetime.now(UTC)
    next_month = (now.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert receipt.log_until == (next_month + timedelta(days=40)).date()


class Power(Exception):
    """The lights go out."""


@contextmanager
def dying(bridge: Bridge, step: int) -> Iterator[list[int]]:
    """Break off at the given statement, or at the commit behind the last one; counts what was passed."""
    engine = bridge.outside.sessions.kw["bind"]
    passed: list[int] = []

    def pass_by(*_: Any) -> None:
        passed.append(len(passed) + 1)
        if len(passed) == step:
            raise Power

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine, name, pass_by)
    try:
        yield passed
    finally:
        for name in names:
            event.remove(engine, name, pass_by)


def test_a_crash_before_any_step_or_the_commit_changes_nothing(bridge: Bridge, two: list[str]) -> None:
    whole, record = sealed_rows(bridge), record_of(bridge, two[0])
    for step in count(1):
        with dying(bridge, step) as passed, suppress(Power):
            erase(bridge.outside.sessions, bridge.outside.settings, record, "anna")
        if len(passed) < step:
            break
        assert sealed_rows(bridge) == whole
        assert bridge.rows(Erasure) == []
    assert step > len(TRACES) + 5
    assert sealed_rows(bridge)["snapshot.sealed"] == 1
    assert len(bridge.rows(Erasure)) == 1


def change_job(bridge: Bridge, record_id: str, **values: Any) -> None:
    with bridge.outside.sessions.begin() as session:
        session.execute(update(SyncJob).where(SyncJob.record_id == record_id).values(**values))


def test_a_record_in_a_workers_hands_is_left_alone_until_its_lease_is_over(bridge: Bridge, two: list[str]) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    change_job(bridge, two[0], lease_until=later, state=JobState.DUE)
    with pytest.raises(AtWork):
        erased(bridge, two[0], force=True)
    (before,) = bridge.rows(SyncJob, SyncJob.record_id == two[0])
    change_job(bridge, two[0], lease_until=later - timedelta(minutes=2))
    erased(bridge, two[0])
    (after,) = bridge.rows(SyncJob, SyncJob.record_id == two[0])
    assert (after.state, after.lease_until, after.done) == (JobState.DONE, None, after.wanted)
    assert after.fence > before.fence


def test_a_write_whose_outcome_is_unknown_is_given_up_by_force_only(bridge: Bridge, two: list[str]) -> None:
    with bridge.outside.sessions.begin() as session:
        mine = select(WriteIntent.id).where(WriteIntent.source_id == two[0]).limit(1).scalar_subquery()
        session.execute(update(WriteIntent).where(WriteIntent.id == mine).values(state="open", settled_at=None))
    with pytest.raises(Unsettled):
        erased(bridge, two[0])
    assert bridge.rows(Erasure) == []
    erased(bridge, two[0], force=True)
    assert bridge.rows(WriteIntent, WriteIntent.source_id == two[0]) == []


def test_who_is_not_known_is_said(bridge: Bridge, two: list[str]) -> None:
    stranger = replace(record_of(bridge, two[0]), id="person:0")
    with bridge.outside.sessions() as session:
        assert holders(session, Kind.RELATION, stranger.id) == []
    with pytest.raises(Unknown):
        erase(bridge.outside.sessions, bridge.outside.settings, stranger, "anna")
    assert bridge.rows(Erasure) == []


def test_an_id_that_two_crms_know_is_found_at_both_and_erased_at_one(bridge: Bridge, two: list[str]) -> None:
    with bridge.outside.sessions.begin() as session:
        (link,) = session.scalars(select(Link)).all()
        other = Connection(name="other", system="simplicate", base_url="", credentials=b"")
        session.add(other)
        session.flush()
        session.add(Link(name="second", source_id=other.id, target_id=link.target_id, rules={}))
        session.add(SubjectKey(connection_id=other.id, kind="relation", record_id=two[0], sealed=b"sealed"))
    with bridge.outside.sessions() as session:
        found = holders(session, Kind.RELATION, two[0])
    assert [one.connection for one in found] == ["crm", "other"]
    receipt = erase(bridge.outside.sessions, bridge.outside.settings, found[1], "anna")
    assert receipt.removed == {"subject_key": 1}
    assert len(bridge.rows(SubjectKey, SubjectKey.sealed.is_(None))) == 1


def test_a_record_of_the_books_that_another_is_tied_to_stays_in_the_index(bridge: Bridge, two: list[str]) -> None:
    mine, other = sorted(bridge.mappings(), key=lambda row: row.source_id == two[1])
    with bridge.outside.sessions.begin() as session:
        session.get_one(RelationMapping, mine.id).state = "broken"
        session.flush()
        session.get_one(RelationMapping, other.id).target_id = mine.target_id
    assert "target_identifier" not in erased(bridge, two[0]).removed
    assert bridge.rows(TargetIdentifier, TargetIdentifier.target_id == mine.target_id)


def test_the_crm_is_asked_whether_it_would_come_back(bridge: Bridge, two: list[str]) -> None:
    record = record_of(bridge, two[0])
    found = presence(bridge.outside, record)
    assert found is not None
    assert (found.name, found.ticked) == (numbered_customer(0)["name"], ["office"])
    bridge.crm_save(two[0], custom_fields={"sync_snelstart": "0"})
    unticked = presence(bridge.outside, record)
    assert unticked is not None
    assert unticked.ticked == []
    assert presence(bridge.outside, replace(record, id="organization:00000000000000000000000000000000")) is None


def test_polls_and_comparisons_do_not_store_it_again(bridge: Bridge, two: list[str]) -> None:
    connection_id = erased(bridge, two[0]).record.connection_id
    bridge.crm_save(two[0], custom_fields={"sync_snelstart": "0"})
    bridge.poll()
    assert bridge.rows(Snapshot, Snapshot.record_id == two[0]) == []
    with bridge.outside.sessions() as session, pytest.raises(Erased):
        subject_of(session, bridge.outside.vault, connection_id, Kind.RELATION, two[0])


def test_what_slipped_in_behind_the_erasure_is_swept(bridge: Bridge, two: list[str]) -> None:
    """A poll that had read the key before it was destroyed stores what nobody can read."""
    tables = (Snapshot, SourceIdentifier, Claim)
    kept = {table: bridge.rows(table) for table in tables}
    erased(bridge, two[0])
    with bridge.outside.sessions.begin() as session:
        for rows in kept.values():
            for row in rows:
                session.merge(row)
    assert sweep(bridge.outside.sessions) == sum(len(rows) for rows in kept.values()) / 2
    assert sweep(bridge.outside.sessions) == 0
    assert {row.record_id for row in bridge.rows(Snapshot)} == {two[1]}


def test_who_takes_part_again_gets_a_key_of_its_own(bridge: Bridge, two: list[str]) -> None:
    record, vault = record_of(bridge, two[0]), bridge.outside.vault
    old = next(one.sealed for one in bridge.rows(MappingHistory) if one.sealed is not None)
    erased(bridge, two[0])
    with bridge.outside.sessions.begin() as session:
        first = renewed_subject(session, vault, record)
    with bridge.outside.sessions.begin() as session:
        second = renewed_subject(session, vault, record)
    assert second.open(first.seal("x", "test"), "test") == "x"
    with pytest.raises(Unreadable):
        second.open(old, HISTORY_CONTEXT)
