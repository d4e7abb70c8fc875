"""Compute what to write from what is wanted, what was last written and what stands there now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.records import Fields, JsonScalar
from models.words import Policy

Same = Callable[[str, JsonScalar, JsonScalar], bool]
Base = Mapping[str, tuple[JsonScalar, JsonScalar]]
"""Owned field -> (what we sent, what the target answered); the target normalises, so the two may differ."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Write nothing. `kept`: fields where the books' own edit stands by policy."""

    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Create:
    """Create the record with these fields."""

    fields: Fields


@dataclass(frozen=True, slots=True)
class Update:
    """Change these fields and no other."""

    changes: Fields
    before: Fields
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Ask a person first: both sides changed these fields and the policy says so."""

    reason: str
    fields: tuple[str, ...] = ()


Plan = Nothing | Create | Update | Hold


@dataclass(frozen=True, slots=True)
class Rules:
    """Hold a link's say over its fields."""

    blank_empty: bool = False
    """Whether an empty CRM field empties the target's."""
    policy: Mapping[str, Policy] = field(default_factory=dict)
    """Flat target field -> who wins; `*` for all others; the CRM leads where nothing is said."""

    def winner(self, name: str) -> Policy:
        """Return who wins a field, most specific rule first: the field, its group, all."""
        group = name.split(".", 1)[0]
        return self.policy.get(name) or self.policy.get(group) or self.policy.get("*") or Policy.CRM


def moved(wanted: Fields, base: Base, rules: Rules, same: Same) -> set[str]:
    """Return the fields in which the CRM differs from what we last sent; none means no call is needed."""
    return {name for name, value in _led(wanted, rules) if name not in base or not same(name, value, base[name][0])}


def compare(wanted: Fields, base: Base, current: Fields, rules: Rules, same: Same) -> Plan:
    """Plan an update three-way; equal values never count as a conflict, whoever changed them.

    What stands in a field that we never wrote is the books' own: the policy decides there too.
    """
    changes: dict[str, JsonScalar] = {}
    kept, asked = [], []
    for name, value in _led(wanted, rules):
        now = current.get(name)
        if same(name, value, now):
            continue
        books_moved = not same(name, now, base[name][1]) if name in base else now not in (None, "")
        crm_moved = name not in base or not same(name, value, base[name][0])
        if not crm_moved and not books_moved:
            continue
        verdict = rules.winner(name) if books_moved else Policy.CRM
        if verdict == Policy.ASK:
            asked.append(name)
        elif verdict == Policy.BOOKS:
            kept.append(name)
        else:
            changes[name] = value
    if asked:
        return Hold("review.both_changed", tuple(asked))
    if not changes:
        return Nothing(tuple(kept))
    return Update(changes, {name: current.get(name) for name in changes}, tuple(kept))


def _led(wanted: Fields, rules: Rules) -> list[tuple[str, JsonScalar]]:
    return [(name, value) for name, value in wanted.items() if rules.blank_empty or value not in (None, "")]


def new_base(wanted: Fields, base: Base, answered: Fields, rules: Rules) -> dict[str, list[JsonScalar]]:
    """Remember what we sent and what the target answered, for the next compare."""
    kept = {name: list(pair) for name, pair in base.items()}
    sent = {name: [value, answered.get(name)] for name, value in _led(wanted, rules)}
    return kept | sent
