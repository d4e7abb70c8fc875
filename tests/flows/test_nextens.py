"""Simplicate to Nextens, beside SnelStart: one CRM record goes to both at once, by the rules of tax software."""

from typing import Any

import pytest

from adapters.breaker import Breaker
from adapters.tokens import TokenStore
from models.tables import Connection
from models.words import MappingState
from sync.candidates import Sides
from sync.preview import preview
from sync.reconcile import reconcile
from sync.run import run_job
from tests.fixtures.tax import TAX_SECRETS, TwoTargets
from tests.flows.sandbox_data import customer, rsin

BOXES = {"sync_snelstart": "1", "sync_nextens": "1"}
BSN = "990000035"
HOME = {"line_1": "Lange Voorhout 12 bis", "postal_code": "2514 EA", "locality": "Den Haag", "country_code": "NL"}


def bsn(number: int) -> str:
    """Return the `number`th BSN of the range that is never issued."""
    base = 99_000_000 + number
    check = sum(int(d) * w for d, w in zip(f"{base:08d}", range(9, 1, -1), strict=True)) % 11
    return f"{base:08d}{check}" if check < 10 else bsn(number + 500_000)


def company(**changes: Any) -> dict[str, Any]:
    """Return a company that goes to both targets."""
    return customer(custom_fields={**BOXES, "rsin": rsin(1)}, **changes)


def person(**changes: Any) -> dict[str, Any]:
    """Return a person that goes to Nextens."""
    return {
        "first_name": "Anna",
        "family_name_prefix": "van der",
        "family_name": "Meer",
        "gender": "Female",
        "date_of_birth": "1980-05-17",
        "email": "anna@meer.example",
        "address": HOME,
        "custom_fields": {"sync_nextens": "1", "bsn": bsn(1)},
    } | changes


def save_person(both: TwoTargets, **changes: Any) -> str:
    """Save a person in the CRM and let it be synchronised."""
    record = both.crm_save(None, "person", **person(**changes))
    both.sync(record)
    return record


def enter(both: TwoTargets, kind: str, **fields: Any) -> str:
    """Let the tax adviser enter a client by hand."""
    return str(both.tax_control("POST", "edit", {"resource": kind, "changes": fields})["Id"])


def test_one_record_goes_to_both_targets(both: TwoTargets) -> None:
    record = both.crm_save(None, **company())
    both.sync(record)

    (relatie,) = both.relaties()
    (client,) = both.clients("bedrijf")
    assert relatie["naam"] == client["Naam"] == "Bakkerij Zonnig B.V."
    assert client["Rsin"] == rsin(1)
    assert client["KvkNummer"] == "12345678"
    visiting = client["Bezoekadres"]
    assert (visiting["Straatnaam"], str(visiting["Huisnummer"]), visiting["LandCode"]) == ("Kade", "278", "NLD")
    assert client["Postadres"] == visiting
    assert len(both.mappings()) == 2
    assert both.open_issues() == []


def test_every_field_of_a_person_arrives(both: TwoTargets) -> None:
    save_person(both)
    (client,) = both.clients("persoon")
    wanted = {
        "Voornaam": "Anna", "Tussenvoegsels": "van der", "Achternaam": "Meer", "Geslacht": "Vrouw", "Bsn": bsn(1),
        "EmailAdres": "anna@meer.example", "Straatnaam": "Lange Voorhout", "HuisnummerToevoeging": "bis",
        "Postcode": "2514 EA", "Plaats": "Den Haag", "LandCode": "NLD",
    }  # fmt: skip
    assert {name: client[name] for name in wanted} == wanted
    assert str(client["Huisnummer"]) == "12"
    assert client["Geboortedatum"].startswith("1980-05-17")


def test_a_bsn_that_is_there_links_and_overwrites_but_blanks_nothing(both: TwoTargets) -> None:
    known = enter(both, "persoon", Achternaam="Oud", Bsn=bsn(1), TelefoonnummerMobiel="0612345678", Opmerkingen="x")
    save_person(both, email="")
    (client,) = both.clients("persoon")
    assert client["Id"] == known
    assert (client["Achternaam"], client["TelefoonnummerMobiel"], client["Opmerkingen"]) == ("Meer", "0612345678", "x")
    (row,) = both.tax_mappings()
    assert row.matched_by == "bsn"


@pytest.mark.parametrize(
    ("there", "links"),
    [
        ({}, True),
        ({"Geboortedatum": "1980-05-17T00:00:00.000Z"}, True),
        ({"Geboortedatum": "1971-01-02T00:00:00.000Z"}, False),
    ],
)
def test_a_bsn_on_one_side_only_matches_by_exact_name_and_birthday(
    both: TwoTargets, there: dict[str, str], links: bool
) -> None:
    known = enter(both, "persoon", Voornaam="anna", Tussenvoegsels="van  der", Achternaam="MEER", **there)
    save_person(both)
    (row,) = both.tax_mappings()
    assert (row.target_id.endswith(known), row.matched_by) == ((True, "exact_name") if links else (False, "created"))
    assert len(both.clients("persoon")) == (1 if links else 2)


def test_an_equal_name_with_another_bsn_is_a_question(both: TwoTargets) -> None:
    enter(both, "persoon", Voornaam="Anna", Tussenvoegsels="van der", Achternaam="Meer", Bsn=bsn(2))
    save_person(both)
    assert [one.reason for one in both.open_reviews()] == ["review.contradiction"]
    assert len(both.clients("persoon")) == 1


def test_a_company_whose_rsin_is_not_found_matches_by_exact_name(both: TwoTargets) -> None:
    known = enter(both, "bedrijf", Naam="bakkerij zonnig b.v.")
    both.sync(both.crm_save(None, **company()))
    (client,) = both.clients("bedrijf")
    assert client["Id"] == known
    assert client["Rsin"] == rsin(1)


def test_several_of_one_name_are_a_question(both: TwoTargets) -> None:
    for _ in range(2):
        enter(both, "bedrijf", Naam="Bakkerij Zonnig B.V.")
    both.sync(both.crm_save(None, **company()))
    assert [one.reason for one in both.open_reviews()] == ["review.name_only"]
    assert len(both.clients("bedrijf")) == 2


def test_unticked_for_one_target_breaks_only_that_link_and_finds_it_again(both: TwoTargets) -> None:
    record = both.crm_save(None, **company())
    both.sync(record)
    (row,) = both.tax_mappings()
    both.crm_save(record, custom_fields={"sync_nextens": ""})
    both.sync(record)
    assert [one.state for one in both.tax_mappings()] == [MappingState.BROKEN]
    assert len(both.clients("bedrijf")) == 1
    assert sorted(one.state for one in both.mappings()) == ["active", "broken"]

    both.crm_save(record, name="Bakkerij Maan B.V.", custom_fields={"sync_nextens": "1"})
    both.sync(record)
    assert [(one.state, one.target_id) for one in both.tax_mappings()] == [("active", row.target_id)]
    assert [one["Naam"] for one in both.clients("bedrijf")] == ["Bakkerij Maan B.V."]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"custom_fields": {"sync_nextens": "1", "bsn": "123456789"}}, "check.bsn"),
    ({"custom_fields": {"sync_nextens": "1", "bsn": "24"}}, "check.bsn"),
    ({"address": {**HOME, "postal_code": "0123 AB"}}, "check.postcode"),
    ({"address": {**HOME, "line_1": "Straat zonder nummer"}}, "nextens.address"),
    ({"date_of_birth": "2999-01-01"}, "check.birth_date"),
]


@pytest.mark.parametrize(("changes", "cause"), WRONG)
def test_what_is_wrong_is_refused_before_it_is_sent(both: TwoTargets, changes: dict[str, Any], cause: str) -> None:
    record = save_person(both, **changes)
    assert both.clients("persoon") == []
    assert both.tax_calls() == 0
    assert [(one.cause, one.blocking) for one in both.open_issues()] == [(cause, True)]
    (message,) = both.control("crm", "GET", "state")["message"]
    assert message["title"].startswith("Boekbrug: niet verwerkt in Nextens")
    assert "123456789" not in str(message)
    assert not both.crm_record(record)["custom"].get("sync_nextens")


def test_what_nextens_refuses_is_told_in_its_own_words_without_the_number(both: TwoTargets) -> None:
    both.sync(both.crm_save(None, **company(name="B" * 201)))
    messages = both.control("crm", "GET", "state")["message"]
    assert {one["title"] for one in messages} >= {"Boekbrug: niet verwerkt in Nextens"}
    assert both.clients("bedrijf") == []


def test_calls_per_client(both: TwoTargets) -> None:
    before = both.tax_calls()
    record = save_person(both)
    assert both.tax_calls() - before <= 3
    before = both.tax_calls()
    both.crm_save(record, "person", email="anders@meer.example")
    both.sync(record)
    assert both.tax_calls() - before == 2
    before = both.tax_calls()
    both.sync(record)
    assert both.tax_calls() == before
    save_person(both, family_name="Zonder", custom_fields={"sync_nextens": "1"})
    assert both.tax_calls() - before == 2


def test_relying_on_the_conflict_saves_the_first_look_up(both: TwoTargets) -> None:
    both.apply({"rely_on_conflict": True})
    before = both.tax_calls()
    save_person(both)
    assert both.tax_calls() - before == 2
    known = enter(both, "persoon", Achternaam="Anders", Bsn=bsn(2))
    save_person(both, first_name="Bo", custom_fields={"sync_nextens": "1", "bsn": bsn(2)})
    (client,) = [one for one in both.clients("persoon") if one["Bsn"] == bsn(2)]
    assert (client["Id"], client["Voornaam"]) == (known, "Bo")


def test_with_a_list_a_create_costs_a_call_and_its_share(both: TwoTargets) -> None:
    both.tax_control("PUT", "options", {"lists": True})
    both.apply({"list": True})
    known = enter(both, "persoon", Voornaam="Anna", Tussenvoegsels="van der", Achternaam="Meer")
    save_person(both)
    assert [one["Id"] for one in both.clients("persoon")] == [known]


LOST = ["timeout_after", "502_after", "drop_after", "timeout_before", "late_deed"]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("who", ["persoon", "bedrijf"])
def test_a_create_whose_answer_is_lost_is_found_and_never_repeated(both: TwoTargets, kind: str, who: str) -> None:
    fault: dict[str, Any] = {"kind": kind, "method": "POST", "path": f"/v2/klant/{who}", "count": 1}
    if kind == "late_deed":
        fault |= {"delay_ms": 600, "client": "drop"}
    both.tax_control("POST", "faults", fault)
    if who == "persoon":
        save_person(both)
    else:
        both.sync(both.crm_save(None, **company()))
    assert len(both.clients(who)) == 1
    assert [one.matched_by for one in both.tax_mappings()] == ["created" if kind == "timeout_before" else "adopted"]
    assert both.open_issues() == []


def test_a_token_that_is_refused_waits_for_consent_and_loses_nothing(both: TwoTargets) -> None:
    both.tax_control("PUT", "tokens", {"refresh_tokens": []})
    record = both.crm_save(None, "person", **person())
    both.hear(record)
    for job in both.due():
        run_job(both.outside, job)
    (tax,) = both.rows(Connection, Connection.name == "tax")
    assert tax.state == "needs_consent"
    assert [one.cause for one in both.open_issues()] == ["connection.unauthorised"]
    assert both.clients("persoon") == []

    both.tax_control("PUT", "tokens", {"refresh_tokens": ["pasted-anew"]})
    TokenStore(tax.id, both.outside, TAX_SECRETS["TAX_TOKEN"]).paste("pasted-anew")
    assert Breaker(tax.id, both.outside).renewed()
    both.drain()
    assert [one["Bsn"] for one in both.clients("persoon")] == [bsn(1)]
    assert both.open_issues() == []


def test_a_comparison_reads_what_is_tied_and_finds_what_differs_or_is_gone(both: TwoTargets) -> None:
    first, second = save_person(both), save_person(both, first_name="Bo", custom_fields=BOXES | {"bsn": bsn(2)})
    here, gone = (next(one for one in both.tax_mappings() if one.source_id == record) for record in (first, second))
    client, other = (one.target_id.partition(":")[2] for one in (here, gone))
    both.tax_control("POST", "edit", {"resource": "persoon", "id": client, "changes": {"Plaats": "Delft"}})
    both.tax_control("POST", "edit", {"resource": "persoon", "id": other, "delete": True})

    sides = Sides.open(both.outside, "clients")
    report = reconcile(both.outside, sides, repair=False, progress=lambda done, total: None)
    found = {(one.finding, one.record_id) for one in report.findings}
    assert found == {("differs", first), ("missing_in_books", second)}
    planned = {one.record_id: one.deed for one in preview(both.outside, sides)}
    assert planned == {first: "nothing", second: "nothing"}
