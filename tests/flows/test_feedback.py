"""A failed sync is told in the CRM: one message, one unticked box, and both taken back once it is cured."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.tables import Feedback, WriteIntent
from models.words import MappingState
from sync.replaying import held_jobs, replay
from sync.run import run_job
from tests.fixtures.bridge import Bridge
from tests.fixtures.waiting import eventually
from tests.flows.sandbox_data import customer, numbered_customer

LONG = "Internationale Handelsonderneming voor Bakkerijbenodigdheden B.V."


def timeline(bridge: Bridge) -> list[dict[str, Any]]:
    """Return the messages that stand in the CRM."""
    return list(bridge.control("crm", "GET", "state")["message"])


def ticked(bridge: Bridge, record_id: str) -> bool:
    """Tell what the checkbox in the CRM shows."""
    return bool(bridge.crm_record(record_id)["custom"].get("sync_snelstart"))


def fail(bridge: Bridge, **changes: Any) -> str:
    """Save a relation that cannot go to the books."""
    record = bridge.crm_save(None, **customer(name=LONG, **changes))
    bridge.sync(record)
    return record


def test_a_failure_is_told_on_the_timeline_and_unticks_the_box(bridge: Bridge) -> None:
    record = fail(bridge)

    (message,) = timeline(bridge)
    assert message["title"] == "Boekbrug: niet verwerkt in SnelStart"
    assert "50" in message["content"] and "vinkje" in message["content"]
    assert message["linked_to"][0]["organization_id"] == record
    assert not ticked(bridge, record)
    assert bridge.relaties() == []
    assert [issue.cause for issue in bridge.open_issues()] == ["snelstart.name_too_long"]


def test_our_own_untick_is_no_change_and_ends_nothing(bridge: Bridge) -> None:
    record = fail(bridge)
    before = bridge.control("crm", "GET", "stats")["writes"]
    bridge.poll()
    bridge.drain()

    assert len(timeline(bridge)) == 1
    assert len(bridge.open_issues()) == 1
    assert bridge.control("crm", "GET", "stats")["writes"] == before
    assert bridge.rows(Feedback)[0].record_id == record


def test_corrected_and_ticked_again_it_goes_through_and_the_message_goes(bridge: Bridge) -> None:
    record = fail(bridge)
    bridge.crm_save(record, name="Bakkerij Zonnig B.V.", custom_fields={"sync_snelstart": "1"})
    bridge.poll()
    bridge.drain()

    assert [one["naam"] for one in bridge.relaties()] == ["Bakkerij Zonnig B.V."]
    assert timeline(bridge) == []
    assert ticked(bridge, record)
    assert bridge.open_issues() == []
    assert bridge.rows(Feedback) == []


def test_ticked_again_uncorrected_it_fails_again_with_the_one_message(bridge: Bridge) -> None:
    record = fail(bridge)
    bridge.crm_save(record, custom_fields={"sync_snelstart": "1"})
    bridge.poll()
    bridge.drain()

    assert len(timeline(bridge)) == 1
    assert not ticked(bridge, record)


def test_another_failure_replaces_the_message(bridge: Bridge) -> None:
    record = fail(bridge)
    first = timeline(bridge)[0]["id"]
    changes: dict[str, Any] = {"name": "Zonnig", "relation_type_id": None, "custom_fields": {"sync_snelstart": "1"}}
    bridge.crm_save(record, **changes)
    bridge.poll()
    bridge.drain()

    (message,) = timeline(bridge)
    assert message["id"] != first
    assert "relatietype" in message["content"]


def test_a_mapped_relation_that_fails_keeps_its_tie_as_failed(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.crm_save(record, name=LONG)
    bridge.sync(record)
    (row,) = bridge.mappings()
    assert row.state == MappingState.FAILED

    bridge.crm_save(record, name="Bakkerij Maan B.V.", custom_fields={"sync_snelstart": "1"})
    bridge.sync(record)
    (again,) = bridge.mappings()
    assert (again.state, again.target_id) == (MappingState.ACTIVE, row.target_id)
    assert [one["naam"] for one in bridge.relaties()] == ["Bakkerij Maan B.V."]


def test_a_users_own_untick_takes_the_message_back(bridge: Bridge) -> None:
    bridge.apply(failure={"untick": False})
    record = fail(bridge)
    assert len(timeline(bridge)) == 1
    assert ticked(bridge, record)
    bridge.crm_save(record, custom_fields={"sync_snelstart": ""})
    bridge.sync(record)
    assert timeline(bridge) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_newer_version_around_our_untick_is_synchronised_and_stays_ticked(bridge: Bridge, when: str) -> None:
    """Nobody tells of the edit: what we read around the untick must be enough to see it."""
    record = bridge.crm_save(None, **customer(name=LONG))
    bridge.hear(record)
    if when == "before":
        for job in bridge.due():
            run_job(bridge.outside, job)
        bridge.crm_save(record, name="Bakkerij Zonnig B.V.")
        bridge.drain()
    else:
        # Half of it passes before the deed and half after it.
        bridge.control("crm", "PUT", "latency", {"ms": 500})
        with ThreadPoolExecutor(1) as beside:
            running = beside.submit(bridge.drain)
            eventually(lambda: not ticked(bridge, record))
            bridge.crm_save(record, name="Bakkerij Zonnig B.V.")
            running.result()

    assert [one["naam"] for one in bridge.relaties()] == ["Bakkerij Zonnig B.V."]
    assert ticked(bridge, record)
    assert timeline(bridge) == []


LOST = [
    ("timeout_after", "POST", "/api/v2/timeline"),
    ("502_after", "POST", "/api/v2/timeline"),
    ("drop_before", "POST", "/api/v2/timeline"),
    ("timeout_after", "PUT", "/api/v2/crm"),
    ("drop_after", "PUT", "/api/v2/crm"),
    ("502_before", "PUT", "/api/v2/crm"),
    ("502_after", "DELETE", "/api/v2/timeline"),
]


@pytest.mark.parametrize(("kind", "method", "path"), LOST)
def test_a_lost_answer_leads_to_one_message_and_one_untick(bridge: Bridge, kind: str, method: str, path: str) -> None:
    bridge.control("crm", "POST", "faults", {"kind": kind, "method": method, "path": path, "count": 1})
    record = fail(bridge)
    if method != "DELETE":
        assert len(timeline(bridge)) == 1
        assert not ticked(bridge, record)
    bridge.crm_save(record, name="Bakkerij Zonnig B.V.", custom_fields={"sync_snelstart": "1"})
    bridge.sync(record)
    assert bridge.control("crm", "GET", "faults")[0]["hits"] == 1
    assert timeline(bridge) == []
    assert ticked(bridge, record)
    assert len(bridge.relaties()) == 1
    assert bridge.rows(WriteIntent, WriteIntent.state == "open") == []


def test_a_role_that_was_written_keeps_the_box_ticked(bridge: Bridge) -> None:
    """One bad optional field is an issue and no failure: the rest was sent."""
    record = bridge.crm_save(None, **customer(coc_code="1234"))
    bridge.sync(record)
    assert [issue.blocking for issue in bridge.open_issues()] == [False]
    assert timeline(bridge) == []
    assert ticked(bridge, record)


def test_it_costs_five_calls_to_the_crm(bridge: Bridge) -> None:
    bridge.crm_save(None, **numbered_customer(1))
    bridge.poll()
    bridge.drain()
    fail(bridge)
    before = bridge.control("crm", "GET", "stats")["total"]
    fail(bridge, coc_code="87654321", relation_number="777", vat_number="")
    # Read, message, read before, untick, read after.
    assert bridge.control("crm", "GET", "stats")["total"] - before == 5


def test_another_try_that_somebody_asks_for_needs_no_tick_and_ticks_the_box(bridge: Bridge) -> None:
    record = fail(bridge)
    replay_all(bridge)
    assert len(timeline(bridge)) == 1
    assert not ticked(bridge, record)

    bridge.crm_save(record, name="Bakkerij Zonnig B.V.")
    replay_all(bridge)
    assert len(bridge.relaties()) == 1
    assert ticked(bridge, record)
    assert timeline(bridge) == []
    assert bridge.rows(Feedback) == []


def replay_all(bridge: Bridge) -> None:
    """Offer everything that waits for a person again, as the operator does."""
    with bridge.outside.sessions.begin() as session:
        replay(session, held_jobs(session))
    bridge.drain()


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_tick_whose_answer_is_lost_is_not_forgotten(bridge: Bridge, kind: str) -> None:
    record = fail(bridge)
    bridge.crm_save(record, name="Bakkerij Zonnig B.V.")
    bridge.control("crm", "POST", "faults", {"kind": kind, "method": "PUT", "path": "/api/v2/crm", "count": 1})
    replay_all(bridge)
    assert ticked(bridge, record)
    assert timeline(bridge) == []
