"""An outage is a pause: parked with a reason, no attempt burned, probed gently, resumed in order."""

from contextlib import suppress

import pytest
from sqlalchemy import select, update

from adapters.breaker import Breaker
from adapters.errors import AdapterError
from models.tables import Connection, Link, Snapshot, SyncJob, WriteIntent
from models.words import ConnectionState
from sync.config.loading import CREDENTIALS
from sync.probing import probe
from sync.run import run_job
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import BOTH, SUPPLIER, customer, numbered_customer


def connection(bridge: Bridge, name: str) -> Connection:
    """Return a connection's row."""
    (row,) = bridge.rows(Connection, Connection.name == name)
    return row  # type: ignore[no-any-return]


def run_due_once(bridge: Bridge, rounds: int = 1) -> None:
    """Run what is due without waiting for it to come to an end."""
    for _ in range(rounds):
        with bridge.outside.sessions.begin() as session:
            session.execute(update(SyncJob).values(not_before=SyncJob.wanted_at))
        for job_id in bridge.due():
            run_job(bridge.outside, job_id)


def test_books_that_go_away_park_the_connection_and_everything_arrives_after(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.control("books", "POST", "outage", {"until_cleared": True, "kind": "drop"})
    for phone in ("0201111111", "0203333333", "0202222222"):
        bridge.crm_save(record, phone=phone)
        bridge.hear(record)
        run_due_once(bridge)

    assert connection(bridge, "books").state == ConnectionState.PARKED
    arrived = bridge.control("books", "GET", "stats")["total"]
    run_due_once(bridge, 3)
    assert bridge.control("books", "GET", "stats")["total"] == arrived
    assert not probe(bridge.outside, connection(bridge, "books").id)
    assert bridge.control("books", "GET", "stats")["total"] == arrived + 1
    (job,) = bridge.rows(SyncJob)
    assert (job.state, job.lost) == ("due", 0)
    assert bridge.open_issues() == []

    bridge.control("books", "DELETE", "outage")
    assert probe(bridge.outside, connection(bridge, "books").id)
    bridge.drain()
    assert bridge.relaties()[0]["telefoon"] == "0202222222"


def test_crm_that_goes_away_loses_no_change(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.control("crm", "POST", "outage", {"until_cleared": True, "kind": "refuse_503"})
    bridge.hear(record)
    run_due_once(bridge, 3)
    assert connection(bridge, "crm").state == ConnectionState.PARKED
    assert bridge.relaties() == []

    bridge.control("crm", "DELETE", "outage")
    assert probe(bridge.outside, connection(bridge, "crm").id)
    bridge.drain()
    assert len(bridge.relaties()) == 1


def test_answer_that_never_comes_after_the_deed_makes_no_second_relation(bridge: Bridge) -> None:
    fault = {"method": "POST", "path": "/v2/relaties", "kind": "timeout_after", "count": 1}
    bridge.control("books", "POST", "faults", fault)
    bridge.sync(bridge.crm_save(None, **customer()))

    assert len(bridge.relaties()) == 1
    assert bridge.arrivals("POST") == 1
    assert bridge.outcomes() == ["unknown", "adopted", "nothing"]
    assert bridge.rows(WriteIntent, WriteIntent.state == "open") == []


def test_create_that_lands_after_the_client_has_gone_is_adopted(bridge: Bridge) -> None:
    fault = {"method": "POST", "path": "/v2/relaties", "kind": "late_deed", "delay_ms": 700, "count": 1}
    bridge.control("books", "POST", "faults", fault)
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert relatie["telefoon"] == "0201112233"


def test_update_that_lands_late_never_wins_over_a_newer_one(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    fault = {"method": "PUT", "path": "/v2/relaties", "kind": "late_deed", "delay_ms": 700, "count": 1}
    bridge.control("books", "POST", "faults", fault)
    bridge.crm_save(record, phone="0201111111")
    bridge.hear(record)
    run_due_once(bridge)
    bridge.crm_save(record, phone="0202222222")
    bridge.hear(record)
    bridge.drain()

    assert bridge.relaties()[0]["telefoon"] == "0202222222"


def test_refused_credentials_wait_for_a_person_and_lose_nothing(bridge: Bridge) -> None:
    bridge.control("books", "PUT", "options", {"password": "ingetrokken"})
    bridge.control("books", "POST", "faults", {"path": "/v2", "kind": "revoke_token", "count": 1})
    record = bridge.crm_save(None, **customer())
    bridge.hear(record)
    run_due_once(bridge, 2)

    assert connection(bridge, "books").state == ConnectionState.NEEDS_CONSENT
    assert [issue.cause for issue in bridge.open_issues()] == ["connection.unauthorised"]
    assert bridge.rows(SyncJob)[0].state == "due"


def test_credentials_that_work_again_take_everything_up_and_close_the_issue(bridge: Bridge) -> None:
    bridge.control("books", "PUT", "options", {"password": "ingetrokken"})
    bridge.control("books", "POST", "faults", {"path": "/v2", "kind": "revoke_token", "count": 1})
    bridge.hear(bridge.crm_save(None, **customer()))
    run_due_once(bridge, 2)
    bridge.control("books", "PUT", "options", {"password": "administratie"})

    assert Breaker(connection(bridge, "books").id, bridge.outside).renewed()
    bridge.drain()

    assert len(bridge.relaties()) == 1
    assert bridge.open_issues() == []


def test_polling_alone_finds_every_change_and_a_quiet_poll_makes_no_job(bridge: Bridge) -> None:
    bridge.poll()
    records = [bridge.crm_save(None, **numbered_customer(number)) for number in range(3)]
    bridge.poll()
    bridge.drain()
    assert sorted(row.source_id for row in bridge.mappings()) == sorted(records)

    before = bridge.control("crm", "GET", "stats")["total"]
    bridge.poll()
    bridge.drain()
    assert bridge.control("crm", "GET", "stats")["total"] - before == 2
    assert bridge.outcomes() == ["created"] * 3
    assert len(bridge.rows(Snapshot)) == 3


def test_work_of_a_link_that_is_switched_off_waits_and_goes_on_later(bridge: Bridge) -> None:
    bridge.hear(bridge.crm_save(None, **customer()))
    switch(bridge, on=False)
    run_due_once(bridge)
    assert bridge.relaties() == []

    switch(bridge, on=True)
    bridge.drain()
    assert len(bridge.relaties()) == 1


def switch(bridge: Bridge, *, on: bool) -> None:
    """Switch the office's link on or off."""
    with bridge.outside.sessions.begin() as session:
        session.execute(update(Link).values(enabled=on))


def test_a_key_that_a_poll_finds_refused_is_told(bridge: Bridge) -> None:
    with bridge.outside.sessions.begin() as session:
        crm = session.scalars(select(Connection).where(Connection.name == "crm")).one()
        crm.credentials = bridge.outside.vault.seal_json({"key": "x", "secret": "y"}, CREDENTIALS)
    with suppress(AdapterError):
        bridge.poll()
    assert connection(bridge, "crm").state == ConnectionState.NEEDS_CONSENT
    assert [issue.cause for issue in bridge.open_issues()] == ["connection.unauthorised"]


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_supplier_whose_create_is_unanswered_and_who_becomes_a_customer_too_is_two_relations(
    bridge: Bridge, kind: str
) -> None:
    fault = {"method": "POST", "path": "/v2/relaties", "kind": kind, "count": 1}
    bridge.control("books", "POST", "faults", fault)
    record = bridge.crm_save(None, **customer(relation_type_id=SUPPLIER))
    bridge.hear(record)
    run_due_once(bridge)
    bridge.crm_save(record, relation_type_id=BOTH)
    bridge.hear(record)
    bridge.drain()

    roles = {row["id"]: row["relatiesoort"] for row in bridge.relaties()}
    mapped = {row.role: roles[row.target_id] for row in bridge.mappings()}
    assert len(roles) == 2
    assert mapped == {"customer": ["Klant"], "supplier": ["Leverancier"]}
