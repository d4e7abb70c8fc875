"""What a person decides or does is carried out, also when it concerns a tie that exists already."""

from typing import Any

from sqlalchemy import select

from models.tables import Review
from models.words import Origin
from sync.audit import Actor
from sync.deciding import decide as decide_review
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer, numbered_customer


def in_books(bridge: Bridge, **fields: Any) -> str:
    """Put a relatie in the books as the bookkeeper would."""
    changes = {"relatiesoort": ["Klant"], **fields}
    return str(bridge.control("books", "POST", "edit", {"changes": changes})["id"])


def active(bridge: Bridge) -> list[dict[str, Any]]:
    """Return the active relaties: SnelStart deletes by making inactive."""
    return [row for row in bridge.relaties() if not row["nonactief"]]


def delete_in_books(bridge: Bridge, target_id: str) -> None:
    """Delete a relatie as the bookkeeper would."""
    bridge.control("books", "POST", "edit", {"id": target_id, "delete": True})


def decide(bridge: Bridge, decision: Any, target_id: str | None = None) -> None:
    """Answer the one open question, and run what follows."""
    (review,) = bridge.open_reviews()
    with bridge.outside.sessions.begin() as session:
        decide_review(session, review.id, decision, target_id, Actor("els", "page"))
    bridge.drain()


def gone(bridge: Bridge) -> tuple[str, str]:
    """Return a record and the relatie that it had, which the bookkeeper deleted; the question is open."""
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    (relatie,) = active(bridge)
    delete_in_books(bridge, relatie["id"])
    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)
    assert [review.reason for review in bridge.open_reviews()] == ["review.gone"]
    return record, relatie["id"]


def test_relation_that_is_gone_may_be_replaced_by_another(bridge: Bridge) -> None:
    record, _ = gone(bridge)
    other = in_books(bridge, naam="Zonnig (nieuw)")

    decide(bridge, "use", other)

    (relatie,) = active(bridge)
    assert (relatie["id"], relatie["telefoon"]) == (other, "0201112233")
    assert [(row.source_id, row.target_id, row.state) for row in bridge.mappings()] == [(record, other, "active")]
    assert bridge.open_reviews() == []


def test_creating_again_holds_for_the_one_time_it_was_asked(bridge: Bridge) -> None:
    record, _ = gone(bridge)
    decide(bridge, "create")
    (relatie,) = active(bridge)

    delete_in_books(bridge, relatie["id"])
    bridge.crm_save(record, phone="0204445566")
    bridge.sync(record)

    assert active(bridge) == []
    assert [review.reason for review in bridge.open_reviews()] == ["review.gone"]


def test_relation_of_another_record_is_not_taken_over_but_asked_about(bridge: Bridge) -> None:
    in_books(bridge, naam="Bakkerij Zonnig B.V.", vestigingsAdres={"postcode": "4548 AW"})
    holder = bridge.crm_save(None, **numbered_customer(1))
    bridge.sync(holder)
    (taken,) = [row for row in active(bridge) if row["naam"] != "Bakkerij Zonnig B.V."]
    bridge.sync(bridge.crm_save(None, **customer()))

    decide(bridge, "use", taken["id"])

    assert [review.reason for review in bridge.open_reviews()] == ["review.taken"]
    assert bridge.open_issues() == []
    assert [row.source_id for row in bridge.mappings()] == [holder]


def test_relation_in_another_role_is_not_used(bridge: Bridge) -> None:
    supplier = in_books(bridge, naam="Zonnig als leverancier", relatiesoort=["Leverancier"])
    in_books(bridge, naam="Bakkerij Zonnig B.V.", vestigingsAdres={"postcode": "4548 AW"})
    bridge.sync(bridge.crm_save(None, **customer()))

    decide(bridge, "use", supplier)

    assert bridge.mappings() == []
    assert [review.reason for review in bridge.open_reviews()] == ["review.other_role"]


def test_doubles_that_are_merged_in_the_crm_answer_the_question(bridge: Bridge) -> None:
    first = bridge.crm_save(None, **customer())
    bridge.sync(first)
    second = bridge.crm_save(None, **customer(relation_number="777", phone="0209990000"))
    bridge.sync(second)
    assert [review.record_id for review in bridge.open_reviews()] == [second]

    bridge.control("crm", "POST", "edit", {"resource": "organization", "id": first, "delete": True})
    bridge.sync(first)
    bridge.drain()

    (relatie,) = active(bridge)
    assert relatie["telefoon"] == "0209990000"
    assert [row.source_id for row in bridge.mappings() if row.state == "active"] == [second]
    assert bridge.open_reviews() == []


def test_relation_ticked_again_after_another_took_its_place_does_as_was_decided(bridge: Bridge) -> None:
    first = bridge.crm_save(None, **customer())
    bridge.sync(first)
    bridge.crm_save(first, custom_fields={"sync_snelstart": "0"})
    bridge.sync(first)
    bridge.sync(bridge.crm_save(None, **customer(relation_number="777")))
    bridge.crm_save(first, custom_fields={"sync_snelstart": "1"})
    bridge.sync(first)
    assert [review.reason for review in bridge.open_reviews()] == ["review.taken"]

    decide(bridge, "create")

    assert len(active(bridge)) == 2
    assert sorted(row.state for row in bridge.mappings()) == ["active", "active"]
    bridge.hear(first, origin=Origin.HOOK)
    bridge.drain()
    assert len(active(bridge)) == 2


def test_a_decision_is_used_once_and_kept(bridge: Bridge) -> None:
    gone(bridge)
    decide(bridge, "never")
    assert active(bridge) == []
    with bridge.outside.sessions.begin() as session:
        kept = session.scalars(select(Review.decision).where(Review.superseded_at.is_(None))).all()
    assert kept == ["never"]
