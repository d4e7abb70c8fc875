"""Bad input gets a clear issue that names the field, and everything else goes on."""

import pytest

from models.causes import Catalogue
from sync.causes import catalogue
from tests.fixtures.bridge import Bridge
from tests.flows.sandbox_data import customer, numbered_customer

LONG = "Internationale Handelsonderneming voor Bakkerijbenodigdheden B.V."
ADDRESS = {"line_1": "Kade 278", "postal_code": "0123 AB", "locality": "Nijmegen", "country_code": "NL"}


@pytest.mark.parametrize(
    ("changes", "cause", "left_out"),
    [
        ({"coc_code": "1234"}, "check.kvk", "kvkNummer"),
        ({"vat_number": "NL824467001B01"}, "check.vat", "btwNummer"),
        ({"bank_account": "NL23DEMO9572460840"}, "check.iban", "iban"),
        ({"visiting_address": ADDRESS}, "check.postcode", "vestigingsAdres"),
    ],
)
def test_one_wrong_field_is_left_out_and_told(
    bridge: Bridge, changes: dict[str, object], cause: str, left_out: str
) -> None:
    record = bridge.crm_save(None, **customer(**changes))
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    assert relatie["naam"] == "Bakkerij Zonnig B.V." and relatie["email"] == "info@zonnig.example"
    value = relatie.get(left_out)
    assert not (value.get("straat") if isinstance(value, dict) else value)
    (issue,) = bridge.open_issues()
    assert (issue.cause, issue.record_id, issue.blocking) == (cause, record, False)
    assert_speaks(catalogue(), issue.cause, issue.params)


def assert_speaks(causes: Catalogue, code: str, params: dict[str, str]) -> None:
    """A cause says what happened and what to do, in both languages, without holes."""
    cause = causes.find(code)
    for language in ("nl", "en"):
        for sentence in (cause.what(language, params), cause.do(language, params)):
            assert len(sentence) > 15 and "…" not in sentence


def test_correcting_the_field_sends_it_and_closes_the_issue(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer(coc_code="1234"))
    bridge.sync(record)
    bridge.crm_save(record, coc_code="12345678")
    bridge.sync(record)

    assert bridge.relaties()[0]["kvkNummer"] == "12345678"
    assert bridge.open_issues() == []


def test_name_over_fifty_characters_is_never_cut_and_holds_only_its_own_relation(bridge: Bridge) -> None:
    wrong = bridge.crm_save(None, **customer(name=LONG))
    right = bridge.crm_save(None, **numbered_customer(1))
    bridge.sync(wrong, right)

    assert [row["naam"] for row in bridge.relaties()] == ["Handelsonderneming 00001 B.V."]
    (issue,) = bridge.open_issues()
    assert (issue.record_id, issue.blocking, issue.field) == (wrong, True, "name")
    assert_speaks(catalogue(), issue.cause, issue.params)

    bridge.crm_save(wrong, name="Bakkerij Zonnig B.V.", custom_fields={"sync_snelstart": "1"})
    bridge.sync(wrong)
    assert len(bridge.relaties()) == 2 and bridge.open_issues() == []


def test_field_that_only_the_books_refuse_is_left_out_once_and_not_sent_again(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer(vat_number="DE811907980"))
    bridge.sync(record)

    (relatie,) = bridge.relaties()
    causes = [issue.cause for issue in bridge.open_issues()]
    if not relatie["btwNummer"]:
        assert causes == ["snelstart.REL-0087"]
    writes = bridge.arrivals("POST")
    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)
    assert bridge.relaties()[0]["telefoon"] == "0201112233"
    assert bridge.arrivals("POST") == writes and bridge.arrivals("PUT") == 1
    assert [issue.cause for issue in bridge.open_issues()] == causes


def test_ticked_relation_without_a_role_is_told(bridge: Bridge) -> None:
    bridge.sync(bridge.crm_save(None, **customer(relation_type_id="")))
    assert bridge.relaties() == []
    assert [issue.cause for issue in bridge.open_issues()] == ["sync.no_role"]


def test_unticking_breaks_the_tie_and_ticking_again_finds_the_same_relation(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.crm_save(record, custom_fields={"sync_snelstart": "0"}, phone="0209999999")
    bridge.sync(record)
    assert bridge.mappings()[0].state == "broken"
    assert bridge.relaties()[0]["telefoon"] == "0205557297"

    bridge.crm_save(record, custom_fields={"sync_snelstart": "1"})
    bridge.sync(record)
    (relatie,) = bridge.relaties()
    assert relatie["telefoon"] == "0209999999" and bridge.mappings()[0].state == "active"


def test_what_the_bookkeeper_entered_survives_an_update(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    (relatie,) = bridge.relaties()
    mine = {"memo": "Belt op maandag", "factuurkorting": 2.5, "websiteUrl": "https://zonnig.example"}
    bridge.control("books", "POST", "edit", {"id": relatie["id"], "changes": mine})
    bridge.crm_save(record, email="nieuw@zonnig.example")
    bridge.sync(record)

    (after,) = bridge.relaties()
    assert after["email"] == "nieuw@zonnig.example"
    assert {name: after[name] for name in mine} == mine


def test_relation_deleted_in_the_books_is_a_question(bridge: Bridge) -> None:
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    bridge.control("books", "POST", "edit", {"id": bridge.relaties()[0]["id"], "delete": True})
    bridge.crm_save(record, phone="0201112233")
    bridge.sync(record)

    assert [review.reason for review in bridge.open_reviews()] == ["review.gone"]
