from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.common.clock import Clock
from sandbox.common.tokened import Refused
from sandbox.snelstart.fields import RELATIE
from sandbox.snelstart.literals import datetime_text
from sandbox.snelstart.odata import Parser
from sandbox.snelstart.relaties import blank
from sandbox.snelstart.store import Store
from tests.sandbox.clients import SnelStart

LAND = "69804ba1-478c-5b57-a84d-15222e320849"


def passes(source: str, **members: Any) -> bool:
    return Parser(source, RELATIE, "Relatie").parse().test({**blank(), **members})


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@given(st.text(), st.text())
def test_any_text_can_be_quoted(name: str, other: str) -> None:
    assert passes(f"Naam eq {quoted(name)}", naam=name)
    assert passes(f"Naam eq {quoted(name)}", naam=other) == (name == other)
    assert passes(f"substringof({quoted(name)}, Naam) eq true", naam=other + name + other)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
def test_numbers_compare_as_numbers(left: int, right: int) -> None:
    for operator, truth in (
        ("eq", left == right),
        ("ne", left != right),
        ("gt", left > right),
        ("ge", left >= right),
        ("lt", left < right),
        ("le", left <= right),
    ):
        assert passes(f"Relatiecode {operator} {right}", relatiecode=left) == truth


@given(st.datetimes(), st.datetimes())
def test_moments_compare_as_moments(left: Any, right: Any) -> None:
    stored = datetime_text(left.isoformat())
    assert passes(f"ModifiedOn gt datetime'{right.isoformat()}'", modifiedOn=stored) == (left > right)
    assert passes(f"ModifiedOn eq datetime'{right.isoformat()}'", modifiedOn=stored) == (left == right)


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> tuple[str, bool]:
    """Draw a filter over a record with relatiecode 5, with its truth."""
    kind = draw(st.sampled_from(["leaf", "and", "or"])) if depth else "leaf"
    if kind == "leaf":
        number = draw(st.integers(4, 6))
        return f"Relatiecode eq {number}", number == 5
    left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    truth = (left[1] and right[1]) if kind == "and" else (left[1] or right[1])
    return f"({left[0]}) {kind} ({right[0]})", truth


@given(conditions())
def test_and_or_and_brackets_nest(condition: tuple[str, bool]) -> None:
    assert passes(condition[0], relatiecode=5) == condition[1]


def test_and_binds_tighter_than_or() -> None:
    assert passes("Relatiecode eq 5 or Relatiecode eq 1 and Relatiecode eq 2", relatiecode=5)


@given(st.text(max_size=40))
def test_nonsense_is_refused_and_never_breaks(source: str) -> None:
    with suppress(Refused):
        Parser(source, RELATIE, "Relatie").parse()


@pytest.mark.parametrize(
    "source",
    [
        "startswith(Naam,'Jan')",
        "startswith(Naam,'Jan') eq true",
        "startswith(Naam,'Piet') eq false",
        "substringof('sen', Naam) eq true",
        "Relatiesoort/any(r:r eq 'Klant')",
        f"VestigingsAdres/Land/Id eq guid'{LAND.upper()}'",
        "VestigingsAdres/Plaats ne 'Goes'",
        "Nonactief eq false",
        "KvkNummer eq null",
        "Naam ne null and year(ModifiedOn) eq 2026",
        "ExtraVeldenKlant/any(e:e/Naam eq 'CrmId' and e/Waarde eq '7')",
        "KredietLimiet lt 1.5M",
    ],
)
def test_what_the_vendor_documents_works(source: str) -> None:
    assert passes(
        source,
        naam="Jansen",
        relatiesoort=["Klant"],
        modifiedOn="2026-05-01T10:00:00.1",
        vestigingsAdres={"plaats": "Sneek", "land": {"id": LAND}},
        extraVeldenKlant=[{"naam": "Ander", "waarde": "7"}, {"naam": "CrmId", "waarde": "7"}],
    )


@pytest.mark.parametrize(
    "source",
    ["naam eq 'x'", "Naampje eq 'x'", "VestigingsAdres/land/Id eq null", "relatiecode eq 1", "Uri eq 'x'"],
)
def test_unknown_names_are_named(source: str) -> None:
    with pytest.raises(Refused) as caught:
        passes(source)
    assert b"Could not find a property named" in caught.value.answer.body


@pytest.mark.parametrize("source", ["Relatiecode eq '5'", "Naam eq 5", "Nonactief eq 'x'"])
def test_types_must_fit(source: str) -> None:
    with pytest.raises(Refused) as caught:
        passes(source)
    assert b"incompatible" in caught.value.answer.body


@pytest.mark.parametrize("source", ["Naam eq", "Naam eq 'x", "'x' eq Naam", "(Naam eq 'x'", "Naam eq 'x' and", "~"])
def test_broken_filters_have_a_code(source: str) -> None:
    with pytest.raises(Refused) as caught:
        passes(source)
    assert b"ALG-0104" in caught.value.answer.body


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=20),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_the_index_finds_what_a_scan_finds(rows: list[tuple[int, int]], code: int, second: int) -> None:
    store = Store(Clock())
    for at, (number, moment) in enumerate(rows):
        record = {**blank(), "id": f"{at % 7}", "relatiecode": number, "naam": str(moment)}
        store.put(record, f"2026-01-01T00:00:0{moment}")
    for source in (
        f"Relatiecode eq {code}",
        f"Relatiecode eq {code} and Naam eq '{second}'",
        f"Relatiecode eq {code} or Naam eq '{second}'",
        f"ModifiedOn ge datetime'2026-01-01T00:00:0{second}' and Relatiecode ne {code}",
        f"Relatiecode gt {code} or Naam eq '{second}'",
    ):
        node = Parser(source, RELATIE, "Relatie").parse()
        narrowed = [record["id"] for record in store.select(node) if node.test(record)]
        assert sorted(narrowed) == sorted(key for key, record in store.records.items() if node.test(record))


def test_filters_over_http(snelstart: SnelStart) -> None:
    for naam, kvk in (("Jansen", "12345678"), ("Janssen", "87654321"), ("O'Neill", "12345678")):
        snelstart.create(naam=naam, kvkNummer=kvk)
    assert snelstart.find("KvkNummer eq '12345678'") == ["Jansen", "O'Neill"]
    assert snelstart.find("Naam eq 'O''Neill'") == ["O'Neill"]
    assert snelstart.find("startswith(Naam,'Jan')", **{"$orderby": "Naam desc"}) == ["Janssen", "Jansen"]
    assert snelstart.get("/relaties", **{"$filter": "Naam eq 'Jansen'", "$select": "Naam"}) == [{"naam": "Jansen"}]
    assert snelstart.call("GET", "/relaties", params={"$expand": "Land"}).status_code == 400


def test_a_list_without_odata_ignores_the_filter(snelstart: SnelStart) -> None:
    assert len(snelstart.get("/landen", **{"$filter": "Landcode eq 'NL'"})) == 250
