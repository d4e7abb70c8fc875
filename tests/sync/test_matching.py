"""Matching links only where nothing speaks against it, whatever the evidence looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.matching import BIRTH_DATE, EXACT_NAME, NAME, NUMBER, STRONG, Doubtful, Hit, Linked, NoMatch, match

ALL = (*STRONG, "relation_number", "name_postcode", "exact_name")
NAMES = (*STRONG, NUMBER, NAME, EXACT_NAME, BIRTH_DATE)

verdicts = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["agrees", "differs", "absent"]))
hits = st.builds(
    Hit,
    st.uuids().map(str),
    verdicts,
    st.booleans(),
    st.none() | st.just("another record"),
)
several = st.lists(hits, max_size=5, unique_by=lambda hit: hit.target_id)
allowed = st.lists(st.sampled_from(ALL), unique=True)
twins = st.dictionaries(st.sampled_from(STRONG), st.lists(st.just("twin"), max_size=1))

Twins = Mapping[str, Sequence[str]]


@given(several, allowed, twins)
def test_links_to_one_active_free_and_uncontradicted_relation_or_not_at_all(
    found: list[Hit], names: list[str], others: Twins
) -> None:
    result = match(found, names, others)
    if not isinstance(result, Linked):
        return
    (hit,) = [one for one in found if one.target_id == result.target_id]
    assert hit.active
    assert hit.taken_by is None
    assert result.matched_by in names
    strong = [name for name in STRONG if name in names]
    assert not any(hit.verdicts.get(name) == "differs" for name in strong)
    rivals = [one for one in found if one.active and any(one.agrees(name) for name in strong)]
    assert rivals in ([], [hit])
    assert not any(others.get(name) for name in strong if hit.agrees(name))


@given(several, allowed, twins)
def test_a_number_or_a_name_alone_never_links(found: list[Hit], names: list[str], others: Twins) -> None:
    result = match(found, [name for name in names if name not in (NAME, EXACT_NAME)], others)
    if isinstance(result, Linked) and result.matched_by == "relation_number":
        (hit,) = [one for one in found if one.target_id == result.target_id]
        assert hit.agrees(NUMBER)
        assert hit.agrees(NAME)


@given(several, allowed, twins, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_changes_nothing(
    found: list[Hit], names: list[str], others: Twins, dice: Any
) -> None:
    shuffled = dice.sample(found, len(found))
    assert _told(match(found, names, others)) == _told(match(shuffled, names, others))


def _told(result: Linked | NoMatch | Doubtful) -> object:
    """Leave the order of the candidates out."""
    if not isinstance(result, Doubtful):
        return result
    seen = {(one.target_id, one.source_id, tuple(sorted(one.evidence.items()))) for one in result.candidates}
    return result.reason, seen


@given(several, allowed, twins)
def test_nothing_is_new_while_something_agrees_on_an_identifier(
    found: list[Hit], names: list[str], others: Twins
) -> None:
    strong = [name for name in STRONG if name in names]
    if any(hit.agrees(name) for hit in found for name in strong):
        assert not isinstance(match(found, names, others), NoMatch)


@given(several, allowed, twins)
def test_a_relation_that_somebody_else_holds_is_never_given_away(
    found: list[Hit], names: list[str], others: Twins
) -> None:
    held = [replace(hit, taken_by="another record") for hit in found]
    assert not isinstance(match(held, names, others), Linked)


def test_a_second_identifier_contradicts_also_where_the_link_may_not_match_by_it() -> None:
    hit = Hit("t", {"kvk": "agrees", "vat": "differs"})
    assert isinstance(match([hit], ["kvk"], {}), Doubtful)


def test_a_namesake_at_the_address_of_a_linked_relation_is_a_question() -> None:
    hit = Hit("t", {NAME: "agrees"}, taken_by="another record")
    result = match([hit], ["kvk", "vat", "relation_number"], {})
    assert isinstance(result, Doubtful)
    assert result.reason == "review.taken"


TAX = ("bsn", "rsin", "exact_name")


def namesake(**verdicts: Any) -> Hit:
    return Hit("t1", {EXACT_NAME: "agrees", **verdicts})


def test_an_exact_name_links_where_a_number_stands_on_one_side_only() -> None:
    assert match([namesake(bsn="absent", birth_date="agrees")], TAX, {}) == Linked(
        "t1", "exact_name", {EXACT_NAME: "agrees", "bsn": "absent", "birth_date": "agrees"}
    )
    assert isinstance(match([namesake(rsin="absent")], TAX, {}), Linked)


def test_somebody_born_on_another_day_is_somebody_else() -> None:
    assert match([namesake(bsn="absent", birth_date="differs")], TAX, {}) == NoMatch()
    assert match([namesake(bsn="differs", birth_date="differs")], TAX, {}) == NoMatch()


def test_an_equal_name_with_another_number_is_a_conflict() -> None:
    for name in ("bsn", "rsin", "kvk", "vat"):
        found = match([namesake(**{name: "differs"})], TAX, {})
        assert isinstance(found, Doubtful)
        assert found.reason == "review.contradiction"


def test_several_of_one_name_are_a_question() -> None:
    found = match([namesake(), replace(namesake(), target_id="t2")], TAX, {})
    assert isinstance(found, Doubtful)
    assert [one.target_id for one in found.candidates] == ["t1", "t2"]
