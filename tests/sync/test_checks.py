"""Checks refuse what is wrong, keep what is right, say which, and never repeat a personal number."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.nl import bsn as stdnum_bsn

from models.causes import Catalogue
from models.records import Address, Contact, Relation
from sync import identifiers as ids
from sync.checks import CAUSES, check

Cleaner = Callable[[str | None], str | None]
ANY = st.none() | st.text(max_size=40)
DIGITS = st.text("0123456789", min_size=7, max_size=11)


def base(**values: object) -> Relation:
    return replace(Relation("organization:1", "organisation", "Bakkerij De Korenaar"), **values)  # type: ignore[arg-type]


@st.composite
def bsns(draw: st.DrawFn) -> str:
    """Make a number of nine digits that passes the 11-test."""
    head = draw(st.integers(1, 99_999_999).map("{:08d}".format))
    last = sum(int(digit) * weight for digit, weight in zip(head, range(9, 1, -1), strict=True)) % 11
    assume(last < 10)
    return f"{head}{last}"


@st.composite
def ibans(draw: st.DrawFn) -> str:
    """Make a Dutch IBAN with right check digits."""
    account = draw(st.sampled_from(("INGB", "RABO", "ABNA"))) + draw(st.integers(0, 10**10 - 1).map("{:010d}".format))
    number = int("".join(str(int(c, 36)) for c in f"{account}NL00"))
    return f"NL{98 - number % 97:02d}{account}"


@st.composite
def changed(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """Make a number and the same with one digit changed."""
    number = draw(numbers)
    place = draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    digit = draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    return number, number[:place] + digit + number[place + 1 :]


addresses = st.builds(
    Address,
    street=ANY,
    postal_code=ANY,
    city=ANY,
    country=st.none() | st.sampled_from(("NL", "BE", "??", "nl")) | ANY,
)
relations = st.builds(
    Relation,
    id=st.just("organization:1"),
    type=st.sampled_from(("organisation", "person")),
    name=st.text(max_size=60),
    visiting=st.none() | addresses,
    mailing=st.none() | addresses,
    email=ANY | st.emails(),
    kvk=ANY | DIGITS,
    vat=ANY | DIGITS.map("NL{}B01".format),
    rsin=ANY | DIGITS | bsns(),
    bsn=ANY | DIGITS | bsns(),
    iban=ANY | ibans(),
    bic=ANY,
    contacts=st.lists(
        st.builds(Contact, id=st.just("c"), name=st.text(), email=ANY, main=st.booleans()), max_size=2
    ).map(tuple),
)


@given(relations)
def test_a_checked_relation_stays_as_it_is(relation: Relation) -> None:
    once, _ = check(relation)
    twice, problems = check(once)
    assert twice == once
    assert [p.cause for p in problems] == ([] if once.name else ["check.name_missing"])


@given(relations)
def test_every_problem_has_sentences_with_nothing_left_blank(relation: Relation) -> None:
    known = {cause.code for cause in CAUSES}
    for problem in check(relation)[1]:
        assert problem.cause in known
        cause = Catalogue(CAUSES).find(problem.cause)
        for language in ("nl", "en"):
            assert "…" not in cause.what(language, {**problem.params, "value": "x"})
            assert cause.do(language, problem.params)


@given(
    bsns(),
    st.sampled_from(("kvk", "vat", "bic", "email", "iban", "postal_code", "country")),
    st.sampled_from((".", " ", "")),
)
def test_a_bsn_typed_into_the_wrong_field_is_not_repeated(number: str, field: str, gap: str) -> None:
    typed = f"x{number[:4]}{gap}{number[4:]}"
    visiting = {
        "postal_code": Address("a", postal_code=typed, country="NL"),
        "country": Address("a", country=typed),
    }
    values: dict[str, object] = {"visiting": visiting[field]} if field in visiting else {field: typed}
    _, problems = check(base(**values))
    assert [problem.blocking for problem in problems] == [False]
    shown = "".join(c for c in repr(problems) + str(problems) if c.isdigit())
    assert number not in shown
    assert number[:6] not in shown


@given(bsns(), bsns())
def test_personal_numbers_are_in_no_representation(one: str, other: str) -> None:
    relation, problems = check(base(bsn=one, rsin=other))
    assert (relation.bsn, relation.rsin, problems) == (one, other, ())
    assert one not in repr(relation)
    _, problems = check(base(bsn=f"{one}1", rsin=f"{other}1"))
    assert {p.cause for p in problems} == {"check.bsn", "check.rsin"}
    assert one not in repr(problems)
    assert other not in repr(problems)


@given(changed(bsns()))
def test_one_digit_changed_in_a_bsn_is_refused(numbers: tuple[str, str]) -> None:
    good, bad = numbers
    assert ids.clean_bsn(good) == good
    with pytest.raises(ids.Invalid) as caught:
        ids.clean_bsn(bad)
    assert bad not in str(caught.value)


@given(changed(ibans()))
def test_one_digit_changed_in_an_iban_is_refused(numbers: tuple[str, str]) -> None:
    good, bad = numbers
    assert check(base(iban=good))[0].iban == good
    relation, problems = check(base(iban=bad))
    assert relation.iban is None
    assert [p.cause for p in problems] == ["check.iban"]


@given(bsns(), st.integers(1, 99))
def test_both_kinds_of_dutch_vat_number_pass_and_an_old_one_is_sensitive(number: str, suffix: int) -> None:
    vat = f"NL{number}B{suffix:02d}"
    assert ids.clean_vat(vat.lower()) == vat
    assert ids.sensitive_vat(vat)


@given(st.text(max_size=60))
def test_no_text_makes_a_cleaner_raise_anything_else(text: str) -> None:
    cleaners = (
        ids.clean_kvk,
        ids.clean_bsn,
        ids.clean_rsin,
        ids.clean_vat,
        ids.clean_iban,
        ids.clean_bic,
        ids.clean_country,
        ids.clean_email,
    )
    for clean in cleaners:
        try:
            once = clean(text)
        except ids.Invalid:
            continue
        assert clean(once) == once
    assert ids.masked(text) is not None
    for country in (None, "DE"):
        assert ids.clean_postcode(ids.clean_postcode(text, country), country) == ids.clean_postcode(text, country)


@given(
    st.sampled_from(("BE", "DE", "FR", "EL", "GR", "EU", "IM", "XI", "GB", "CH", "NO", "NL", "AT", "ES")),
    st.text("0123456789ABX .-", max_size=16),
)
def test_no_vat_number_of_any_country_makes_a_cleaner_raise(prefix: str, rest: str) -> None:
    try:
        once = ids.clean_vat(prefix + rest)
    except ids.Invalid:
        return
    assert ids.clean_vat(once) == once


@pytest.mark.parametrize(
    ("clean", "text", "expected"),
    [
        (ids.clean_kvk, "01234567", "01234567"),
        (ids.clean_kvk, " 12.34.56.78 ", "12345678"),
        (ids.clean_kvk, "１２３４５６７８", "12345678"),
        (ids.clean_kvk, "1234567", None),
        (ids.clean_kvk, "123456780000", None),
        (ids.clean_kvk, "00000000", None),
        (ids.clean_bsn, "111222333", "111222333"),
        (ids.clean_bsn, "1234.56.782", "123456782"),
        (ids.clean_bsn, "24", None),
        (ids.clean_bsn, "123456789", None),
        (ids.clean_bsn, "000000000", None),
        (ids.clean_vat, "nl002455799b11", "NL002455799B11"),
        (ids.clean_vat, "000099998B57", "NL000099998B57"),
        (ids.clean_vat, "NL 1112.22.333.B99", "NL111222333B99"),
        (ids.clean_vat, "NL111222333B00", None),
        (ids.clean_vat, "NL4495445B01", None),
        (ids.clean_vat, "NL000099998B58", None),
        (ids.clean_vat, "BE 0697.449.992", "BE0697449992"),
        (ids.clean_vat, "GR094014201", "EL094014201"),
        (ids.clean_vat, "CHE-107.787.577 MWST", "CHE107787577MWST"),
        (ids.clean_vat, "0697449992", None),
        (ids.clean_iban, "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        (ids.clean_iban, "BE68539007547034", "BE68539007547034"),
        (ids.clean_iban, "NL11RABO0111111111", None),
        (ids.clean_country, "nl", "NL"),
        (ids.clean_country, "Nederland", None),
        (ids.clean_email, "mailto:Jan.de-Boer@voorbeeld.nl", "Jan.de-Boer@voorbeeld.nl"),
        (ids.clean_email, "a@voorbeeld.nl; b@voorbeeld.nl", None),
        (ids.clean_email, "a@localhost", None),
        (ids.clean_email, "a..b@voorbeeld.nl", None),
        (ids.clean_bic, "rabonl2u", "RABONL2U"),
        (ids.clean_bic, "RABO", None),
    ],
)
def test_known_numbers(clean: Cleaner, text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ids.Invalid):
            clean(text)
    else:
        assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("2611et", "NL", "2611 ET"),
        ("NL-2601 dc", "NL", "2601 DC"),
        ("2611ET", None, "2611 ET"),
        ("SW1A  1aa", "GB", "SW1A 1AA"),
        ("10115", None, "10115"),
        ("2611 SS", "NL", None),
        ("0123 AB", "NL", None),
        ("10115", "NL", None),
    ],
)
def test_postcodes(text: str, country: str | None, expected: str | None) -> None:
    relation, problems = check(base(visiting=Address("Dorpsstraat 1", postal_code=text, city="Delft", country=country)))
    if expected is None:
        assert relation.visiting is None
        assert [(p.cause, p.field, p.blocking) for p in problems] == [("check.postcode", "visiting.postal_code", False)]
    else:
        assert relation.visiting is not None
        assert relation.visiting.postal_code == expected
        assert problems == ()


def test_an_unknown_country_takes_the_address_out_and_is_named() -> None:
    relation, problems = check(base(mailing=Address("x", city="y", country="Neverland")))
    assert relation.mailing is None
    sentence = Catalogue(CAUSES).find("check.country").what("en", problems[0].params)
    assert "Neverland" in sentence
    assert "postal address" in sentence


def test_only_a_missing_name_blocks() -> None:
    _, problems = check(base(name=" \u00a0\n", kvk="1", iban="x"))
    assert {(p.cause, p.blocking) for p in problems} == {
        ("check.name_missing", True),
        ("check.kvk", False),
        ("check.iban", False),
    }


def test_only_the_main_contact_is_judged() -> None:
    contacts = (Contact("1", "An", "wrong", main=True), Contact("2", "Bo", "wrong"))
    relation, problems = check(base(contacts=contacts))
    assert [c.email for c in relation.contacts] == [None, "wrong"]
    assert [p.field for p in problems] == ["contact.email"]


def test_the_test_numbers_themselves_are_sound() -> None:
    assert stdnum_bsn.is_valid("111222333")
