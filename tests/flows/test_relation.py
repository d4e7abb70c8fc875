"""A relation saved in the CRM arrives in the books, once and correctly."""

from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer


def test_new_customer_is_created_once_under_its_crm_number(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert (relatie["naam"], relatie["relatiecode"], relatie["kvkNummer"]) == (
        "Bakkerij Zonnig B.V.",
        12345,
        "12345678",
    )
    assert relatie["relatiesoort"] == ["Klant"]
    (mapping,) = bridge.mappings()
    assert (mapping.source_id, mapping.target_id, mapping.role) == (record, relatie["id"], "customer")
    assert bridge.outcomes() == ["created"]
    assert bridge.open_issues() == []


def test_unchanged_relation_costs_the_books_no_call(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    before = bridge.control("books", "GET", "stats")["total"]

    bridge.sync(record)

    assert bridge.control("books", "GET", "stats")["total"] == before
    assert bridge.outcomes() == ["created", "nothing"]


def test_live_edit_of_a_mapped_relation_takes_one_read_and_one_write(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    before = bridge.control("books", "GET", "stats")["total"]

    bridge.crm_save(record, phone="0201234567")
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert relatie["telefoon"] == "0201234567"
    assert bridge.control("books", "GET", "stats")["total"] - before == 2
