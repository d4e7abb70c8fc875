"""Names fold to the words people type, numbers of people are known, and every entry of a history has its undo."""

import re
import unicodedata
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from adapters.base import Identity
from models.tables import MappingHistory, RelationMapping, Review
from models.vault import MasterKey, Vault
from sync.identity import MOST_WORDS, WORD, hashed, name_words, word_hashes
from sync.mapped import given_up
from sync.matching import LEGAL, NAMES, STRONG
from sync.numbers_of_people import identifier_values, of_a_person
from sync.relinking import TARGET_ID
from sync.reviews import BROKEN
from tests.flows.sandbox_data import rsin
from web.queries.mapping import entries

NUMBERS = st.integers(min_value=1, max_value=4_000_000).map(rsin)
"""Numbers of nine digits that pass the 11-test."""


def test_a_name_is_found_however_it_is_typed() -> None:
    for typed in ("Jansen B.V.", "JANSEN bv", "jansen  b.v", "Jansen-BV"):
        assert name_words(typed) == ["jansen", "bv"]
    assert name_words("Café 't Hoekje & Zn.") == ["cafe", "t", "hoekje", "zn"]
    assert name_words(None) == name_words("  ") == []


@given(st.text(max_size=200))
def test_folding_is_stable_and_bounded_and_says_nothing_of_case_or_accents(name: str) -> None:
    words = name_words(name)
    assert len(words) <= MOST_WORDS
    assert name_words(" ".join(words)) == words
    assert all(word and word == word.casefold() for word in words)
    assert name_words(unicodedata.normalize("NFD", name)) == name_words(unicodedata.normalize("NFC", name))


@given(NUMBERS, st.sampled_from(["", "NL{}B01", "bsn {}", "{} Jansen"]))
def test_a_persons_number_is_known_in_every_dress(number: str, dress: str) -> None:
    assert bsn.is_valid(number)
    typed = dress.format(number) if dress else f"{number[:3]}.{number[3:6]} {number[6:]}"
    assert of_a_person(typed)


@given(st.from_regex(re.compile(r"[0-9]{8}|[0-9]{1,7}|[0-9]{10,12}"), fullmatch=True))
def test_other_numbers_may_stand_in_an_address(number: str) -> None:
    assert not of_a_person(number)


@given(st.uuids(), NUMBERS)
def test_ids_of_systems_are_no_numbers_of_people(uuid: object, number: str) -> None:
    assert not of_a_person(str(uuid))
    assert not of_a_person(f"organization:{number}")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_looked_up_without_complaint(text: str) -> None:
    assert {name for name, _ in identifier_values(text)} <= {"kvk", "vat", "bsn", "rsin"}
    if TARGET_ID.fullmatch(text):
        assert not set(text) & set("/?#%. \n")


def test_words_are_never_matched_by() -> None:
    vault = Vault([MasterKey("t1", b"t" * 32)])
    assert WORD not in (*STRONG, *LEGAL, *NAMES)
    assert WORD not in hashed(vault, Identity(name="jansen bv", postal_code="1011AB", exact_name="jansen bv"))
    assert word_hashes(vault, "Jansen B.V.") == word_hashes(vault, "jansen bv")


TARGETS = st.sampled_from(["a", "b", "c"])
EVENTS = st.sampled_from(["created", "relinked", "broken", "restored", "updated", "unticked"])


@given(st.lists(st.tuples(EVENTS, TARGETS), max_size=8), TARGETS, st.sampled_from(["active", "broken"]))
def test_every_undo_leads_somewhere_else(past: list[tuple[str, str]], target: str, state: str) -> None:
    row = RelationMapping(target_id=target, state=state)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    history = [
        MappingHistory(id=number, event=event, target_id=one, at=at, by="els")
        for number, (event, one) in reversed(list(enumerate(past)))
    ]
    found = entries(row, history)
    assert [entry.row for entry in found] == history
    assert all(entry.back_to != target for entry in found)
    assert sum(bool(entry.undo) for entry in found) <= 1
    assert all((entry.undo == "restore") == (state == "broken") for entry in found if entry.undo)


def test_a_break_by_hand_outlives_every_later_write() -> None:
    decided = Review(reason=BROKEN, decision="never", decided_at=datetime(2020, 1, 1, tzinfo=UTC))
    row = RelationMapping(target_id="a", state="broken", updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert given_up(row, decided)
    row.state = "active"
    assert not given_up(row, decided)
