"""Both sides are compared with the plans of the live run, reported, and repaired where the link allows."""

from typing import Any

from models.tables import Reconciliation
from models.words import Lane
from sync.audit import Actor
from sync.candidates import Sides
from sync.comparisons import ask
from sync.reconcile import Report, reconcile
from sync.repairing import repair_report
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import BOTH, customer, numbered_customer


def compare(bridge: Bridge, *, repair: bool = False) -> Report:
    """Run a comparison of the office's link."""
    sides = Sides.open(bridge.outside, "office", Lane.BULK)
    return reconcile(bridge.outside, sides, repair=repair, progress=lambda done, total: None)


def office(bridge: Bridge, count: int = 4) -> list[str]:
    """Synchronise some customers."""
    records = [bridge.crm_save(None, **numbered_customer(number)) for number in range(count)]
    bridge.sync(*records)
    return records


def edit(bridge: Bridge, target_id: str, **changes: Any) -> None:
    """Change a relatie as the bookkeeper does."""
    bridge.control("books", "POST", "edit", {"id": target_id, "changes": changes})


def test_sides_that_agree_are_in_sync_and_nothing_is_written(bridge: Bridge) -> None:
    office(bridge)
    writes = bridge.arrivals("PUT") + bridge.arrivals("POST")
    assert compare(bridge, repair=True).counts == {"in_sync": 4}
    bridge.drain()
    assert bridge.arrivals("PUT") + bridge.arrivals("POST") == writes


def test_every_kind_of_drift_is_named(bridge: Bridge) -> None:
    records = office(bridge)
    target = {row.source_id: row.target_id for row in bridge.mappings()}
    edit(bridge, target[records[0]], telefoon="0800-1234")
    edit(bridge, target[records[1]], nonactief=True)
    bridge.control("books", "POST", "edit", {"changes": {"naam": "Alleen hier", "relatiesoort": ["Klant"]}})
    bridge.control("crm", "POST", "edit", {"resource": "organization", "id": records[2], "delete": True})
    unheard = bridge.crm_save(None, **numbered_customer(50))

    report = compare(bridge)

    found = {(one.finding, one.record_id) for one in report.findings}
    assert found == {
        ("differs", records[0]),
        ("inactive_in_books", records[1]),
        ("only_in_books", ""),
        ("gone_from_crm", records[2]),
        ("unmapped", unheard),
    }
    (differs,) = [one for one in report.findings if one.finding == "differs"]
    assert differs.fields == ("telefoon",)


def test_repair_goes_through_ordinary_jobs(bridge: Bridge) -> None:
    records = office(bridge, 2)
    target = {row.source_id: row.target_id for row in bridge.mappings()}
    edit(bridge, target[records[0]], telefoon="0800-1234", memo="blijft")
    unheard = bridge.crm_save(None, **numbered_customer(50))

    compare(bridge, repair=True)
    bridge.drain()

    (repaired,) = [row for row in bridge.relaties() if row["id"] == target[records[0]]]
    assert (repaired["telefoon"], repaired["memo"]) == (numbered_customer(0)["phone"], "blijft")
    assert unheard in {row.source_id for row in bridge.mappings()}
    assert compare(bridge).counts == {"in_sync": 3}


def test_party_in_both_roles_is_two_relations_and_the_customer_keeps_the_number(bridge: Bridge) -> None:
    bridge.sync(bridge.crm_save(None, **customer(relation_type_id=BOTH)))
    numbers = {row["relatiesoort"][0]: row["relatiecode"] for row in bridge.relaties()}
    assert numbers == {"Klant": 12345, "Leverancier": 100_000}
    assert compare(bridge).counts == {"in_sync": 2}


def test_field_that_the_books_may_keep_is_kept(bridge: Bridge) -> None:
    bridge.apply(policy={"telefoon": "books"})
    (record,) = office(bridge, 1)
    (mapping,) = bridge.mappings()
    edit(bridge, mapping.target_id, telefoon="0800-1234")
    bridge.crm_save(record, phone="0209999999", email="nieuw@bedrijf.example")
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert (relatie["telefoon"], relatie["email"]) == ("0800-1234", "nieuw@bedrijf.example")


def test_repair_leaves_what_the_books_may_keep(bridge: Bridge) -> None:
    bridge.apply(policy={"telefoon": "books"})
    office(bridge, 1)
    (mapping,) = bridge.mappings()
    edit(bridge, mapping.target_id, telefoon="0800-1234", email="typefout@bedrijf.example")

    compare(bridge, repair=True)
    bridge.drain()

    (relatie,) = bridge.relaties()
    assert (relatie["telefoon"], relatie["email"]) == ("0800-1234", numbered_customer(0)["email"])


def test_a_stored_report_is_repaired_later_and_what_is_right_by_then_stays(bridge: Bridge) -> None:
    records = office(bridge, 3)
    target = {row.source_id: row.target_id for row in bridge.mappings()}
    for record in records:
        edit(bridge, target[record], telefoon="0800-1234")
    asked = ask_and_compare(bridge)
    # Meanwhile the bookkeeper mends one, and the CRM changes its mind about another.
    edit(bridge, target[records[0]], telefoon=numbered_customer(0)["phone"])
    bridge.crm_save(records[1], phone="0201111111")
    writes = bridge.arrivals("PUT")

    with bridge.outside.sessions.begin() as session:
        jobs = repair_report(
            session, bridge.outside.vault, session.get_one(Reconciliation, asked), Actor("anna", "page")
        )
    assert len(jobs) == 3
    bridge.drain()

    phones = {row["id"]: row["telefoon"] for row in bridge.relaties()}
    wanted = [numbered_customer(0)["phone"], "0201111111", numbered_customer(2)["phone"]]
    assert [phones[target[record]] for record in records] == wanted
    assert bridge.arrivals("PUT") == writes + 2
    assert compare(bridge).counts == {"in_sync": 3}


def ask_and_compare(bridge: Bridge) -> int:
    """Compare as the page does: the report stands first, and says how far the reading is."""
    sides = Sides.open(bridge.outside, "office", Lane.BULK)
    with bridge.outside.sessions.begin() as session:
        row = ask(session, sides.link.id, Actor("anna", "page"))
        assert row is not None
        asked = row.id
    reconcile(bridge.outside, sides, repair=False, progress=lambda done, total: None, row_id=asked)
    (row,) = bridge.rows(Reconciliation)
    assert (row.id, row.counts, row.finished_at is not None) == (asked, {"in_sync": 0, "differs": 3}, True)
    assert row.read >= 3
    return asked
