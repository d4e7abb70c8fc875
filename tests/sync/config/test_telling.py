"""Every setting of a link has a sentence, in both languages, and another value says something else."""

from typing import Any

import pytest

from sync.config.rules import FailureRules, RelationRules
from sync.config.telling import FAILURES, KEYS, TOLD, About, sentences, winner

PLAIN: dict[str, Any] = {"flag": "sync"}
OTHER: dict[str, Any] = {
    "flag": None,
    "roles": {"Klant": "both"},
    "match": ["bsn"],
    "number": "own",
    "number_range": [5, 6],
    "create": False,
    "blank_empty": True,
    "policy": {"telefoon": "ask", "*": "books"},
    "main_contact": "Directeur",
    "bsn_source": "bsn_veld",
    "rsin_source": "rsin_veld",
}
ONLY_ONE = {"on_deleted"}
"""Settings with a single value: nothing else can be said."""
FAILURE_OTHER: dict[str, Any] = {
    "message": False, "untick": False, "mail": False, "mail_to": "kantoor@kantoor.example", "language": "en",
}  # fmt: skip


def told(**rules: Any) -> dict[str, tuple[str, str]]:
    return {one.setting: (one.nl, one.en) for one in sentences(RelationRules(**PLAIN | rules), About("boeken"))}


def test_every_setting_of_the_model_has_a_sentence() -> None:
    assert set(TOLD) == set(RelationRules.model_fields) - {"failure"}
    assert set(FAILURES) == set(FailureRules.model_fields)
    assert set(OTHER) | ONLY_ONE == set(TOLD)
    for nl, en in told().values():
        assert nl.endswith(".")
        assert en.endswith(".")
        assert "{" not in nl + en


@pytest.mark.parametrize("setting", sorted(OTHER))
def test_another_value_says_something_else_there_and_only_there(setting: str) -> None:
    before, after = told(), told(**{setting: OTHER[setting]})
    assert [name for name in before if before[name] != after[name]] == [setting]
    assert before[setting][1] != after[setting][1]


@pytest.mark.parametrize("setting", sorted(FAILURE_OTHER))
def test_what_happens_at_a_failure_is_told_as_well(setting: str) -> None:
    before, after = told(), told(failure={setting: FAILURE_OTHER[setting]})
    assert [name for name in before if before[name] != after[name]] == [f"failure.{setting}"]


def test_every_identifier_has_words() -> None:
    match = RelationRules.model_fields["match"].annotation
    assert set(KEYS) == set(match.__args__[0].__args__)  # type: ignore[union-attr]


def test_the_winner_is_the_fields_own_else_that_of_all_others() -> None:
    rules = RelationRules(flag="x", policy={"telefoon": "ask", "*": "books"})
    assert [winner(rules, name) for name in ("telefoon", "email")] == ["ask", "books"]
    assert winner(RelationRules(flag="x"), "email") == "crm"


def test_where_no_number_of_ours_is_used_none_is_promised() -> None:
    about = About("aangifte", numbered=False)
    found = {one.setting: one.nl for one in sentences(RelationRules(flag="x", number="own"), about)}
    assert "geen nummer" in found["number"]
    assert "niet gebruikt" in found["number_range"]
