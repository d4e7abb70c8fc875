"""Identifiers do not survive in a vendor's text; everything else does, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.masking import mask, passes_eleven_test

WITH_BSN = "111222333"
"""Passes the 11-test; a number for examples that is nobody's."""


@pytest.mark.parametrize("written", ["111222333", "111.222.333", "1112.22.333", "111 222 333", "NL111222333B01"])
def test_a_number_that_could_be_a_bsn_is_masked_however_it_is_written(written: str) -> None:
    shown = mask(f"Waarde '{written}' is ongeldig")
    assert "222" not in shown
    assert shown.startswith("Waarde '")
    assert shown.endswith("' is ongeldig")


@pytest.mark.parametrize("words", ["Relatiecode 10001", "111222334", "1112223330", "Zie regel 12 van 2026-11-21", ""])
def test_other_numbers_stay(words: str) -> None:
    assert mask(words) == words


def test_the_records_own_identifiers_are_masked_and_short_ones_are_not() -> None:
    shown = mask("IBAN nl91abna0417164300 van klant 12 bestaat", ["NL91ABNA0417164300", None, "", "12"])
    assert shown == "IBAN *** van klant 12 bestaat"


def completed(beginning: int) -> int | None:
    """Return the number of this beginning that passes the 11-test; one in eleven has none."""
    return next((one for one in range(10 * beginning, 10 * beginning + 10) if passes_eleven_test(str(one))), None)


@given(st.integers(1_000_000, 99_999_999).map(completed).filter(bool), st.text("ab :,'"))
def test_no_number_that_passes_survives(number: int, around: str) -> None:
    assert str(number) not in mask(f"{around}{number}{around}")
