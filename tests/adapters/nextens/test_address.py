"""A line becomes street, number and addition when it can be read in one way, and is refused when it cannot."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.nextens.address import Parts, is_addition, split

CERTAIN = [
    ("Kerkstraat 12", ("Kerkstraat", "12", "")),
    ("  Kerkstraat   12 ", ("Kerkstraat", "12", "")),
    ("Laan 1940-1945 12", ("Laan 1940-1945", "12", "")),
    ("Plein '40-'45 12", ("Plein '40-'45", "12", "")),
    ("Plein 1944 nr 3", ("Plein 1944", "3", "")),
    ("Plein 1944 3", ("Plein 1944", "3", "")),
    ("Boulevard 1945 20", ("Boulevard 1945", "20", "")),
    ("1e Dorpsstraat 5 bis", ("1e Dorpsstraat", "5", "bis")),
    ("4 Meistraat 12a", ("4 Meistraat", "12", "a")),
    ("Laan 5 Mei 12", ("Laan 5 Mei", "12", "")),
    ("Straße des 17. Juni 135", ("Straße des 17. Juni", "135", "")),
    ("Rue du 11 Novembre 5", ("Rue du 11 Novembre", "5", "")),
    ("Q7 24", ("Q7", "24", "")),
    ("Kerkstraat 12-14", ("Kerkstraat", "12", "-14")),
    ("Kerkstraat 12 - 14", ("Kerkstraat", "12", "- 14")),
    ("Kerkstraat 12 t/m 16", ("Kerkstraat", "12", "t/m 16")),
    ("Kerkstraat 12 A-2", ("Kerkstraat", "12", "A-2")),
    ("Kerkstraat 12A2", ("Kerkstraat", "12", "A2")),
    ("Kerkstraat 12hs", ("Kerkstraat", "12", "hs")),
    ("Kerkstraat 12-III", ("Kerkstraat", "12", "-III")),
    ("Keizersgracht 123 3hg", ("Keizersgracht", "123", "3hg")),
    ("Straat 1 2e verdieping", ("Straat", "1", "2e verdieping")),
    ("De Ruyterkade 5 unit 12B", ("De Ruyterkade", "5", "unit 12B")),
    ("Burg. Jansenstr. 12 B.", ("Burg. Jansenstr.", "12", "B.")),
    ("Rue de la Loi 16 bte 2", ("Rue de la Loi", "16", "bte 2")),
    ("Rue de la Loi, 16", ("Rue de la Loi", "16", "")),
    ("Chaussée de Wavre 1123, boîte 12", ("Chaussée de Wavre", "1123", "boîte 12")),
    ("Kerkstraat 12/3", ("Kerkstraat", "12", "/3")),
    ("Kerkstraat 12 bus A", ("Kerkstraat", "12", "bus A")),
    ("Kerkstraat nr. 12 A", ("Kerkstraat", "12", "A")),
    ("Kerkstraat 12.", ("Kerkstraat", "12", "")),
    ("Postbus 123", ("Postbus", "123", "")),
    ("Antwoordnummer 10", ("Antwoordnummer", "10", "")),
    ("Zuid 3", ("Zuid", "3", "")),
    ("Laan 12", ("Laan", "12", "")),
]

UNCERTAIN = [
    "", "   ", "12", "Dorpsstraat", "Kerkstraat12", "2e Kerkstraat", "Plein 1944", "Boulevard 1945", "Plein 40-45",
    "Laan 1940-1945", "Kerkstraat 12 3", "Kerkstraat 12-14 3", "Kerkstraat 12 te Delft", "Kerkstraat 012",
    "Gebouw 12, Kerkstraat 3", "Kerkstraat 12 (achter)", "Straat van 1945 3", "Weg 100000", "12 High Street",
    "A 1E 1A", "Haven 1E B, 12", "Kade 1e Blok 1", "Kerkstraat 12²", "Kerkstraat ٣", "Kerkstraat 12 bus",
]  # fmt: skip


@pytest.mark.parametrize(("line", "parts"), CERTAIN, ids=[row[0] for row in CERTAIN])
def test_a_line_that_reads_in_one_way_is_split(line: str, parts: tuple[str, str, str]) -> None:
    assert split(line) == Parts(*parts)


@pytest.mark.parametrize("line", UNCERTAIN)
def test_a_line_that_does_not_is_refused(line: str) -> None:
    assert split(line) is None


def test_a_number_in_front_counts_where_that_is_the_custom() -> None:
    assert split("12 High Street", "GB") == Parts("High Street", "12")
    assert split("12 bis, rue du 11 Novembre", "FR") == Parts("rue du 11 Novembre", "12", "bis")
    assert split("2e Kerkstraat", "FR") is None
    assert split("High Street 12", "GB") == Parts("High Street", "12")


STREETS = st.sampled_from(
    ["Kerkstraat", "1e Dorpsstraat", "Laan van Meerdervoort", "Plein 1944", "'s-Gravelandseweg", "Rue de la Loi",
     "Straße des 17. Juni", "Postbus", "Oude 2e Haven", "Sint-Pietersnieuwstraat", "Q7", "4 Meistraat"]
)  # fmt: skip
NUMBERS = st.integers(1, 99_999).map(str)
ADDITIONS = st.sampled_from(
    ["", "a", "A", "bis", "hs", "II", "-14", "A-2", "bus 3", "bte 2", "2e verdieping", "3hg", "/1", "t/m 16", "B3",
     "rood", "unit 12B", "apt. 4", "C 1"]
)  # fmt: skip
GAPS = st.sampled_from([" ", "  ", ", ", " nr ", " nr. "])


MARKER = re.compile(
    r"(?<![^\s,])(?:huisnummer|hnr|nummer|numero|numéro|nr|no|n°|nº|№)\.?(?=[\s,])|[\s,]+|(?<=[0-9])\.(?=[\s,]*$)",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """Take out what separates parts and says nothing: spaces, commas, `nr`."""
    return MARKER.sub("", text)


@given(STREETS, NUMBERS, ADDITIONS)
def test_composing_and_splitting_gives_the_parts_back(street: str, number: str, addition: str) -> None:
    parts = Parts(street, number, addition)
    assert split(parts.line) == parts


@given(STREETS, GAPS, NUMBERS, ADDITIONS)
def test_separators_change_nothing(street: str, gap: str, number: str, addition: str) -> None:
    line = f"{street}{gap}{number} {addition}" if addition[:1].isdigit() else f"{street}{gap}{number}{addition}"
    assert split(line) == Parts(street, number, addition)


LINES = st.text(max_size=20) | st.lists(
    st.sampled_from(
        ["Kerkstraat", "Plein", "Laan", "1944", "12", "3", "2e", "bus", "bte", "a", "A2", "-", "/", ",", "nr", "de",
         "verdieping", "40-45", "5 mei", "High", "Street", "bis", "14-16", "t/m", ".", "no", "e"]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip
COUNTRIES = st.sampled_from([None, "NL", "BE", "GB", "FR"])


@given(LINES, COUNTRIES)
def test_nothing_is_invented_or_lost(line: str, country: str | None) -> None:
    parts = split(line, country)
    if parts is None:
        return
    kept = sorted(bare(f"{parts.street} {parts.number} {parts.addition}"))
    assert kept == sorted(bare(line))
    assert re.fullmatch(r"[1-9][0-9]{0,4}", parts.number)
    assert any(char.isalpha() for char in parts.street)


@given(LINES, COUNTRIES)
def test_splitting_twice_is_splitting_once(line: str, country: str | None) -> None:
    parts = split(line, country)
    assert parts is None or split(parts.line, country) == parts


@pytest.mark.parametrize("unit", ["a.", "-2hg", " en 5", " a 3", "i", ". ", " 12"])
def test_a_long_line_takes_no_time(unit: str) -> None:
    started = time.monotonic()
    split(f"Kerkstraat 12{unit * 2000}!")
    assert time.monotonic() - started < 2


def test_an_addition_is_known_as_one() -> None:
    assert all(is_addition(text) for text in ("bis", "A-2", "bus 3", "2e verdieping", "unit 4"))
    assert not any(is_addition(text) for text in ("Postbus 12", "t.a.v. de directie", "12", "Utrecht"))
