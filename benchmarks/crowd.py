"""Play the users of two CRM environments: they create, edit and enter companies twice at the same moment."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from worker.compose import COMPOSE_FILE

CUSTOMER = "relationtype:fe034e2e54b1b26e"
SUPPLIER = "relationtype:c8c3d80749a7cd5a"
BOTH = "relationtype:6455285faf050892"
"""Ids of the CRM stand-in's relation types."""
ROLES: Mapping[str, tuple[str, ...]] = {
    CUSTOMER: ("customer",),
    SUPPLIER: ("supplier",),
    BOTH: ("customer", "supplier"),
}
TYPES = (CUSTOMER,) * 6 + (SUPPLIER,) * 3 + (BOTH,)
OWN_ORGANIZATION = ("name", "coc_code", "vat_number", "url", "email", "phone", "bank_account")
OWN_PERSON = ("first_name", "family_name_prefix", "family_name", "email", "phone", "bank_account")
FIRST_NUMBER = 10_001
"""Of the relation numbers in each CRM: two environments that number alike."""
THREADS = 8

Save = Callable[[str, str | None, str, dict[str, Any]], str]
"""Save at a side (`crm`, `crm2`) a record (None: a new one) of a resource; returns its id."""


@dataclass
class Member:
    """Be one record in one CRM; its twin holds the same company."""

    side: str
    resource: str
    values: dict[str, Any]
    id: str = ""
    twin: "Member | None" = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Two edits of a record do not overlap, so that what stands in the CRM is what was saved last."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles that its relation type stands for."""
        return ROLES[self.values["relation_type_id"]]


def generated(amount: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (resource, values) of generated records with valid numbers, as a user would enter them."""
    out = folder / "crowd.json"
    words = [
        f"--{name}={value}"
        for name, value in {
            "relations": amount, "in-books": 0, "wrong": 0, "doubles": 0, "seed": seed, "out": out,
        }.items()
    ]  # fmt: skip
    command = [sys.executable, "-m", "sandbox.data", *words]
    subprocess.run(command, cwd=COMPOSE_FILE.parent, check=True, capture_output=True)
    made = json.loads(out.read_text())["simplicate"]
    members = [("organization", one) for one in made["organization"]]
    members += [("person", one) for one in made["person"] if one.get("custom")]
    random.Random(seed).shuffle(members)
    for resource, one in members:
        yield resource, _entered(resource, one)


def _entered(resource: str, made: Mapping[str, Any]) -> dict[str, Any]:
    names, place = (OWN_ORGANIZATION, "visiting_address") if resource == "organization" else (OWN_PERSON, "address")
    address = made.get(place) or {}
    values = {name: made[name] for name in names if made.get(name)}
    values[place] = {
        "line_1": address.get("line_1"),
        "postal_code": address.get("postal_code"),
        "locality": address.get("locality"),
        "country_code": "NL",
    }
    return {**values, "custom_fields": {"sync_snelstart": "1"}}


class Crowd:
    """Hold who enters what and do it at an even pace."""

    def __init__(self, records: Iterator[tuple[str, dict[str, Any]]], save: Save, dice: random.Random) -> None:
        """Take generated records, the way to save and the dice that choose."""
        self._records, self._save, self._dice = list(records), save, dice
        self._numbers = count(FIRST_NUMBER)
        self.members: list[Member] = []
        self.saved: list[str] = []
        """Ids in the order of their saves; a list, because many threads add to it."""

    def work(self, changes: int, doubles: int, seconds: float) -> None:
        """Make all changes, evenly spread: half of them new records; raises what a save raised."""
        steps = self._steps(changes, doubles)
        began = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            running: list[Future[None]] = []
            for number, step in enumerate(steps):
                time.sleep(max(0.0, began + seconds * number / len(steps) - time.monotonic()))
                running.append(pool.submit(step))
            for one in running:
                one.result()

    def _steps(self, changes: int, doubles: int) -> list[Callable[[], None]]:
        singles = max(20, changes // 2 - 2 * doubles)
        edits = max(0, changes - singles - 2 * doubles)
        creates: list[Callable[[], None]] = [self._create] * singles
        creates += [lambda: self._create_twice("crm")] * (doubles // 2)
        creates += [lambda: self._create_twice("crm2")] * (doubles - doubles // 2)
        self._dice.shuffle(creates)
        later = creates[10:] + [self._edit] * edits
        self._dice.shuffle(later)
        return creates[:10] + later

    def _member(self, side: str) -> Member:
        resource, values = self._records.pop()
        values |= {
            "relation_type_id": self._dice.choice(TYPES),
            "relation_number": str(next(self._numbers)),
        }
        return Member(side, resource, values)

    def _create(self) -> None:
        self._enter(self._member(self._dice.choice(("crm", "crm", "crm", "crm2"))))

    def _create_twice(self, other: str) -> None:
        """Enter one company in two records at the same moment; both CRMs number from the same start."""
        first = self._member("crm")
        values = dict(first.values) if other == "crm2" else {**first.values, "relation_number": ""}
        second = Member(other, first.resource, values)
        first.twin, second.twin = second, first
        thread = threading.Thread(target=self._enter, args=(second,))
        thread.start()
        self._enter(first)
        thread.join()

    def _enter(self, member: Member) -> None:
        with member.lock:
            member.id = self._save(member.side, None, member.resource, member.values)
        self.members.append(member)
        self.saved.append(member.id)

    def _edit(self) -> None:
        """Change something; one in ten is saved three times in a row."""
        member = self._dice.choice(self.members)
        for _ in range(3 if self._dice.random() < 0.1 else 1):
            with member.lock:
                changes = self._changed(member)
                member.values |= changes
                self._save(member.side, member.id, member.resource, changes)
        self.saved.append(member.id)

    def _changed(self, member: Member) -> dict[str, Any]:
        """Choose new values; a double keeps what makes it one."""
        changes: dict[str, Any] = {"phone": f"0205{self._dice.randrange(10**6):06}"}
        chance = self._dice.random()
        if chance < 0.3:
            changes["email"] = f"nieuw{self._dice.randrange(10**6)}@post.example"
        if member.twin is None and chance > 0.8:
            name = "name" if member.resource == "organization" else "family_name"
            changes[name] = f"{member.values[name].split(' nr ')[0][:40]} nr {self._dice.randrange(10**4)}"
        if member.twin is None and chance > 0.95:
            changes["relation_type_id"] = BOTH
        return changes
