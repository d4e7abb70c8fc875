"""Give finished demo data what only some targets look at: other postal addresses, additions, managers, tax faults.

All of it is drawn apart from the rest, so that none of it changes what a seed gave before.
"""

import random
from datetime import date, timedelta
from typing import Any

from sandbox.common.numbers import eleven_proof
from sandbox.people import Records
from sandbox.simplicate.standard import fixed_id

Record = dict[str, Any]
MANAGERS = [
    {"id": fixed_id("employee", name), "name": name} for name in ("Sanne Demo", "Thijs Voorbeeld", "Noor Proef")
]
#: What Nextens' checks refuse: a number that fails the 11-test, and an address without a house number.
WRONG = ("bad_rsin", "bad_bsn", "bad_address")
_ADDITIONS = (" A", "-2", " bis", "b", " 3hoog")


def postal(companies: list[Record], share: float, dice: random.Random) -> list[Record]:
    """Let some companies receive their post elsewhere; two in three tick the box, the others left it open."""
    addresses, chosen = Records(dice, 0, 0), dice.sample(companies, round(len(companies) * share))
    for at, company in enumerate(chosen):
        company["postal_address"] = addresses.address()
        company["has_different_postal_address"] = at % 3 < 2
    return [company for company in chosen if company["has_different_postal_address"]]


def additions(relations: list[Record], share: float, dice: random.Random) -> list[Record]:
    """Put an addition behind some house numbers."""
    chosen = dice.sample(relations, round(len(relations) * share))
    for relation in chosen:
        member = "visiting_address" if "name" in relation else "address"
        line = relation[member]["line_1"] + dice.choice(_ADDITIONS)
        relation[member] = {**relation[member], "line_1": line}
    return chosen


def managers(relations: list[Record], dice: random.Random) -> None:
    """Give two relations in three a manager; Simplicate tells no e-mail address of his."""
    for relation in relations:
        if dice.random() < 2 / 3:
            relation["relation_manager"] = dict(dice.choice(MANAGERS))


def tell_apart(persons: list[Record]) -> None:
    """See to it that no two persons share name and birth date, by which Nextens would take them for one."""
    seen: set[tuple[str, ...]] = set()
    for person in persons:
        while (key := _born(person)) in seen:
            day = date.fromisoformat(person["date_of_birth"]) + timedelta(days=1)
            person["date_of_birth"] = day.isoformat()
        seen.add(key)


def _born(person: Record) -> tuple[str, ...]:
    names = ("first_name", "family_name_prefix", "family_name", "date_of_birth")
    return tuple(person[name] or "" for name in names)


def wrong(relations: list[Record], count: int) -> dict[str, list[Record]]:
    """Spoil the last relations that can be spoilt, each kind of fault in turn."""
    found: dict[str, list[Record]] = {kind: [] for kind in WRONG}
    left = list(relations)
    for at in range(count):
        kind = WRONG[at % len(WRONG)]
        relation = next((each for each in reversed(left) if _can(each, kind)), None)
        if relation is None:
            raise ValueError(f"no relation is left for {kind}")
        left.remove(relation)
        _spoil(relation, kind)
        found[kind].append(relation)
    return found


def tick_some(relations: list[Record], first: list[str], count: int) -> list[str]:
    """Leave the box of Nextens ticked for so many relations, those named first; returns the ids ticked."""
    ticked = [each for each in relations if each["custom"].get("sync_nextens") == "1"]
    order = {key: at for at, key in enumerate(first)}
    ticked.sort(key=lambda each: order.get(each["id"], len(order)))
    for relation in ticked[count:]:
        relation["custom"] = {**relation["custom"], "sync_nextens": "0"}
    return [each["id"] for each in ticked[:count]]


def _can(relation: Record, kind: str) -> bool:
    return kind == "bad_address" or kind.removeprefix("bad_") in relation["custom"]


def _spoil(relation: Record, kind: str) -> None:
    """Put one fault into a relation."""
    if kind == "bad_address":
        member = "visiting_address" if "name" in relation else "address"
        street = relation[member]["line_1"].rpartition(" ")[0] or relation[member]["line_1"]
        relation[member] = {**relation[member], "line_1": street}
        return
    name = kind.removeprefix("bad_")
    digits = relation["custom"][name]
    while eleven_proof(digits):
        digits = f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}"
    relation["custom"] = {**relation["custom"], name: digits}
