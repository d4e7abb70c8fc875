"""Prepare the relations of an office that keeps books and files taxes, and know what must become of each."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
BOXES = {"books": "sync_snelstart", "tax": "sync_nextens"}
"""Target -> the checkbox that lets a record go there."""
FAULTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "bad_kvk": ("tax", frozenset({"kvk"})),
    "bad_vat": ("tax", frozenset({"vat"})),
    "bad_iban": ("tax", frozenset({"iban"})),
    "bad_postcode": ("tax", frozenset({"visiting"})),
    "long_name": ("books", frozenset()),
    "bad_rsin": ("tax", frozenset()),
    "bad_bsn": ("tax", frozenset()),
    "bad_address": ("tax", frozenset()),
    "odd_phone": ("tax", frozenset()),
    "taken_rsin": ("tax", frozenset()),
}
"""Kind of fault -> the target that refuses it, and what the other leaves out and writes the rest.

Only Nextens itself finds the last two; for a taken RSIN its message repeats the number.
"""
GENERATED = {"wrong": 5, "wrong_nextens": 3}
"""Options of `sandbox.data` -> how many of the kinds above each makes, in turn."""


@dataclass(frozen=True, slots=True)
class Member:
    """Be one relation of the CRM."""

    id: str
    resource: str
    fault: str = ""
    client_id: str = ""
    """The client in Nextens that it was before anything was coupled."""

    @property
    def refused_by(self) -> str:
        """Name the target that refuses it, if any."""
        return FAULTS[self.fault][0] if self.fault else ""

    @property
    def left_out(self) -> frozenset[str]:
        """Name what the books are not sent, because it is wrong."""
        return FAULTS[self.fault][1] if self.fault else frozenset()


@dataclass
class Population:
    """Hold who there is, and what is done to whom while the storm rages."""

    per_fault: int
    seed: int
    live_share: float = 0.2
    members: list[Member] = field(default_factory=list)
    live: list[Member] = field(default_factory=list)
    """Whose boxes a user ticks meanwhile; all others are ticked from the start."""
    emptied: list[Member] = field(default_factory=list)
    """Clients whose e-mail address the CRM loses: Nextens must keep it."""
    taken: list[tuple[Member, str]] = field(default_factory=list)
    """Who gets which RSIN of another company that only Nextens knows."""
    rsin_before: dict[str, str] = field(default_factory=dict)
    """What stands in Nextens for those, and must stay."""
    stranger_numbers: list[int] = field(default_factory=list)
    before: dict[str, Record] = field(default_factory=dict)
    """Clients that stood in Nextens at the start, by id."""
    numbers: set[str] = field(default_factory=set)
    """Every BSN, RSIN and 11-proof base of a VAT number that is used anywhere."""

    def recipe(self, relations: int, present: float) -> dict[str, float]:
        """Return the options of `sandbox.data`."""
        return {
            "relations": relations, "in_books": 0, "persons": 0.5, "seed": self.seed,
            "in_nextens_by_number": present, "in_nextens_by_name": present,
            **{name: kinds * self.per_fault / relations for name, kinds in GENERATED.items()},
        }  # fmt: skip

    def dress(self, data: Record) -> None:
        """Spoil, untick and rename in the generated data; fills this population."""
        dice = random.Random(f"{self.seed}/taxpayers")
        records = {each["id"]: each for each in _relations(data)}
        clients = {crm: client for pairs in data["expected"]["ids"]["in_nextens"].values() for crm, client in pairs}
        faults = dict(_faults(data["expected"]["ids"]))
        free = [key for key in records if key not in faults and key not in clients]
        dice.shuffle(free)
        companies = [key for key in free if "rsin" in records[key]["custom"]]
        for kind in ("odd_phone", "taken_rsin"):
            faults |= {companies.pop(): kind for _ in range(self.per_fault)}
        self.members = [
            Member(key, "organization" if "name" in each else "person", faults.get(key, ""), clients.get(key, ""))
            for key, each in records.items()
        ]
        self._spoil(data, records, dice)
        self._choose(records, dice)
        self._remember(data, records)

    def _spoil(self, data: Record, records: dict[str, Record], dice: random.Random) -> None:
        for number, member in enumerate(self.members):
            if member.fault == "odd_phone":
                records[member.id]["phone"] = f"volgt {number}"
            if member.fault == "taken_rsin":
                rsin = _unused(dice)
                data["nextens"]["bedrijf"].append({"Naam": f"Vreemde {number} B.V.", "Rsin": rsin, "Volgnummer": 1})
                self.taken.append((member, rsin))
                self.rsin_before[member.id] = records[member.id]["custom"]["rsin"]
                self.stranger_numbers.append(number)
        # Known by number: whatever the name was, the CRM leads.
        known = {client for _, client in data["expected"]["ids"]["in_nextens"]["number"]}
        for kind, name in (("persoon", "Achternaam"), ("bedrijf", "Naam")):
            for client in data["nextens"][kind]:
                if client.get("Id") in known and dice.random() < 0.5:
                    client[name] = f"{client[name]} oud"

    def _choose(self, records: dict[str, Record], dice: random.Random) -> None:
        plain = [member for member in self.members if not member.fault]
        self.live = [member for member in plain if dice.random() < self.live_share]
        for member in self.live:
            records[member.id]["custom"] |= dict.fromkeys(BOXES.values(), "0")
        kept = [member for member in plain if member.client_id and member not in self.live]
        self.emptied = kept[: max(1, len(kept) // 4)]

    def _remember(self, data: Record, records: dict[str, Record]) -> None:
        clients = [*data["nextens"]["persoon"], *data["nextens"]["bedrijf"]]
        self.before = {each["Id"]: each for each in clients if each.get("Id")}
        for each in records.values():
            self.numbers |= {each["custom"][name] for name in ("bsn", "rsin") if name in each["custom"]}
            base = (each.get("vat_number") or "")[2:11]
            self.numbers |= {base} if base and eleven_proof(base) else set()
        self.numbers |= {rsin for _, rsin in self.taken}


def _relations(data: Record) -> list[Record]:
    parts = data["simplicate"]
    return [one for one in [*parts["organization"], *parts["person"]] if one.get("relation_number")]


def _faults(ids: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part in GENERATED:
        for kind, found in ids[part].items():
            yield from ((key, kind) for key in found)


def _unused(dice: random.Random) -> str:
    """Make an RSIN that the generated data cannot hold: those begin with 8."""
    return next(one for one in iter(lambda: f"7{dice.randrange(10**8):08}", "") if eleven_proof(one))


def eleven_proof(digits: str) -> bool:
    """Tell whether nine digits pass the test of BSN and RSIN."""
    return sum(weight * int(one) for weight, one in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)) % 11 == 0
