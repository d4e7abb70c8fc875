"""What we write arrives whole, what is not ours stays, and an answer that is no answer is never repeated blindly."""

from dataclasses import replace

import pytest

from adapters.errors import AlreadyExists, Missing, OutcomeUnknown, Rejected, Throttled, Unavailable
from adapters.nextens import Nextens
from models.records import Address
from models.words import Role
from sync.planning import Nothing, Rules, Update, compare
from tests.adapters.contract_target import go
from tests.adapters.nextens.conftest import Office
from tests.adapters.nextens.factories import company, eleven_proof, person

BSN = eleven_proof(31)


def make(target: Nextens, relation: object) -> str:
    draft = target.draft(relation, Role.CUSTOMER, {})  # type: ignore[arg-type]
    return target.create(draft, Role.CUSTOMER, None, go).id


def test_a_created_person_stands_there_whole(office: Office, target: Nextens) -> None:
    make(target, person(bsn=BSN, last_name="Meer", email="mila@meer.example"))
    (stored,) = office.clients("persoon")
    assert {name: value for name, value in stored.items() if name not in ("Id", "GewijzigdOp")} == {
        "Voornaam": "Mila", "Voorletters": None, "Tussenvoegsels": "van der", "Achternaam": "Meer",
        "Geslacht": "Vrouw", "Geboortedatum": "1980-02-03T00:00:00.000Z", "Bsn": BSN,
        "TelefoonnummerMobiel": "06 12345678", "EmailAdres": "mila@meer.example", "Straatnaam": "Kade",
        "Huisnummer": "12", "HuisnummerToevoeging": "A-2", "Postcode": "1011 AB", "Plaats": "Amsterdam",
        "LandCode": "NLD", "Opmerkingen": None,
    }  # fmt: skip
    assert office.warnings() == {}


def test_a_created_company_stands_there_whole(office: Office, target: Nextens) -> None:
    make(target, company(rsin=BSN, mailing=None))
    (stored,) = office.clients("bedrijf")
    address = {
        "Straatnaam": "Zaagpad", "Huisnummer": "3", "HuisnummerToevoeging": "bis", "Postcode": "3512 AB",
        "Plaats": "Utrecht", "LandCode": "NLD",
    }  # fmt: skip
    assert (stored["Bezoekadres"], stored["Postadres"]) == (address, address)
    assert (stored["Rsin"], stored["Volgnummer"], stored["KvkNummer"]) == (BSN, 1, "00000017")
    assert (stored["BtwNummer"], stored["Iban"]) == ("NL000099998B57", "NL91ABNA0417164300")
    assert office.warnings() == {}


def test_an_unknown_gender_is_a_word_and_no_difference(office: Office, target: Nextens) -> None:
    made = target.read(make(target, person(gender=None)))
    assert made.fields["Geslacht"] == "Onbekend"
    assert target.same("Geslacht", None, made.fields["Geslacht"])
    assert not target.same("Geslacht", "Man", made.fields["Geslacht"])


@pytest.mark.parametrize("nulls", ["null", "absent"])
def test_an_update_keeps_what_the_office_entered(office: Office, target: Nextens, nulls: str) -> None:
    office.options(nulls=nulls)
    made = make(target, person(mobile=None))
    own = {"Opmerkingen": "Bellen na zes uur", "Voorletters": "M.A.", "TelefoonnummerMobiel": "06 87654321"}
    office.control("POST", "edit", {"resource": "persoon", "id": made.partition(":")[2], "changes": own})
    written = target.update(target.read(made), {"EmailAdres": "nieuw@meer.example"}, go)
    (stored,) = office.clients("persoon")
    assert {name: stored[name] for name in own} == own
    assert stored["EmailAdres"] == "nieuw@meer.example"
    assert written.fields == target.read(made).fields


def test_who_moves_leaves_the_addition_behind(office: Office, target: Nextens) -> None:
    """An address without an addition says so; only an address the CRM does not know says nothing."""
    made = target.read(make(target, person(visiting=Address("Kade 12 bis"))))
    wanted = target.draft(person(visiting=Address("Dam 1")), Role.CUSTOMER, {}).fields
    plan = compare(wanted, {}, made.fields, Rules(), target.same)
    assert isinstance(plan, Update)
    written = target.update(made, plan.changes, go)
    (stored,) = office.clients("persoon")
    assert (stored["Straatnaam"], stored["Huisnummer"], stored["HuisnummerToevoeging"]) == ("Dam", "1", None)
    assert isinstance(compare(wanted, {}, written.fields, Rules(), target.same), Nothing)
    unknown = target.draft(person(visiting=None), Role.CUSTOMER, {}).fields
    assert isinstance(compare(unknown, {}, written.fields, Rules(), target.same), Nothing)


def test_an_update_of_an_address_keeps_the_legal_form_and_sub_number(office: Office, target: Nextens) -> None:
    made = make(target, company(rsin=BSN))
    own = {"Rechtsvorm": "BV", "Volgnummer": 3}
    office.control("POST", "edit", {"resource": "bedrijf", "id": made.partition(":")[2], "changes": own})
    target.update(target.read(made), {"Postadres.Huisnummer": "99"}, go)
    (stored,) = office.clients("bedrijf")
    assert (stored["Rechtsvorm"], stored["Volgnummer"]) == ("BV", 3)
    assert (stored["Postadres"]["Huisnummer"], stored["Postadres"]["Straatnaam"]) == ("99", "Postbus")


def test_an_answer_that_names_only_an_id_is_completed_by_what_was_sent(
    office: Office, target: Nextens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The known client reads nothing but the Id of a 201, so more may not be there."""
    send = target._http.request

    def only_id(method: str, path: str, **more: object) -> object:
        response = send(method, path, **more)  # type: ignore[arg-type]
        response._content = b'{"Id": "%s"}' % response.json()["Id"].encode()
        return response

    monkeypatch.setattr(target._http, "request", only_id)
    draft = target.draft(person(), Role.CUSTOMER, {})
    made = target.create(draft, Role.CUSTOMER, None, go)
    monkeypatch.undo()
    assert (made.id, made.fields) == (f"persoon:{office.clients('persoon')[0]['Id']}", target.read(made.id).fields)


@pytest.mark.parametrize("kind", ["drop_after", "502_after", "502_before", "timeout_after", "empty_body", "html_200"])
def test_a_create_without_an_answer_is_of_unknown_outcome(office: Office, target: Nextens, kind: str) -> None:
    draft = target.draft(person(), Role.CUSTOMER, {})
    office.fault(kind)
    with pytest.raises(OutcomeUnknown):
        target.create(draft, Role.CUSTOMER, None, go)
    landed = [f"persoon:{one['Id']}" for one in office.clients("persoon")]
    assert [one.id for one in target.locate(draft.fields, None)] == landed
    assert len(landed) == (0 if kind in ("502_before", "html_200") else 1)


def test_an_update_without_an_answer_is_of_unknown_outcome(office: Office, target: Nextens) -> None:
    made = target.read(make(target, person()))
    office.fault("drop_after", "PUT")
    with pytest.raises(OutcomeUnknown):
        target.update(made, {"Plaats": "Delft"}, go)
    assert target.read(made.id).fields["Plaats"] == "Delft"


def test_a_limit_is_no_attempt(office: Office, target: Nextens) -> None:
    office.fault("429")
    with pytest.raises(Throttled):
        make(target, person())
    assert office.clients("persoon") == []


def test_a_server_that_is_away_is_unavailable_for_reading(office: Office, target: Nextens) -> None:
    office.fault("503", "GET", count=9)
    with pytest.raises(Unavailable):
        target.read("persoon:1")


@pytest.mark.parametrize("empty", [False, True])
def test_an_update_of_a_client_that_went_away_is_missing(office: Office, target: Nextens, empty: bool) -> None:
    made = target.read(make(target, person()))
    office.control("POST", "edit", {"resource": "persoon", "id": made.id.partition(":")[2], "delete": True})
    office.options(empty_409=empty)
    with pytest.raises(Missing):
        target.update(made, {"Plaats": "Delft"}, go)
    with pytest.raises(Missing):
        target.read(made.id)


@pytest.mark.parametrize("empty", [False, True])
def test_an_update_to_a_number_that_another_has_is_no_missing_client(
    office: Office, target: Nextens, empty: bool
) -> None:
    """An empty 409 on a PUT may mean either; only reading tells."""
    make(target, person(1, bsn=BSN))
    made = target.read(make(target, person(2, bsn=None)))
    office.options(empty_409=empty)
    with pytest.raises(AlreadyExists) as caught:
        target.update(made, {"Bsn": BSN}, go)
    assert caught.value.code == "nextens.BESTAAT_AL"
    assert BSN not in f"{caught.value} {caught.value.words}"


def test_a_refusal_names_the_field_and_masks_the_number(office: Office, target: Nextens) -> None:
    draft = target.draft(person(bsn="123456789"), Role.CUSTOMER, {})
    with pytest.raises(Rejected) as caught:
        target.create(draft, Role.CUSTOMER, None, go)
    assert (caught.value.code, caught.value.field) == ("nextens.ONGELDIG", "bsn")
    assert caught.value.words == "Het BSN *** voldoet niet aan de elfproef."


@pytest.mark.parametrize("wrong", ["", "persoon", "persoon:", "klant:1", "1", "../bedrijf:1"])
def test_an_id_of_another_form_is_nobodys(target: Nextens, wrong: str) -> None:
    with pytest.raises(Missing):
        target.read(wrong)


def test_an_id_cannot_lead_elsewhere(office: Office, target: Nextens) -> None:
    make(target, company())
    with pytest.raises(Missing):
        target.read(f"persoon:../bedrijf/{office.clients('bedrijf')[0]['Id']}")


def test_nothing_can_be_left_out(target: Nextens) -> None:
    draft = target.draft(person(), Role.CUSTOMER, {})
    assert all(target.without(draft, field) is None for field in ("bsn", "email", "visiting", "phone", "name"))


def test_a_relation_that_changed_in_one_field_differs_in_one(office: Office, target: Nextens) -> None:
    relation = company()
    held = target.read(make(target, relation)).fields
    wanted = target.draft(replace(relation, email="ander@spaander.example"), Role.CUSTOMER, {}).fields
    assert [name for name in wanted if not target.same(name, wanted[name], held[name])] == ["EmailAdres"]
