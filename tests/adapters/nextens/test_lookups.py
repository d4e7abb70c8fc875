"""Clients are found by number, else by exact name, in as few calls as that takes."""

from datetime import date
from typing import Any

import pytest

from adapters.errors import AlreadyExists, Rejected, Unavailable, Unsupported
from adapters.nextens import Nextens
from models.records import Relation
from models.words import Role
from tests.adapters.contract_target import go
from tests.adapters.nextens.conftest import Office, Open
from tests.adapters.nextens.factories import company, eleven_proof, person

BSN, OTHER = eleven_proof(1), eleven_proof(2)


def seed(office: Office, kind: str, **values: object) -> str:
    """Enter a client by hand and return its id."""
    record = office.control("POST", "edit", {"resource": kind, "changes": values})
    return f"{kind}:{record['Id']}"


def person_named(office: Office, name: str, **values: object) -> str:
    first, _, last = name.partition(" ")
    return seed(office, "persoon", Voornaam=first, Achternaam=last, **values)


def found(target: Nextens, relation: Relation, *, thorough: bool = False) -> tuple[list[str], int]:
    """Search, and count the calls."""
    before = target.calls
    ids = sorted(one.id for one in target.search(target.identity(relation), thorough=thorough))
    return ids, target.calls - before


def named(name: str, **values: Any) -> Relation:
    first, _, last = name.partition(" ")
    return person(first_name=first, prefix=None, last_name=last, **values)


@pytest.fixture(params=[False, True], ids=["409 with a code", "empty 409"])
def office(office: Office, request: pytest.FixtureRequest) -> Office:
    """Let a 409 say what it means, or not."""
    office.options(empty_409=request.param)
    return office


def test_a_bsn_finds_its_person_in_one_call(office: Office, target: Nextens) -> None:
    mine = person_named(office, "Iemand Anders", Bsn=BSN)
    assert found(target, named("Mila Meer", bsn=BSN)) == ([mine], 1)


def test_a_bsn_nobody_has_leads_to_the_name_in_two(office: Office, target: Nextens) -> None:
    mine = person_named(office, "Mila Meer")
    assert found(target, named("Mila Meer", bsn=BSN)) == ([mine], 2)


def test_a_name_is_compared_exactly_but_for_case_and_spaces(office: Office, target: Nextens) -> None:
    ids = [person_named(office, name) for name in ("MILA  meer", "Mila Meer", "Mila Meers", "Milla Meer")]
    assert found(target, named("Mila Meer", bsn=None)) == (sorted(ids[:2]), 1)


def test_an_rsin_goes_with_the_sub_number_of_the_connection(office: Office, open_office: Open) -> None:
    first = seed(office, "bedrijf", Naam="Moeder", Rsin=BSN, Volgnummer=1)
    second = seed(office, "bedrijf", Naam="Dochter", Rsin=BSN, Volgnummer=2)
    relation = company(rsin=BSN)
    assert found(open_office(office.url), relation) == ([first], 1)
    office.control("PUT", "tokens", {"refresh_tokens": ["sandbox-refresh"]})
    assert found(open_office(office.url, sub_number=2), relation) == ([second], 1)


def test_another_sub_number_of_the_same_rsin_contradicts(office: Office, target: Nextens) -> None:
    seed(office, "bedrijf", Naam="Moeder", Rsin=BSN, Volgnummer=2)
    (hit,) = target.search(target.identity(company(name="Moeder", rsin=BSN)), thorough=True)
    assert hit.identity.rsin == f"{BSN}/2"


def test_a_company_without_rsin_is_looked_up_by_name(office: Office, target: Nextens) -> None:
    mine = seed(office, "bedrijf", Naam="Spaander  BV")
    person_named(office, "Spaander BV")
    assert found(target, company(name="spaander bv", rsin=None)) == ([mine], 1)


def test_relying_on_conflict_saves_the_look_up_of_persons_only(office: Office, open_office: Open) -> None:
    target = open_office(office.url, rely_on_conflict=True)
    mine = person_named(office, "Iemand Anders", Bsn=BSN)
    firm = seed(office, "bedrijf", Naam="Moeder", Rsin=BSN)
    assert found(target, named("Mila Meer", bsn=BSN)) == ([], 1)
    with pytest.raises(AlreadyExists):
        target.create(target.draft(named("Mila Meer", bsn=BSN), Role.CUSTOMER, {}), Role.CUSTOMER, None, go)
    assert found(target, named("Mila Meer", bsn=BSN), thorough=True) == ([mine], 1)
    assert found(target, company(rsin=BSN)) == ([firm], 1)


def test_a_namesake_with_the_same_birth_date_exists_already(office: Office, target: Nextens) -> None:
    mine = person_named(office, "Mila Meer", Geboortedatum="1980-02-03T00:00:00.000Z")
    relation = named("Mila Meer", bsn=None, date_of_birth=date(1980, 2, 3))
    with pytest.raises(AlreadyExists):
        target.create(target.draft(relation, Role.CUSTOMER, {}), Role.CUSTOMER, None, go)
    assert found(target, relation, thorough=True) == ([mine], 1)


def test_locating_wants_the_number_and_the_name(office: Office, target: Nextens) -> None:
    stranger = person_named(office, "Iemand Anders", Bsn=BSN)
    sent = target.draft(named("Mila Meer", bsn=BSN), Role.CUSTOMER, {}).fields
    assert list(target.locate(sent, None)) == []
    assert [one.id for one in target.locate(target.read(stranger).fields, None)] == [stranger]
    namesake = person_named(office, "Mila Meer", Bsn=OTHER)
    without = target.draft(named("Mila Meer", bsn=None), Role.CUSTOMER, {}).fields
    assert [one.id for one in target.locate(without, None)] == [namesake]


def test_a_look_up_without_an_answer_did_nothing_and_is_asked_again(office: Office, target: Nextens) -> None:
    known = person_named(office, "Mila Meer", Bsn=BSN)
    for kind in ("502_before", "drop_after"):
        office.fault(kind, "PUT")
        before = target.calls
        assert [one.id for one in target.search(target.identity(person(bsn=BSN)), thorough=True)] == [known]
        assert target.calls == before + 2
    office.fault("html_200", "PUT")
    with pytest.raises(Unavailable):
        target.search(target.identity(person(bsn=BSN)), thorough=True)


def test_a_look_up_that_answers_nothing_is_no_answer(office: Office, target: Nextens) -> None:
    office.fault("empty_body", "PUT")
    person_named(office, "Mila Meer", Bsn=BSN)
    with pytest.raises(Unavailable):
        target.search(target.identity(named("Mila Meer", bsn=BSN)), thorough=True)


def test_no_look_up_shows_a_number_in_an_address(office: Office, target: Nextens) -> None:
    record = target.create(target.draft(person(bsn=BSN), Role.CUSTOMER, {}), Role.CUSTOMER, None, go)
    target.search(target.identity(person(bsn=BSN)), thorough=True)
    target.locate(record.fields, None)
    assert office.warnings() == {}


def test_a_list_over_several_pages_holds_each_client_once(office: Office, open_office: Open) -> None:
    office.options(lists=True)
    people = [{"Voornaam": "P", "Achternaam": f"N{number}"} for number in range(401)]
    firms = [{"Naam": f"Firma {number}"} for number in range(3)]
    office.control("POST", "seed", {"persoon": people, "bedrijf": firms})
    target = open_office(office.url, list=True)
    pages = list(target.pages(None))
    ids = [record.id for page in pages for record in page.records]
    assert (len(ids), len(set(ids))) == (404, 404)
    assert [page.last for page in pages] == [False, False, False, True]
    assert target.calls == 4


def test_lists_that_are_not_there_are_said(office: Office, open_office: Open) -> None:
    with pytest.raises(Unsupported):
        open_office(office.url).pages(None)
    office.control("PUT", "tokens", {"refresh_tokens": ["sandbox-refresh"]})
    with pytest.raises(Rejected) as caught:
        list(open_office(office.url, list=True).pages(None))
    assert caught.value.code == "nextens.not_found"
