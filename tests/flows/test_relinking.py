"""A person ties a relation to another target record, breaks a tie or takes that back, while jobs go on running."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.tables import Audit, MappingHistory, RelationMapping, Review, SyncJob
from models.vault import Vault
from models.words import JobState, Origin
from sync import jobs, labels, mappings
from sync.audit import Actor
from sync.breaking import break_tie, restore, synchronise
from sync.intents import Writing, open_intent
from sync.jobs import StaleLease
from sync.relinking import preview, relink
from sync.run import run_job
from sync.ties import Changed, Deed, Refused, Seen
from sync.work import Work
from tests.fixtures.bridge import Bridge
from tests.fixtures.tax import TwoTargets
from tests.flows.sandbox_data import customer, numbered_customer
from tests.flows.test_decisions import active, delete_in_books, in_books

ELS = Deed(Actor("els", "page"), "the wrong one")


def only(bridge: Bridge) -> RelationMapping:
    (row,) = bridge.mappings()
    return row


def seen(row: RelationMapping) -> Seen:
    return Seen(row.target_id, row.state)


def tied(bridge: Bridge) -> tuple[str, RelationMapping, str]:
    """Return a record that was synchronised, its mapping, and another relatie of the bookkeeper's."""
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    other = in_books(bridge, naam="Zonnig (oud dossier)", telefoon="0100000000", email="oud@example.nl")
    return record, only(bridge), other


def relatie(bridge: Bridge, target_id: str) -> dict[str, Any]:
    return next(row for row in bridge.relaties() if row["id"] == target_id)


def severed(bridge: Bridge, row: RelationMapping) -> Changed:
    with bridge.outside.sessions.begin() as session:
        return break_tie(session, row.id, seen(row), ELS)


def restored(bridge: Bridge, row: RelationMapping) -> Changed:
    with bridge.outside.sessions.begin() as session:
        return restore(session, row.id, seen(row), ELS)


def test_relinked_the_new_one_is_overwritten_and_the_old_one_left_alone_and_undo_puts_it_back(bridge: Bridge) -> None:
    record, row, other = tied(bridge)
    first = relatie(bridge, row.target_id)

    shown = preview(bridge.outside, row.id, other)
    assert {"naam", "telefoon"} <= set(shown.overwritten)
    assert (shown.target_id, shown.seen, shown.problems) == (other, seen(row), ())
    assert relatie(bridge, other)["telefoon"] == "0100000000"

    done = relink(bridge.outside, row.id, other, seen(row), ELS)
    assert [job.wake for job in done.jobs] == [True]
    bridge.drain()

    moved = relatie(bridge, other)
    assert (moved["naam"], moved["telefoon"]) == (first["naam"], first["telefoon"])
    assert relatie(bridge, row.target_id) == first
    now = only(bridge)
    assert (now.id, now.target_id, now.state) == (row.id, other, "active")
    assert (now.matched_by, now.decided_by, now.target_number) == ("person", "els", str(moved["relatiecode"]))

    bridge.crm_save(record, phone="0203334455")
    bridge.sync(record)
    assert relatie(bridge, other)["telefoon"] == "0203334455"
    assert relatie(bridge, row.target_id) == first

    relink(bridge.outside, row.id, row.target_id, seen(now), ELS)
    bridge.drain()
    assert relatie(bridge, row.target_id)["telefoon"] == "0203334455"
    assert len(active(bridge)) == 2


def test_history_and_audit_tell_who_moved_it_from_where_to_where(bridge: Bridge) -> None:
    _, row, other = tied(bridge)
    relink(bridge.outside, row.id, other, seen(row), ELS)
    relink(bridge.outside, row.id, row.target_id, seen(only(bridge)), ELS)
    entries = sorted(bridge.rows(MappingHistory, MappingHistory.event == "relinked"), key=lambda one: one.id)
    assert [(one.target_id, one.by) for one in entries] == [(other, "els"), (row.target_id, "els")]
    audited = sorted(bridge.rows(Audit, Audit.action == "mapping.relink"), key=lambda one: one.id)
    assert [(one.before["target_id"], one.after["target_id"]) for one in audited] == [
        (row.target_id, other),
        (other, row.target_id),
    ]
    assert [one.correlation_id for one in audited] == [one.correlation_id for one in entries]
    assert audited[0].reason == "the wrong one"


def test_what_cannot_be_had_is_refused_in_words_and_nothing_changes(bridge: Bridge) -> None:
    _, row, other = tied(bridge)
    holder = bridge.crm_save(None, **numbered_customer(1))
    bridge.sync(holder)
    taken = next(one for one in bridge.mappings() if one.source_id == holder)
    supplier = in_books(bridge, naam="Leverancier", relatiesoort=["Leverancier"])
    gone = in_books(bridge, naam="Weg")
    delete_in_books(bridge, gone)
    nobody = "00000000-0000-4000-8000-000000000000"

    for target_id, code in {
        row.target_id: "mapping.same",
        taken.target_id: "mapping.taken",
        supplier: "mapping.other_role",
        gone: "mapping.absent",
        nobody: "mapping.absent",
        "../companyInfo": "mapping.absent",
        "geen id": "mapping.absent",
    }.items():
        with pytest.raises(Refused) as refused:
            preview(bridge.outside, row.id, target_id)
        with pytest.raises(Refused) as again:
            relink(bridge.outside, row.id, target_id, seen(row), ELS)
        assert (refused.value.code, again.value.code) == (code, code)
        if code == "mapping.taken":
            assert refused.value.params["holder"] == holder
    with pytest.raises(Refused, match=r"mapping\.unknown"):
        relink(bridge.outside, 10**9, other, seen(row), ELS)
    assert {one.target_id for one in bridge.mappings()} == {row.target_id, taken.target_id}
    assert bridge.rows(Audit) == []


def test_of_two_editors_the_second_is_told_by_whom_it_changed(bridge: Bridge) -> None:
    _, row, other = tied(bridge)
    third = in_books(bridge, naam="Derde")
    relink(bridge.outside, row.id, other, seen(row), ELS)

    with pytest.raises(Refused) as refused:
        relink(bridge.outside, row.id, third, seen(row), Deed(Actor("jan", "page")))

    assert refused.value.code == "mapping.moved"
    assert dict(refused.value.params) == {"by": "els", "target": other, "state": "active"}
    with pytest.raises(Refused, match=r"mapping\.moved"):
        severed(bridge, row)
    assert only(bridge).target_id == other


def test_a_worker_that_had_begun_neither_writes_to_the_old_one_nor_overwrites_the_new_tie(bridge: Bridge) -> None:
    record, row, other = tied(bridge)
    first = relatie(bridge, row.target_id)
    bridge.crm_save(record, phone="0208889900")
    bridge.hear(record)
    (job,) = bridge.rows(SyncJob, SyncJob.record_id == record)
    with bridge.outside.sessions.begin() as session:
        lease = jobs.take(session, job.id, 60)
        assert lease is not None
        work = Work.open(session, bridge.outside, lease)
        work.label = b"somebody else's"

    relink(bridge.outside, row.id, other, seen(row), ELS)

    with pytest.raises(StaleLease):
        open_intent(work, Writing("customer", "update", {"telefoon": "1"}, target_id=row.target_id))
    with bridge.outside.sessions.begin() as session, pytest.raises(StaleLease):
        mappings.held(session, work, row)
    old = work.target.read(row.target_id)
    with bridge.outside.sessions.begin() as session, pytest.raises(StaleLease):
        mappings.link_to(session, work, "customer", old, "kvk", {})  # type: ignore[arg-type]
    bridge.drain()
    assert only(bridge).target_id == other
    assert relatie(bridge, other)["telefoon"] == "0208889900"
    assert relatie(bridge, row.target_id) == first


def test_a_write_that_is_under_way_is_waited_for(bridge: Bridge) -> None:
    record, row, other = tied(bridge)
    bridge.hear(record)
    (job,) = bridge.rows(SyncJob, SyncJob.record_id == record)
    with bridge.outside.sessions.begin() as session:
        lease = jobs.take(session, job.id, 60)
        assert lease is not None
        work = Work.open(session, bridge.outside, lease)
    open_intent(work, Writing("customer", "update", {"telefoon": "1"}, target_id=row.target_id))

    with pytest.raises(Refused, match=r"mapping\.writing"):
        relink(bridge.outside, row.id, other, seen(row), ELS)
    with pytest.raises(Refused, match=r"mapping\.writing"):
        severed(bridge, row)
    (still,) = bridge.rows(SyncJob, SyncJob.record_id == record)
    assert still.fence == lease.fence
    assert only(bridge).target_id == row.target_id


def test_a_former_answer_does_not_undo_a_relink(bridge: Bridge) -> None:
    record, row, other = tied(bridge)
    with bridge.outside.sessions.begin() as session:
        about = {"link_id": row.link_id, "kind": row.kind, "record_id": record, "role": row.role, "candidates": []}
        session.add(Review(**about, reason="review.several", decision="use", decided_target_id=row.target_id))
        session.flush()
        session.scalars(select(Review)).one().decided_at = func.now()
    relink(bridge.outside, row.id, other, seen(row), ELS)
    bridge.drain()
    bridge.crm_save(record, phone="0201231231")
    bridge.sync(record)
    assert only(bridge).target_id == other


def test_broken_it_stays_out_while_the_box_is_ticked_and_restored_it_is_brought_up_to_date(bridge: Bridge) -> None:
    record, row, _ = tied(bridge)
    first = relatie(bridge, row.target_id)
    severed(bridge, row)
    bridge.drain()

    for origin in (Origin.HOOK, Origin.BACKFILL, Origin.RECONCILE):
        bridge.crm_save(record, phone="0205556677")
        bridge.hear(record, origin=origin)
        bridge.drain()
    bridge.crm_save(record, custom_fields={"sync_snelstart": "0"})
    bridge.sync(record)
    bridge.crm_save(record, custom_fields={"sync_snelstart": "1"})
    bridge.sync(record)

    assert relatie(bridge, row.target_id) == first
    assert only(bridge).state == "broken"
    assert len(active(bridge)) == 2
    assert bridge.open_reviews() == []
    assert bridge.open_issues() == []
    with pytest.raises(Refused, match=r"mapping\.moved"):
        severed(bridge, row)

    restored(bridge, only(bridge))
    bridge.drain()
    assert relatie(bridge, row.target_id)["telefoon"] == "0205556677"
    assert only(bridge).state == "active"
    events = [one.event for one in sorted(bridge.rows(MappingHistory), key=lambda one: one.id)]
    assert [one for one in events if one in ("broken", "restored")] == ["broken", "restored"]


def test_what_the_crm_unticked_is_not_restored_here_and_a_taken_one_not_at_all(bridge: Bridge) -> None:
    record, row, _ = tied(bridge)
    bridge.crm_save(record, custom_fields={"sync_snelstart": "0"})
    bridge.sync(record)
    with pytest.raises(Refused, match=r"mapping\.not_by_hand"):
        restored(bridge, only(bridge))
    with pytest.raises(Refused, match=r"mapping\.not_ticked"):
        preview(bridge.outside, row.id, in_books(bridge, naam="Ander"))
    bridge.crm_save(record, custom_fields={"sync_snelstart": "1"})
    bridge.sync(record)

    severed(bridge, only(bridge))
    second = bridge.crm_save(None, **numbered_customer(1))
    bridge.sync(second)
    theirs = next(one for one in bridge.mappings() if one.source_id == second)
    relink(bridge.outside, theirs.id, row.target_id, seen(theirs), ELS)
    with pytest.raises(Refused) as refused:
        restored(bridge, next(one for one in bridge.mappings() if one.source_id == record))
    assert (refused.value.code, refused.value.params["holder"]) == ("mapping.taken", second)


def test_synchronised_again_costs_no_write_where_nothing_differs(bridge: Bridge) -> None:
    _, row, _ = tied(bridge)
    writes = bridge.arrivals("PUT")
    with bridge.outside.sessions.begin() as session:
        done = synchronise(session, row.id, ELS)
    (job,) = done.jobs
    assert run_job(bridge.outside, job.id) == JobState.DONE
    assert bridge.arrivals("PUT") == writes


def test_the_name_is_kept_sealed_and_follows_the_crm(bridge: Bridge) -> None:
    record, row, _ = tied(bridge)
    vault: Vault = bridge.outside.vault
    with bridge.outside.sessions.begin() as session:
        assert list(labels.names(session, vault, [row]).values()) == ["Bakkerij Zonnig B.V."]
    bridge.crm_save(record, name="Bakkerij Maan B.V.")
    bridge.sync(record)
    with bridge.outside.sessions.begin() as session:
        assert list(labels.names(session, vault, [only(bridge)]).values()) == ["Bakkerij Maan B.V."]
    assert only(bridge).label is not None
    assert b"Maan" not in (only(bridge).label or b"")


def test_a_client_of_nextens_is_relinked_too(both: TwoTargets) -> None:
    record = both.crm_save(None, **customer(custom_fields={"sync_nextens": "1"}))
    both.sync(record)
    (row,) = both.tax_mappings()
    other = both.crm_save(None, **numbered_customer(1, custom_fields={"sync_nextens": "1"}))
    both.sync(other)
    theirs = next(one for one in both.tax_mappings() if one.source_id == other)
    with pytest.raises(Refused, match=r"mapping\.taken"):
        preview(both.outside, row.id, theirs.target_id)
    with both.outside.sessions.begin() as session:
        break_tie(session, theirs.id, seen(theirs), ELS)
    both.drain()
    calls = both.tax_calls()
    assert preview(both.outside, row.id, theirs.target_id).overwritten
    assert both.tax_calls() == calls + 1
    relink(both.outside, row.id, theirs.target_id, seen(row), ELS)
    both.drain()
    assert next(one for one in both.tax_mappings() if one.id == row.id).target_id == theirs.target_id
