"""No double debtor, ever: doubles in the CRM, twins at the same moment, and look-alikes in the books."""

from typing import Any

from sqlalchemy import select

from models.tables import Link, Review, SyncJob
from models.words import Origin
from sync import reviews
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer, numbered_customer


def in_books(bridge: Bridge, **fields: Any) -> str:
    """Put a relatie in the books as the bookkeeper would."""
    changes = {"relatiesoort": ["Klant"], **fields}
    return str(bridge.control("books", "POST", "edit", {"changes": changes})["id"])


def decide(bridge: Bridge, decision: Any, target_id: str | None = None) -> None:
    """Answer the one open question, and run what follows."""
    (review,) = bridge.open_reviews()
    with bridge.outside.sessions.begin() as session:
        reviews.decide(session, review.id, decision, target_id, "els")
    bridge.hear(review.record_id, origin=Origin.DECISION)
    bridge.drain()


def test_known_kvk_number_links_and_overwrites(bridge: Bridge) -> None:
    target = in_books(bridge, naam="Bakkerij Zonnig", kvkNummer="12345678", memo="Betaalt altijd laat")
    bridge.sync(bridge.crm_save(None, **customer()))

    (relatie,) = bridge.relaties()
    assert (relatie["id"], relatie["naam"], relatie["memo"]) == (
        target,
        "Bakkerij Zonnig B.V.",
        "Betaalt altijd laat",
    )
    assert bridge.mappings()[0].matched_by == "kvk"


def test_name_alone_waits_for_a_person_whose_answer_is_remembered(bridge: Bridge) -> None:
    address = {"straat": "Kade 1", "postcode": "4548 AW", "plaats": "Nijmegen"}
    target = in_books(bridge, naam="Bakkerij Zonnig B.V.", vestigingsAdres=address)
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    assert [review.reason for review in bridge.open_reviews()] == ["review.name_only"]
    assert len(bridge.relaties()) == 1

    decide(bridge, "use", target)
    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert (relatie["id"], relatie["kvkNummer"], relatie["telefoon"]) == (target, "12345678", "0201112233")
    assert bridge.mappings()[0].decided_by == "els"
    assert bridge.open_reviews() == []


def test_two_relations_in_the_books_with_one_kvk_number_are_a_question(bridge: Bridge) -> None:
    for city in ("Nijmegen", "Arnhem"):
        in_books(bridge, naam=f"Bakkerij Zonnig {city}", kvkNummer="12345678")
    bridge.sync(bridge.crm_save(None, **customer()))

    (review,) = bridge.open_reviews()
    assert review.reason == "review.several" and len(review.candidates) == 2
    decide(bridge, "create")
    assert len(bridge.relaties()) == 3


def test_same_relation_number_of_a_stranger_is_no_match(bridge: Bridge) -> None:
    in_books(bridge, naam="Heel iemand anders", relatiecode=12345)
    bridge.sync(bridge.crm_save(None, **customer()))

    names = {row["naam"]: row["relatiecode"] for row in bridge.relaties()}
    assert names["Heel iemand anders"] == 12345
    assert names["Bakkerij Zonnig B.V."] == 100_000
    assert [issue.cause for issue in bridge.open_issues()] == ["sync.number_taken"]


def test_company_that_stands_twice_in_the_crm_is_created_once(bridge: Bridge) -> None:
    first = bridge.crm_save(None, **customer())
    second = bridge.crm_save(None, **customer(name="Zonnig, bakkerij", relation_number="777"))
    bridge.sync(first)
    bridge.sync(second)

    assert len(bridge.relaties()) == 1
    (review,) = bridge.open_reviews()
    assert (review.record_id, review.reason) == (second, "review.double_in_crm")
    decide(bridge, "never")
    assert len(bridge.relaties()) == 1


def test_twins_that_arrive_at_the_same_moment_become_one_relation_and_one_question_each(
    bridge: Bridge,
) -> None:
    records = []
    for number in range(25):
        twin = numbered_customer(number)
        records.append(bridge.crm_save(None, **twin))
        records.append(bridge.crm_save(None, **{**twin, "relation_number": str(90_000 + number)}))
    bridge.hear(*records)
    bridge.drain(60, threads=16)

    assert sorted(row["naam"] for row in bridge.relaties()) == [
        f"Handelsonderneming {number:05d} B.V." for number in range(25)
    ]
    assert len(bridge.mappings()) == 25
    assert [review.reason for review in bridge.open_reviews()] == ["review.double_in_crm"] * 25


def test_same_record_through_two_links_into_one_administration_is_created_once(bridge: Bridge) -> None:
    records = [bridge.crm_save(None, **numbered_customer(number)) for number in range(10)]
    bridge.hear(*records)
    give_the_work_to_a_second_link(bridge)
    bridge.drain(60, threads=16)

    assert len(bridge.relaties()) == len(bridge.mappings()) == 10
    assert not bridge.open_reviews() and not bridge.open_issues()


def give_the_work_to_a_second_link(bridge: Bridge) -> None:
    """Make a second link of the same two sides, as a file could not, and let both hear of everything."""
    with bridge.outside.sessions.begin() as session:
        link = session.scalars(select(Link)).one()
        session.add(Link(name="second", source_id=link.source_id, target_id=link.target_id, rules=link.rules))
    bridge.hear(*(job.record_id for job in bridge.rows(SyncJob)))


def test_the_question_names_no_value(bridge: Bridge) -> None:
    in_books(bridge, naam="Bakkerij Zonnig Nijmegen", kvkNummer="12345678", btwNummer="854502130B01")
    bridge.sync(bridge.crm_save(None, **customer()))

    (review,) = bridge.rows(Review)
    assert review.reason == "review.contradiction"
    assert review.candidates[0]["evidence"]["kvk"] == "agrees"
    assert "12345678" not in str(review.candidates)
