"""A sync overwrote what the bookkeeper had; a person puts it back, and it stays until the CRM changes it again."""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.tables import Audit, MappingHistory, SyncLog, Undo, WriteIntent
from models.words import Origin
from sync.audit import Actor
from sync.run import run_job
from sync.undoing import CannotUndo, plan, undo
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer, numbered_customer
from tests.flows.test_crashes import NEVER, Crash, crash, crashing_bridge, job_of, recover

__all__ = ["crash", "crashing_bridge"]

OLD, NEW = "0205557297", "0201112233"
ELS = Actor("els", "page")


def overwritten(bridge: Bridge, **changes: Any) -> tuple[str, int]:
    """Return a record of which a sync overwrote the telephone, and the row of the log that says so."""
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.crm_save(record, **{"phone": NEW, **changes})
    bridge.sync(record)
    return record, last_update(bridge, record)


def last_update(bridge: Bridge, record: str) -> int:
    with bridge.outside.sessions() as session:
        found = session.scalar(
            select(func.max(SyncLog.id)).where(SyncLog.record_id == record, SyncLog.outcome == "updated")
        )
    assert found is not None
    return int(found)


def phone(bridge: Bridge) -> str:
    (relatie,) = bridge.relaties()
    return str(relatie["telefoon"])


def calls(bridge: Bridge) -> int:
    return int(bridge.control("books", "GET", "stats")["total"])


def test_what_was_overwritten_comes_back_and_stays_until_the_crm_changes_it(bridge: Bridge) -> None:
    record, entry = overwritten(bridge, email="post@zonnig.example")
    before = calls(bridge)
    planned = plan(bridge.outside, entry)
    assert calls(bridge) - before == 1
    assert {one.name: (one.former, one.now, one.verdict) for one in planned.fields} == {
        "email": ("info@zonnig.example", "post@zonnig.example", "restore"),
        "telefoon": (OLD, NEW, "restore"),
    }

    undo(bridge.outside, entry, ELS, "was right", names=["telefoon"], seen=planned.fingerprint(bridge.outside.vault))
    bridge.drain()

    (relatie,) = bridge.relaties()
    assert (relatie["telefoon"], relatie["email"]) == (OLD, "post@zonnig.example")
    assert bridge.rows(Undo) == []
    (asked,) = bridge.rows(Audit)
    assert (asked.by, asked.action, asked.reason) == ("els", "relation.undo", "was right")
    assert asked.after == {"put_back": ["telefoon"]}
    assert [(one.by, one.event) for one in bridge.rows(MappingHistory)][-1] == ("els", "put_back")

    before = calls(bridge)
    bridge.poll()
    bridge.hear(record)
    bridge.drain()
    assert (calls(bridge), phone(bridge)) == (before, OLD)
    for changes, expected in [({"name": "Bakkerij Zonniger B.V."}, OLD), ({"phone": "0209998877"}, "0209998877")]:
        bridge.crm_save(record, **changes)
        bridge.sync(record)
        assert phone(bridge) == expected
    assert not bridge.open_issues() and not bridge.open_reviews()


@pytest.mark.parametrize("policy", ["crm", "books", "ask"])
def test_an_undo_can_be_undone_under_every_policy(bridge: Bridge, policy: str) -> None:
    bridge.apply(policy={"*": policy})
    record, entry = overwritten(bridge)
    undo(bridge.outside, entry, ELS, "")
    bridge.drain()
    assert phone(bridge) == OLD
    undo(bridge.outside, last_update(bridge, record), ELS, "")
    bridge.drain()
    assert phone(bridge) == NEW
    bridge.sync(record)
    assert (phone(bridge), bridge.open_reviews()) == (NEW, [])


def test_what_somebody_changed_since_is_named_and_left_alone_unless_asked(bridge: Bridge) -> None:
    record, entry = overwritten(bridge, email="post@zonnig.example")
    (relatie,) = bridge.relaties()
    bridge.control("books", "POST", "edit", {"id": relatie["id"], "changes": {"telefoon": "0207776655"}})
    planned = plan(bridge.outside, entry)
    assert (planned.default, planned.possible) == (("email",), ("email", "telefoon"))

    undo(bridge.outside, entry, ELS, "")
    bridge.drain()
    (relatie,) = bridge.relaties()
    assert (relatie["telefoon"], relatie["email"]) == ("0207776655", "info@zonnig.example")

    undo(bridge.outside, entry, ELS, "", names=["telefoon"])
    bridge.drain()
    assert phone(bridge) == OLD
    bridge.sync(record)
    assert phone(bridge) == OLD


def test_a_change_between_looking_and_writing_is_not_overwritten(bridge: Bridge) -> None:
    record, entry = overwritten(bridge)
    (relatie,) = bridge.relaties()
    shown = plan(bridge.outside, entry).fingerprint(bridge.outside.vault)
    edit = {"id": relatie["id"], "changes": {"telefoon": "0207776655"}}
    undo(bridge.outside, entry, ELS, "")
    bridge.control("books", "POST", "edit", edit)
    bridge.drain()
    assert phone(bridge) == "0207776655"
    with pytest.raises(CannotUndo, match="stale"):
        undo(bridge.outside, entry, ELS, "", names=["telefoon"], seen=shown)
    (left,) = bridge.rows(SyncLog, SyncLog.reason == "undo.changed")
    assert (left.outcome, left.record_id) == ("nothing", record)


def test_a_newer_edit_in_the_crm_goes_on_top(bridge: Bridge) -> None:
    record, entry = overwritten(bridge)
    undo(bridge.outside, entry, ELS, "")
    bridge.crm_save(record, phone="0203334455")
    bridge.drain()
    assert phone(bridge) == "0203334455"


def test_it_is_done_though_the_crm_record_stops_nothing_but_its_own_sync(bridge: Bridge) -> None:
    record, entry = overwritten(bridge)
    bridge.crm_save(record, relation_type_id="")
    bridge.hear(record)
    undo(bridge.outside, entry, ELS, "")
    bridge.drain()
    assert phone(bridge) == OLD
    assert [issue.cause for issue in bridge.open_issues()] == ["sync.no_role"]


def test_what_cannot_be_undone_is_said(bridge: Bridge) -> None:
    record, entry = overwritten(bridge)
    created = next(row.id for row in bridge.rows(SyncLog) if row.outcome == "created")
    for log_id, code in [(created, "undo.created"), (10**12, "undo.unknown")]:
        with pytest.raises(CannotUndo, match=code):
            plan(bridge.outside, log_id)
    with pytest.raises(CannotUndo, match=r"undo\.no_such_field"):
        undo(bridge.outside, entry, ELS, "", names=["naam"])
    with pytest.raises(CannotUndo, match=r"undo\.nothing"):
        undo(bridge.outside, entry, ELS, "", names=[])
    undo(bridge.outside, entry, ELS, "")
    with pytest.raises(CannotUndo, match=r"undo\.waiting"):
        undo(bridge.outside, entry, ELS, "")
    bridge.drain()
    with pytest.raises(CannotUndo, match=r"undo\.nothing$"):
        undo(bridge.outside, entry, ELS, "")
    bridge.crm_save(record, custom_fields={"sync_snelstart": "0"})
    bridge.sync(record)
    with pytest.raises(CannotUndo, match=r"undo\.not_active"):
        plan(bridge.outside, entry)
    assert len(bridge.rows(Audit)) == 1


def test_a_value_that_the_target_refuses_is_told_and_ends_the_wish(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    (relatie,) = bridge.relaties()
    bridge.control("books", "POST", "edit", {"id": relatie["id"], "changes": {"email": "geen adres"}})
    bridge.crm_save(record, email="post@zonnig.example", phone=NEW)
    bridge.sync(record)
    undo(bridge.outside, last_update(bridge, record), ELS, "")
    bridge.hear(record)
    run_job(bridge.outside, job_of(bridge, record))

    (relatie,) = bridge.relaties()
    assert (relatie["telefoon"], relatie["email"]) == (OLD, "post@zonnig.example")
    assert bridge.rows(Undo) == []
    assert [row.fields for row in bridge.rows(SyncLog, SyncLog.reason == "undo.refused")] == [["telefoon"]]
    assert [(issue.field, issue.blocking) for issue in bridge.open_issues()] == [("email", False)]
    bridge.sync(record)
    assert bridge.open_issues() == []


def test_an_answer_that_never_came_is_located_and_written_once(bridge: Bridge) -> None:
    record, entry = overwritten(bridge)
    puts = bridge.arrivals("PUT")
    fault = {"method": "PUT", "path": "/v2/relaties", "kind": "timeout_after", "count": 1}
    bridge.control("books", "POST", "faults", fault)
    undo(bridge.outside, entry, ELS, "")
    run_job(bridge.outside, job_of(bridge, record))
    assert len(bridge.rows(WriteIntent, WriteIntent.state == "open")) == len(bridge.rows(Undo)) == 1
    bridge.hear(record, origin=Origin.POLL)
    bridge.drain()
    assert (phone(bridge), bridge.arrivals("PUT") - puts, bridge.rows(Undo)) == (OLD, 1, [])
    bridge.sync(record)
    assert (phone(bridge), bridge.arrivals("PUT") - puts) == (OLD, 1)


def all_overwritten(bridge: Bridge, number: int) -> dict[str, str]:
    """Return records of which a sync overwrote the telephone, with what stood there before."""
    records = {bridge.crm_save(None, **data): data["phone"] for data in map(numbered_customer, range(number))}
    # One after the other: this bridge reads its index anew before each create.
    bridge.hear(*records)
    bridge.drain(120, threads=1)
    for record in records:
        bridge.crm_save(record, phone="0209990000")
    bridge.hear(*records)
    bridge.drain(120)
    return records


def test_undo_survives_a_crash_at_every_step(crashing_bridge: Bridge, crash: Crash) -> None:
    bridge = crashing_bridge
    records = all_overwritten(bridge, 45)
    puts = bridge.arrivals("PUT")
    todo = list(records)
    used = []

    def undone(step: int) -> list[str]:
        record = todo.pop()
        used.append(record)
        undo(bridge.outside, last_update(bridge, record), ELS, "")
        return crash(job_of(bridge, record), step)

    steps = undone(NEVER)
    died_at = {undone(step)[-1] for step in range(1, len(steps) + 1)}
    assert {f"{when} PUT /v2/relaties/ID" for when in ("before", "after")} <= died_at
    recover(bridge)
    bridge.sync(*records)

    expected = {record: (former if record in used else "0209990000") for record, former in records.items()}
    by_id = {row["id"]: row["telefoon"] for row in bridge.relaties()}
    assert {row.source_id: by_id[row.target_id] for row in bridge.mappings()} == expected
    assert bridge.arrivals("PUT") - puts == len(used)
    assert bridge.rows(Undo) == bridge.rows(WriteIntent, WriteIntent.state == "open") == []
    assert not bridge.open_issues() and not bridge.open_reviews()
