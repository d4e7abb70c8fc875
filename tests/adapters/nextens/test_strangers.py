"""A server that answers more or other than was asked leads to nobody: what it answers is looked at again."""

import json
from collections.abc import Callable, Iterator

import pytest

from adapters.errors import Unavailable
from adapters.nextens import Nextens
from tests.adapters.nextens.conftest import Open
from tests.adapters.nextens.factories import company, person
from tests.adapters.vendor import Vendor, answer

Scripted = Callable[..., Nextens]
GRANT = {"access_token": "a", "expires_in": 1800}


@pytest.fixture
def scripted(open_office: Open) -> Iterator[Scripted]:
    """Open a connection to a server that answers as told, a token first."""
    vendors: list[Vendor] = []

    def script(*bodies: object) -> Nextens:
        vendor = Vendor([answer(200, json.dumps(body).encode()) for body in (GRANT, *bodies)])
        vendors.append(vendor)
        return open_office(vendor.url.removesuffix("/v2"))

    yield script
    for vendor in vendors:
        vendor.stop()


def test_a_list_of_names_that_only_resemble_holds_nobody(scripted: Scripted) -> None:
    rows = [{"Id": "1", "Naam": "Spaander BV Holding"}, {"Id": "2", "Naam": "SPAANDER  bv"}, {"Naam": "Spaander BV"}, 7]
    target = scripted(rows)
    found = target.search(target.identity(company(name="Spaander BV", rsin=None)), thorough=True)
    assert [one.id for one in found] == ["bedrijf:2"]


def test_another_number_than_was_asked_is_nobodys(scripted: Scripted) -> None:
    target = scripted({"Id": "1", "Achternaam": "Anders", "Bsn": "123456782"}, [])
    assert list(target.search(target.identity(person(bsn="111222333")), thorough=True)) == []


@pytest.mark.parametrize("body", [[], {}, {"Bsn": "111222333"}])
def test_an_answer_without_a_client_is_none(scripted: Scripted, body: object) -> None:
    target = scripted(body)
    with pytest.raises(Unavailable):
        target.search(target.identity(person(bsn="111222333")), thorough=True)


def test_a_name_that_is_answered_without_a_list_is_none(scripted: Scripted) -> None:
    target = scripted({"Id": "1"})
    with pytest.raises(Unavailable):
        target.search(target.identity(company(rsin=None)), thorough=True)


def test_a_client_that_is_answered_without_content_is_none(scripted: Scripted) -> None:
    with pytest.raises(Unavailable):
        scripted({}).read("persoon:1")


def test_a_list_that_gives_the_same_page_forever_ends(scripted: Scripted, open_office: Open) -> None:
    page = [{"Id": str(number), "Naam": f"N{number}"} for number in range(200)]
    opened = scripted(page)
    target = open_office(opened.info.base_url.removesuffix("/v2"), list=True)
    pages = list(target.pages(None))
    assert sum(len(each.records) for each in pages) == 400
    assert [each.last for each in pages][-1] is True
