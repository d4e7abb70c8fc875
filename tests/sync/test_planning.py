"""Planning is a pure three-way compare: what it wrote it never writes again, the rest it leaves alone."""

from hypothesis import given
from hypothesis import strategies as st

from models.records import JsonScalar
from models.words import Policy
from sync.planning import Hold, Nothing, Rules, Update, compare, moved, new_base

NAMES = ("naam", "telefoon", "email", "adres.straat", "adres.plaats")
FOREIGN = "memo"
values = st.sampled_from([None, "", "a", "A", "b", "NL1", "1", 7])
wanted_fields = st.dictionaries(st.sampled_from(NAMES), values)
current_fields = st.fixed_dictionaries(dict.fromkeys((*NAMES, FOREIGN), values))
bases = st.dictionaries(st.sampled_from(NAMES), st.tuples(values, values))
policies = st.dictionaries(st.sampled_from([*NAMES, "adres", "*"]), st.sampled_from(Policy))
rules = st.builds(Rules, st.booleans(), policies)
Base = dict[str, tuple[JsonScalar, JsonScalar]]


def normalised(value: JsonScalar) -> JsonScalar:
    """Store a value as a vendor would: upper case, without `NL`, empty for nothing."""
    return value.upper().removeprefix("NL") or None if isinstance(value, str) else value


def same(_: str, one: JsonScalar, other: JsonScalar) -> bool:
    return normalised(one) == normalised(other)


def pairs(base: dict[str, list[JsonScalar]]) -> Base:
    return {name: (pair[0], pair[1]) for name, pair in base.items()}


@given(wanted_fields, bases, current_fields, rules)
def test_an_update_is_planned_once(
    wanted: dict[str, JsonScalar], base: Base, current: dict[str, JsonScalar], given_rules: Rules
) -> None:
    plan = compare(wanted, base, current, given_rules, same)
    if isinstance(plan, Hold):
        return
    changes = plan.changes if isinstance(plan, Update) else {}
    answered = current | {name: normalised(value) for name, value in changes.items()}
    after = pairs(new_base(wanted, base, answered, given_rules))

    assert isinstance(compare(wanted, after, answered, given_rules, same), Nothing)
    assert moved(wanted, after, given_rules, same) == set()


@given(wanted_fields, bases, current_fields, rules)
def test_only_owned_fields_that_differ_are_written(
    wanted: dict[str, JsonScalar], base: Base, current: dict[str, JsonScalar], given_rules: Rules
) -> None:
    plan = compare(wanted, base, current, given_rules, same)
    if not isinstance(plan, Update):
        return
    for name, value in plan.changes.items():
        assert value == wanted[name]
        assert not same(name, value, current.get(name))
        assert given_rules.blank_empty or value not in (None, "")
    assert dict(plan.before) == {name: current.get(name) for name in plan.changes}
    assert FOREIGN not in plan.changes
    assert not set(plan.kept) & set(plan.changes)


@given(wanted_fields, current_fields, policies)
def test_an_empty_field_blanks_only_where_the_link_says_so(
    wanted: dict[str, JsonScalar], current: dict[str, JsonScalar], given_policies: dict[str, Policy]
) -> None:
    blank = dict.fromkeys(wanted, None)
    silent = compare(blank, {}, current, Rules(False, given_policies), same)
    assert isinstance(silent, Nothing)
    told = compare(blank, {}, current, Rules(True), same)
    filled = {name for name in blank if normalised(current[name]) is not None}
    assert (set(told.changes) if isinstance(told, Update) else set()) == filled


@given(st.sampled_from(NAMES), st.sampled_from(Policy))
def test_who_wins_a_field_that_the_books_changed(name: str, policy: Policy) -> None:
    base: Base = {name: ("a", "a")}
    plan = compare({name: "b"}, base, {name: "7"}, Rules(policy={name: policy}), same)
    expected = {
        Policy.CRM: Update({name: "b"}, {name: "7"}),
        Policy.BOOKS: Nothing((name,)),
        Policy.ASK: Hold("review.both_changed", (name,)),
    }
    assert plan == expected[policy]


def test_the_same_edit_on_both_sides_is_no_conflict() -> None:
    plan = compare({"naam": "b"}, {"naam": ("a", "a")}, {"naam": "B"}, Rules(policy={"*": Policy.ASK}), same)
    assert plan == Nothing()


def test_the_most_specific_policy_decides() -> None:
    three = Rules(policy={"adres.straat": Policy.CRM, "adres": Policy.ASK, "*": Policy.BOOKS})
    assert [three.winner(name) for name in ("adres.straat", "adres.plaats", "naam")] == [
        Policy.CRM, Policy.ASK, Policy.BOOKS,
    ]  # fmt: skip


@given(st.sampled_from(NAMES), st.sampled_from(Policy))
def test_what_stood_in_the_books_before_the_first_write_is_under_the_policy(name: str, policy: Policy) -> None:
    given_rules = Rules(policy={name: policy})
    plan = compare({name: "b"}, {}, {name: "7"}, given_rules, same)
    expected = {Policy.CRM: Update({name: "b"}, {name: "7"}), Policy.BOOKS: Nothing((name,))}
    assert plan == expected.get(policy, Hold("review.both_changed", (name,)))
    assert isinstance(compare({name: "b"}, {}, {name: None}, given_rules, same), Update)
