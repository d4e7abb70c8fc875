"""What becomes of a write: refused, repeated, lost on the way, or kept beside the bookkeeper's own work."""

from dataclasses import replace

import pytest
import requests

from adapters.base import Draft
from adapters.errors import (
    AlreadyExists,
    Missing,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
)
from adapters.snelstart import SnelStart
from models.words import Role
from tests.adapters.contract_target import go, stop
from tests.adapters.snelstart.conftest import Books, Open
from tests.adapters.snelstart.factories import relation

NUMBER = 10017


@pytest.fixture
def draft(target: SnelStart) -> Draft:
    """Translate a sound relation."""
    return target.draft(relation(), Role.CUSTOMER, {})


@pytest.mark.parametrize("fault", ["timeout_after", "drop_after", "502_after"])
def test_a_create_whose_answer_is_lost_is_found_by_its_number(
    books: Books, target: SnelStart, draft: Draft, fault: str
) -> None:
    books.fault(fault)
    with pytest.raises(OutcomeUnknown):
        target.create(draft, Role.CUSTOMER, NUMBER, go)
    found = target.find_number(NUMBER)
    assert found is not None
    assert [name for name in draft.fields if not target.same(name, draft.fields[name], found.fields[name])] == []
    with pytest.raises(AlreadyExists):
        target.create(draft, Role.CUSTOMER, NUMBER, go)


@pytest.mark.parametrize("fault", ["timeout_before", "drop_before", "502_before", "html_200"])
def test_a_create_that_never_arrived_leaves_its_number_free(
    books: Books, target: SnelStart, draft: Draft, fault: str
) -> None:
    books.fault(fault)
    with pytest.raises(OutcomeUnknown):
        target.create(draft, Role.CUSTOMER, NUMBER, go)
    assert target.find_number(NUMBER) is None
    assert target.create(draft, Role.CUSTOMER, NUMBER, go).number == str(NUMBER)


@pytest.mark.parametrize("fault", ["429", "429_no_retry_after", "quota_403"])
def test_a_refusal_for_a_limit_is_a_wait(books: Books, target: SnelStart, draft: Draft, fault: str) -> None:
    books.fault(fault, retry_after=7)
    with pytest.raises(Throttled):
        target.create(draft, Role.CUSTOMER, NUMBER, go)


def test_an_answer_without_a_body_is_looked_up(books: Books, target: SnelStart, draft: Draft) -> None:
    books.fault("empty_body")
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    assert target.read(made.id).number == str(NUMBER)


def test_an_answer_without_a_body_that_cannot_be_looked_up_is_unknown(
    books: Books, target: SnelStart, draft: Draft
) -> None:
    books.fault("empty_body")
    books.fault("503", "GET", count=3)
    with pytest.raises(OutcomeUnknown):
        target.create(draft, Role.CUSTOMER, NUMBER, go)


def test_an_empty_answer_to_an_update_means_what_was_sent(books: Books, target: SnelStart, draft: Draft) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    books.fault("empty_body", "PUT", f"/v2/relaties/{made.id}")
    answered = target.update(made, {"telefoon": "020 1111111"}, go)
    assert (answered.id, answered.number) == (made.id, made.number)
    assert answered.fields == {**target.read(made.id).fields, "telefoon": "020 1111111"}


def test_a_token_revoked_early_is_renewed_and_the_write_happens_once(
    books: Books, target: SnelStart, draft: Draft
) -> None:
    books.fault("revoke_token")
    opened: list[int] = []
    target.create(draft, Role.CUSTOMER, NUMBER, lambda: opened.append(1))
    assert opened == [1]
    listed = [record.number for page in target.pages(None) for record in page.records]
    assert listed.count(str(NUMBER)) == 1


def test_a_bad_vat_number_is_named_and_the_rest_goes_on(target: SnelStart) -> None:
    wrong = target.draft(relation(vat="NL123456789B99"), Role.CUSTOMER, {})
    with pytest.raises(Rejected) as caught:
        target.create(wrong, Role.CUSTOMER, NUMBER, go)
    assert (caught.value.code, caught.value.field) == ("snelstart.REL-0088", "vat")
    smaller = target.without(wrong, caught.value.field)
    assert smaller is not None
    assert target.create(smaller, Role.CUSTOMER, NUMBER, go).fields["btwNummer"] is None


def test_a_bad_iban_is_named(target: SnelStart, draft: Draft) -> None:
    with pytest.raises(Rejected) as caught:
        target.create(replace(draft, fields={**draft.fields, "iban": "NL00ABNA0417164300"}), Role.CUSTOMER, 1, go)
    assert caught.value.field == "iban"


def test_a_name_refused_by_binding_is_named(target: SnelStart, draft: Draft) -> None:
    with pytest.raises(Rejected) as caught:
        target.create(replace(draft, fields={**draft.fields, "naam": "x" * 51}), Role.CUSTOMER, NUMBER, go)
    assert (caught.value.code, caught.value.field) == ("snelstart.model", "name")


def test_a_country_snelstart_does_not_have_stops_before_the_gate(target: SnelStart, draft: Draft) -> None:
    changed = replace(draft, fields={**draft.fields, "vestigingsAdres.land": "XX"})
    with pytest.raises(Rejected) as caught:
        target.create(changed, Role.CUSTOMER, NUMBER, stop)
    assert (caught.value.code, caught.value.field) == ("snelstart.country_unknown", "visiting")


def test_an_update_of_a_relatie_made_inactive_is_missing(target: SnelStart, draft: Draft, books: Books) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    requests.delete(f"{books.url}/v2/relaties/{made.id}", headers=target.auth.headers(False), timeout=5)
    with pytest.raises(Missing):
        target.read(made.id)
    with pytest.raises(Missing):
        target.update(made, {"telefoon": "020"}, go)


def test_the_bookkeepers_own_work_survives_an_update(books: Books, target: SnelStart, draft: Draft) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    work = {
        "memo": "Belt liever niet",
        "kredietLimiet": 2500.0,
        "factuurkorting": 2.5,
        "aanmaningsoort": "Onderneming",
        "factuurEmailVersturen": {"shouldSend": True, "email": "f@korenaar.example", "ccEmail": None},
    }
    books.control("POST", "edit", {"id": made.id, "changes": work})
    target.update(target.read(made.id), {"vestigingsAdres.straat": "Nieuwstraat 1"}, go)
    after = target.read(made.id)
    assert {name: after.raw[name] for name in work} == work
    assert after.fields == {**made.fields, "vestigingsAdres.straat": "Nieuwstraat 1"}


def test_normalising_by_snelstart_leaves_nothing_to_write(target: SnelStart, draft: Draft) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    assert made.fields["btwNummer"] == "000099998B57"
    assert [name for name in draft.fields if not target.same(name, draft.fields[name], made.fields[name])] == []


def test_one_shared_relatie_holds_both_roles(books: Books, open_books: Open) -> None:
    books.options(strict_roles=False)
    target = open_books(books.url, roles_share_record=True)
    made = target.create(target.draft(relation(), Role.SUPPLIER, {}), Role.SUPPLIER, NUMBER, go)
    assert made.roles == set(Role)


def test_an_administration_that_keeps_roles_apart_says_so(books: Books, open_books: Open) -> None:
    target = open_books(books.url, roles_share_record=True)
    with pytest.raises(Rejected) as caught:
        target.create(target.draft(relation(), Role.CUSTOMER, {}), Role.CUSTOMER, NUMBER, go)
    assert (caught.value.code, caught.value.field) == ("snelstart.REL-0065", "roles")


def test_an_address_left_out_is_not_blanked(target: SnelStart, draft: Draft) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    assert made.fields["correspondentieAdres.plaats"] == "Utrecht"
    changes = {
        f"correspondentieAdres.{part}": None for part in ("contactpersoon", "straat", "postcode", "plaats", "land")
    }
    assert target.update(made, changes, go).fields["correspondentieAdres.plaats"] is None


def test_an_outage_before_a_write_is_no_doubt(books: Books, open_books: Open, draft: Draft) -> None:
    away = open_books("http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        away.create(draft, Role.CUSTOMER, NUMBER, stop)


def test_a_relatie_made_inactive_is_still_found_by_its_number_and_told(
    books: Books, target: SnelStart, draft: Draft
) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    requests.delete(f"{books.url}/v2/relaties/{made.id}", headers=target.auth.headers(False), timeout=5)
    found = target.find_number(NUMBER)
    assert found is not None
    assert not found.active


def test_countries_that_cannot_be_fetched_stop_before_the_gate(books: Books, open_books: Open, draft: Draft) -> None:
    cold = open_books(books.url)
    books.control("POST", "faults", {"kind": "503", "path": "/v2/landen", "method": "GET", "count": 3})
    with pytest.raises(Unavailable):
        cold.create(draft, Role.CUSTOMER, NUMBER, stop)
    # Without an address too: the answer may name a country, and then it is too late to fail.
    books.control("POST", "faults", {"kind": "503", "path": "/v2/landen", "method": "GET", "count": 3})
    with pytest.raises(Unavailable):
        cold.create(Draft({"naam": "Zonder adres"}), Role.CUSTOMER, NUMBER, stop)


def test_nothing_is_sent_that_snelstart_does_not_know(books: Books, target: SnelStart, draft: Draft) -> None:
    made = target.create(draft, Role.CUSTOMER, NUMBER, go)
    target.update(target.read(made.id), {"telefoon": "020 1111111"}, go)
    assert not books.control("GET", "stats")["warnings"]
