"""The side-by-side table shows what differs and never a number of a person."""

import pytest

from adapters.snelstart.normal import same
from web.comparing import Values, lines, shown


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("Bsn", "111222333", "•••••••33"),
        ("rsin", "123456782", "•••••••82"),
        ("btwNummer", "NL111222333B01", "NL•••••••••B01"),
        ("btwNummer", "NL123456789B13", "NL123456789B13"),
        ("kvkNummer", "12345678", "12345678"),
        ("kvkNummer", "111222333", "***"),
        ("iban", "NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 00"),
        ("telefoon", "020-5557297", "020-5557297"),
        ("naam", "Jan (111222333)", "Jan (***)"),
        ("krediettermijn", 14, "14"),
        ("Postadres.HuisnummerToevoeging", " ", ""),
    ],
)
def test_a_value_is_shown_unless_it_may_hold_a_bsn(field: str, value: str | int, expected: str) -> None:
    assert shown(field, value) == expected


def test_a_line_says_what_differs_by_the_targets_own_idea_and_what_will_stand_there() -> None:
    given = [
        Values("btwNummer", "NL111222333B01", "111222333B01"),
        Values("vestigingsAdres.straat", "Kade 1", "Kade 2", "Kade 1"),
        Values("telefoon", None, "020", ""),
    ]
    vat, street, phone = lines(given, same, "nl")
    assert (vat.differs, vat.masked, vat.will_be) == (False, True, None)
    assert (street.label, street.differs, street.will_be) == ("Bezoekadres: straat en nummer", True, "Kade 1")
    assert (phone.left, phone.right, phone.will_be, phone.masked) == ("", "020", "", False)
