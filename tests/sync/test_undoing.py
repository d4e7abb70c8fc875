"""Undoing is planned from values alone: what a sync overwrote comes back, what anybody did since is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from models.records import JsonScalar
from models.words import Policy
from sync.planning import Nothing, Rules, Update, compare, moved
from sync.undoing import plan_fields, split
from tests.sync.test_planning import Base, current_fields, normalised, policies, same, values

NAMES = ("naam", "telefoon", "email", "adres.straat", "adres.plaats")
writes = st.dictionaries(st.sampled_from(NAMES), st.tuples(values, values), min_size=1)
"""Field -> (what stood there, what was written)."""
Writes = dict[str, tuple[JsonScalar, JsonScalar]]


def planned(write: Writes, base: Base, now: dict[str, JsonScalar]) -> dict[str, str]:
    before = {name: pair[0] for name, pair in write.items()}
    after = {name: pair[1] for name, pair in write.items()}
    return {one.name: one.verdict for one in plan_fields(before, after, base, now, same)}


@given(writes, current_fields)
def test_what_still_stands_as_written_is_put_back_in_whatever_form_it_is_stored(
    write: Writes, others: dict[str, JsonScalar]
) -> None:
    now = others | {name: normalised(wrote) for name, (_, wrote) in write.items()}
    base: Base = {name: (wrote, now[name]) for name, (_, wrote) in write.items()}
    verdicts = planned(write, base, now)
    assert verdicts == {
        name: "already" if same(name, former, wrote) else "restore" for name, (former, wrote) in write.items()
    }


@given(writes, current_fields)
def test_a_later_value_is_named_and_left_alone(write: Writes, now: dict[str, JsonScalar]) -> None:
    for name, verdict in planned(write, {}, now).items():
        former, wrote = write[name]
        expected = "already" if same(name, former, now[name]) else "restore" if same(name, wrote, now[name]) else None
        assert verdict == (expected or "changed")


@given(writes, current_fields, st.dictionaries(st.sampled_from(NAMES), values))
def test_only_what_stands_as_it_was_seen_is_written(
    write: Writes, seen: dict[str, JsonScalar], later: dict[str, JsonScalar]
) -> None:
    now = seen | later
    wished = {name: [wrote, seen[name], former] for name, (former, wrote) in write.items()}
    changes, done = split(wished, now, same)
    assert not set(changes) & set(done)
    for name, (former, _) in write.items():
        assert (name in done) == same(name, former, now[name])
        if name in changes:
            assert changes[name] == former
            assert same(name, now[name], seen[name])
        elif name not in done:
            assert not same(name, now[name], seen[name])


@given(writes, policies, st.booleans())
def test_no_sync_overwrites_it_until_the_crm_changes_it(
    write: Writes, given_policies: dict[str, Policy], blank: bool
) -> None:
    """The base as sync/putting_back.py leaves it, whatever the link's policy."""
    wanted = {name: wrote for name, (_, wrote) in write.items()}
    now = {name: normalised(former) for name, (former, _) in write.items()}
    base: Base = {name: (wanted[name], now[name]) for name in write}
    rules = Rules(blank, given_policies)
    assert isinstance(compare(wanted, base, now, rules, same), Nothing)
    assert moved(wanted, base, rules, same) == set()

    edited: dict[str, JsonScalar] = dict.fromkeys(write, "new")
    assert compare(edited, base, now, rules, same) == Update(edited, now)
