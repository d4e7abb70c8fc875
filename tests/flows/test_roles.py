"""A party in both roles: what is wrong with one role holds up only that role."""

from models.tables import Claim, WriteIntent
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import BOTH, customer


def test_a_role_that_the_books_refuse_does_not_hold_up_the_other(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer(relation_type_id=BOTH))
    bridge.sync(record)
    (refused,) = [row for row in bridge.relaties() if row["relatiesoort"] == ["Klant"]]
    spoilt = {"id": refused["id"], "changes": {"krediettermijn": 5000}}
    bridge.control("books", "POST", "edit", spoilt)

    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)

    phones = {row["relatiesoort"][0]: row["telefoon"] for row in bridge.relaties()}
    assert phones == {"Klant": customer()["phone"], "Leverancier": "0201112233"}
    assert [(issue.role, issue.blocking) for issue in bridge.open_issues()] == [("customer", True)]


def test_a_refused_write_lets_go_of_what_it_had_claimed(bridge: Bridge) -> None:
    bridge.sync(bridge.crm_save(None, **customer(vat_number="DE811907980")))

    states = {intent.id: intent.state for intent in bridge.rows(WriteIntent)}
    assert sorted(states.values()) == ["done", "refused"]
    claims = bridge.rows(Claim, Claim.identifier != "number")
    assert {states[claim.intent_id] for claim in claims} == {"done"}
