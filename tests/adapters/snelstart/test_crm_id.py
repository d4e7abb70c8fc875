"""The CRM's id goes into an extra field of its own, in a call of its own."""

import pytest

from adapters.errors import Rejected
from adapters.snelstart import SnelStart
from models.words import Role
from tests.adapters.contract_target import go
from tests.adapters.snelstart.conftest import Books, Open
from tests.adapters.snelstart.factories import relation

NUMBER = 10017


@pytest.fixture
def noting(books: Books, open_books: Open) -> SnelStart:
    """Open books that have the field."""
    books.control("POST", "seed", {"extra_fields": {"Klant": {"CRM-id": "Text", "Regio": "Text"}}})
    target = open_books(books.url, crm_id_field="CRM-id")
    target.countries()
    return target


def test_it_is_written_after_a_create_and_read_back(noting: SnelStart) -> None:
    draft = noting.draft(relation(), Role.CUSTOMER, {})
    start = noting.calls
    made = noting.create(draft, Role.CUSTOMER, NUMBER, go)
    assert noting.calls == start + 2
    read = noting.read(made.id)
    assert made.identity.crm_id == read.identity.crm_id == "relation:17"
    assert made.fields == read.fields
    assert noting.same("extraVeldenKlant", draft.fields["extraVeldenKlant"], read.fields["extraVeldenKlant"])


def test_its_failure_does_not_undo_the_create(books: Books, noting: SnelStart) -> None:
    draft = noting.draft(relation(), Role.CUSTOMER, {})
    books.control("POST", "faults", {"kind": "503", "method": "PUT", "count": 1})
    made = noting.create(draft, Role.CUSTOMER, NUMBER, go)
    assert made.identity.crm_id is None
    again = noting.update(noting.read(made.id), {"extraVeldenKlant": "relation:17"}, go)
    assert again.identity.crm_id == noting.read(made.id).identity.crm_id == "relation:17"


def test_a_field_that_does_not_exist_is_said_when_written_alone(books: Books, open_books: Open) -> None:
    target = open_books(books.url, crm_id_field="Bestaat niet")
    made = target.create(target.draft(relation(), Role.CUSTOMER, {}), Role.CUSTOMER, NUMBER, go)
    with pytest.raises(Rejected) as caught:
        target.update(made, {"extraVeldenKlant": "relation:17"}, go)
    assert (caught.value.code, caught.value.field) == ("snelstart.REF-0002", "id")
    written = target.update(made, {"extraVeldenKlant": "relation:17", "telefoon": "020"}, go)
    assert written.fields["telefoon"] == "020"


def test_a_supplier_has_none(noting: SnelStart) -> None:
    start = noting.calls
    noting.create(noting.draft(relation(), Role.SUPPLIER, {}), Role.SUPPLIER, NUMBER, go)
    assert noting.calls == start + 1


@pytest.mark.parametrize(("field", "ok"), [("CRM-id", True), ("Bestaat niet", False)])
def test_the_check_tells_whether_the_field_exists(
    books: Books, noting: SnelStart, open_books: Open, field: str, ok: bool
) -> None:
    noting.create(noting.draft(relation(), Role.CUSTOMER, {}), Role.CUSTOMER, NUMBER, go)
    findings = open_books(books.url, crm_id_field=field).check()
    assert [finding.ok for finding in findings if field in finding.en] == [ok]


def test_the_check_of_empty_books_says_nothing_of_the_field(noting: SnelStart) -> None:
    assert not [finding for finding in noting.check() if "CRM-id" in finding.en]
