"""Count the calls to Nextens per client, without faults: bulk creates of each kind, and changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.measure import Report, say
from benchmarks.office import TAX_LINK, WIDE_BOOKS, WIDE_CRM, WIDE_TAX, Office
from benchmarks.world import TooLate, World, open_world
from worker.cli.exits import Exit

KINDS = ("with a number", "without a number", "relying on the conflict", "with a list")
MOST = {"with a number": 3.1, "without a number": 2.1, "relying on the conflict": 2.1, "with a list": 1.05}
CHANGED = 2.0
"""Calls per changed client."""
WAIT_SECONDS = 600.0


class Groups:
    """Divide generated relations over the kinds of create; nobody is ticked until his kind has its turn."""

    def __init__(self) -> None:
        """Begin without data."""
        self.of: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}

    def dress(self, data: dict[str, Any]) -> None:
        """Untick everybody, and take the number away from those who shall have none."""
        parts = data["simplicate"]
        persons = [one for one in parts["person"] if one.get("relation_number")]
        companies = [one for one in parts["organization"] if one["custom"].get("rsin")]
        sole = [one for one in parts["organization"] if not one["custom"].get("rsin")]
        for one in (*persons, *companies, *sole):
            one["custom"] |= {"sync_nextens": "0", "sync_snelstart": "0"}
        quarter = len(persons) // 4
        self._put("relying on the conflict", persons[:quarter])
        self._put("with a number", [*persons[quarter : 2 * quarter], *companies[::2]])
        self._put("with a list", [*persons[2 * quarter : 3 * quarter], *companies[1::2]])
        nameless = persons[3 * quarter :]
        for one in nameless:
            del one["custom"]["bsn"]
        self._put("without a number", [*nameless, *sole])

    def _put(self, kind: str, records: Sequence[dict[str, Any]]) -> None:
        self.of[kind] = [(one["id"], "organization" if "name" in one else "person") for one in records]


def run(report: Report, relations: int, workers: int) -> None:
    """Create each kind in bulk, then change some, and count what arrives at Nextens."""
    groups = Groups()
    base = Office(
        crm_limits=WIDE_CRM,
        books_limits=WIDE_BOOKS,
        tax_limits=WIDE_TAX,
        poll_seconds=3600,
        hooks=False,
        recipe={"relations": relations, "in_books": 0, "persons": 0.6, "both": 0},
        dress=groups.dress,
        workers=workers,
        fsync=False,
    )
    options = {"relying on the conflict": {"rely_on_conflict": True}, "with a list": {"list": True}}
    with open_world(base) as world:
        world.control("tax", "PUT", "options", {"lists": True})
        for kind in KINDS:
            world.configure(replace(base, tax_options=options.get(kind, {})))
            _create(world, report, kind, groups.of[kind])
        world.configure(replace(base, hooks=True))
        _change(world, report, groups.of["with a number"][: max(3, relations // 20)])


def _create(world: World, report: Report, kind: str, group: Sequence[tuple[str, str]]) -> None:
    say(f"{len(group)} clients {kind}")
    for record, resource in group:
        world.save(record, resource, custom_fields={"sync_nextens": "1"})
    tax = world.tally("tax")
    child = world.command("--json", "backfill", TAX_LINK)
    _, said = child.communicate()
    if child.returncode not in (Exit.OK, Exit.PERSON):
        raise TooLate(f"backfill: {said[-1000:]}")
    created = sum(count for name, count in tax.writes.items() if name.startswith("POST"))
    report.notes[kind] = {"clients": created, "calls": tax.routes}
    report.add(f"clients {kind}: not created", len(group) - created, most=0)
    report.add(f"calls per client created, {kind}", tax.calls / max(1, created), most=MOST[kind])


def _change(world: World, report: Report, group: Sequence[tuple[str, str]]) -> None:
    say(f"{len(group)} clients are changed")
    tax = world.tally("tax")
    for number, (record, resource) in enumerate(group):
        world.save(record, resource, email=f"nieuw{number}@post.example")

    def all_written() -> bool:
        return sum(count for name, count in tax.writes.items() if name.startswith("PUT")) >= len(group)

    world.wait(all_written, WAIT_SECONDS, "not every change arrived")
    world.wait(lambda: not world.jobs_left(), WAIT_SECONDS, "work left")
    report.notes["changed"] = {"clients": len(group), "calls": tax.routes}
    report.add("calls per changed client", tax.calls / len(group), most=CHANGED)
