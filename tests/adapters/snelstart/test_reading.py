"""Lists are read whole, without an order or a total to go by; countries are asked for rarely."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.outside import Outside
from adapters.snelstart import SnelStart, countries
from adapters.snelstart.limits import PAGE, PAGE_OVERLAP
from adapters.snelstart.lists import rows, since_filter
from models.words import Role
from tests.adapters.contract_target import go
from tests.adapters.snelstart.conftest import Books, Open
from tests.adapters.snelstart.factories import relation


def seeded(books: Books, number: int) -> None:
    """Fill the books with customers."""
    relaties = [{"naam": f"Klant {one:04}", "relatiesoort": ["Klant"]} for one in range(number)]
    books.control("POST", "seed", {"relaties": relaties})


def test_a_long_list_is_read_whole_and_each_row_once(books: Books, target: SnelStart) -> None:
    seeded(books, 1200)
    start = target.calls
    pages = list(target.pages(None))
    assert target.calls == start + 3
    found = [record for page in pages for record in page.records]
    assert len({record.id for record in found}) == len(found) == 1203
    assert sum(not record.system_row for record in found) == 1200
    assert [page.last for page in pages] == [False, False, True]
    assert pages[0].started_at < pages[1].started_at


def test_a_row_deleted_while_paging_hides_no_other(books: Books, target: SnelStart) -> None:
    seeded(books, 700)
    paging = target.pages(None)
    first = next(paging)
    books.options(list_inactive=False)
    for record in [one for one in first.records if not one.system_row][:5]:
        books.control("POST", "edit", {"id": record.id, "changes": {"nonactief": True}})
    found = {record.id for page in [first, *paging] for record in page.records}
    assert len(found) == 703


def test_only_what_changed_since_is_listed(books: Books, target: SnelStart) -> None:
    seeded(books, 20)
    newest = max(r.modified_on for page in target.pages(None) for r in page.records if r.modified_on)
    time.sleep(0.01)
    made = target.create(target.draft(relation(), Role.CUSTOMER, {}), Role.CUSTOMER, 10017, go)
    assert made.modified_on is not None
    (page,) = target.pages(newest + timedelta(milliseconds=2))
    assert [record.id for record in page.records] == [made.id]


def test_a_moment_is_written_without_a_zone() -> None:
    moment = datetime.fromisoformat("2026-03-04T05:06:07.123456")
    assert since_filter(moment) == "ModifiedOn ge datetime'2026-03-04T05:06:07.123'"
    assert since_filter(None) is None


class Shelf:
    """Be a list that can do what a list may do: ignore the filter, or `$skip`."""

    def __init__(self, number: int, ignores_skip: bool = False) -> None:
        self.all = [{"id": str(one), "relatiecode": one} for one in range(number)]
        self.ignores_skip = ignores_skip
        self.asked: list[Mapping[str, str]] = []

    def __call__(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        self.asked.append(query)
        skip = 0 if self.ignores_skip else int(query.get("$skip", "0"))
        return self.all[skip : skip + int(query["$top"])]


@pytest.mark.parametrize("number", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 3 * (PAGE - PAGE_OVERLAP)])
def test_paging_ends_and_misses_nothing(number: int) -> None:
    shelf = Shelf(number)
    pages = list(rows(shelf, None))
    assert [row["id"] for page in pages for row in page.rows] == [row["id"] for row in shelf.all]
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert len(pages) <= number // (PAGE - PAGE_OVERLAP) + 1


def test_a_list_that_ignores_skip_does_not_go_on_for_ever() -> None:
    assert len(list(rows(Shelf(PAGE, ignores_skip=True), None))) == 2


def test_the_filter_goes_along_on_every_page() -> None:
    shelf = Shelf(PAGE + 1)
    list(rows(shelf, "Relatiecode eq 7"))
    assert [query["$filter"] for query in shelf.asked] == ["Relatiecode eq 7"] * 2


def test_countries_are_asked_for_once_for_all_instances_and_processes(
    books: Books, open_books: Open, outside: Outside
) -> None:
    first = open_books(books.url)
    first.countries()
    assert first.calls == 1
    again = SnelStart(first.info, outside, first._http._lane)
    assert again.countries() > 200
    countries._kept.clear()  # as in another process
    assert again.countries() > 200
    outside.redis.flushdb()
    assert again.countries() > 200
    assert again.calls == 0


def test_a_country_goes_there_and_back(books: Books, target: SnelStart) -> None:
    ids = {row["landcode"]: row["id"] for row in target.get_list("landen")}
    table = target._countries
    assert {code: table.code_of(land) for code, land in ids.items()} == {code: code for code in ids}
    assert all(table.id_of(code) == land for code, land in ids.items())
    with pytest.raises(KeyError):
        table.id_of("XX")
    assert table.code_of("unknown-id") == table.code_at_hand("unknown-id") == "unknown-id"
    assert table.id_of("unknown-id") == "unknown-id"
