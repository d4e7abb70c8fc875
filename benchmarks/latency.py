"""Measure figure 3: from saving in the CRM to the write in SnelStart, with 50 ms at both stand-ins.

    python -m benchmarks.latency [--parts idle polled busy-100 busy-500 busy-hour] [--samples 200] [--out DIR]
    python -m benchmarks.latency --variants      # the three busy ones side by side, each in its own process

Each sample is another relation, mapped before and saved once. It starts just before the CRM is told to save,
so it includes saving and sending the hook; it ends at `modifiedOn`, which the stand-in sets from the same
machine's clock when the write is carried out. While busy, a backfill of so many relations runs and 10 edits a
minute come in.
"""

import argparse
import math
import random
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.budget import Budget
from benchmarks.measure import Report, percentile, say
from benchmarks.office import LINK, RAISED_HOUR, WIDE_CRM, Office
from benchmarks.world import World, open_world
from models.words import Lane
from sync.candidates import Sides

POLL_SECONDS = 5
"""Of the part without hooks, instead of 30, so that 200 samples take minutes; the bound follows it."""
FORGET_SECONDS = 62.0
"""After this the preparation's calls have left the minute's window."""
ARRIVE_SECONDS = 60.0
BITES_BELOW = 0.27
"""Share of the hour under which the bound bites: at a quarter bulk only gets what frees (design §3), and the
allowance is drawn in blocks of a hundredth."""
BITE_PATIENCE_SECONDS = 1800.0
FIRST_PHONE = 205_600_000


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one part of the figure; seconds between edits, and the bound on p95."""

    books: Mapping[str, int]
    bound: float
    pause: float
    backfill: bool = False
    hooks: bool = True
    bites: bool = False


def parts(hour: int) -> dict[str, Part]:
    """Return the parts by name; `hour` is the limit that bites."""
    real = {"minute": 500, "hour": RAISED_HOUR, "concurrent": 50}
    small = {"minute": 100, "hour": RAISED_HOUR, "concurrent": 5}
    return {
        "idle": Part(real, 0.5, 1.5),
        "polled": Part(real, POLL_SECONDS + 1, 1.5, hooks=False),
        "busy-100": Part(small, 2.0, 6.0, backfill=True),
        "busy-500": Part(real, 2.0, 6.0, backfill=True),
        "busy-hour": Part(real | {"hour": hour}, 2.0, 6.0, backfill=True, bites=True),
    }


BUSY = ("busy-100", "busy-500", "busy-hour")


def office(part: Part, chosen: argparse.Namespace) -> Office:
    """Describe the office of a part with its real limits."""
    relations = max(chosen.relations if part.backfill else 0, chosen.samples * 2)
    return Office(
        books_limits=part.books,
        latency_ms={"ms": chosen.latency_ms},
        poll_seconds=30 if part.hooks else POLL_SECONDS,
        hooks=part.hooks,
        recipe={"relations": relations, "in_books": 0, "persons": 0.15},
        workers=chosen.workers,
    )


def run_part(name: str, part: Part, chosen: argparse.Namespace) -> Report:
    """Measure one part in a world of its own."""
    real = office(part, chosen)
    wide = {**part.books, "minute": 60_000, "concurrent": 50}
    report = Report(f"3-latency-{name}", notes={"samples": chosen.samples, "books": dict(part.books)})
    with open_world(replace(real, crm_limits=WIDE_CRM, books_limits=wide, latency_ms={})) as world:
        chosen_ids = prepare(world, chosen.samples)
        world.configure(real)
        say(f"{name}: {len(chosen_ids)} mapped; waiting until their calls have left the minute")
        time.sleep(FORGET_SECONDS)
        filling = start_backfill(world, part, name) if part.backfill else None
        try:
            measure(world, name, part, chosen_ids, report)
        finally:
            if filling is not None:
                filling.terminate()
                filling.communicate()
    return report


def prepare(world: World, samples: int) -> list[str]:
    """Map so many companies, spread over all, before anything is measured."""
    special = set(world.data["expected"]["ids"]["both"])
    companies = [one["id"] for one in world.data["simplicate"]["organization"] if one.get("relation_number")]
    plain = [one for one in companies if one not in special]
    ids = plain[:: max(1, len(plain) // samples)][:samples]
    world.hear(*ids)
    world.drain(300)
    if len(targets_of(world, ids)) < len(ids):
        raise RuntimeError(f"not all could be mapped: {world.summary()}")
    return ids


def start_backfill(world: World, part: Part, name: str) -> "subprocess.Popen[str]":
    """Start `boekbrug backfill`, and wait until its jobs are due and, where asked, until the hour bites."""
    child = world.command("--json", "backfill", LINK)
    world.wait(lambda: world.backlog().left > 0, 900, "the backfill's first jobs", 1)
    say(f"{name}: {world.backlog().left} jobs of the backfill are due")
    if part.bites:
        world.wait(lambda: hour_left(world) < BITES_BELOW, BITE_PATIENCE_SECONDS, "the hour's bound", 2)
        say(f"{name}: the hour bites")
    return child


def hour_left(world: World) -> float:
    """Return the share of the hour's allowance that is left."""
    outside = world.runtime.outside
    windows = Budget.of(Sides.open(outside, LINK, Lane.BULK).target.info, outside).snapshot().windows
    return next(one.left / one.limit for one in windows if one.name == "hour")


def measure(world: World, name: str, part: Part, ids: list[str], report: Report) -> None:
    """Save each record once at its own moment, then read from the books when each arrived."""
    books, crm = world.tally("books"), world.tally("crm")
    dice = random.Random(len(ids))
    before, began = world.backlog().left, time.monotonic()
    saved: dict[str, float] = {}
    for number, record_id in enumerate(ids):
        time.sleep(part.pause * dice.uniform(0.5, 1.5))
        saved[record_id] = time.time()
        world.save(record_id, phone=phone(number), hooks=part.hooks)
        if number % 20 == 19:
            say(f"{name}: {number + 1} of {len(ids)} saved; {world.backlog().left} jobs left")
    seconds = time.monotonic() - began
    report.notes["calls a minute"] = {"books": 60 * books.calls / seconds, "crm": 60 * crm.calls / seconds}
    report.notes["jobs left"] = {"before": before, "after": world.backlog().left}
    time.sleep(min(ARRIVE_SECONDS, 5 * part.bound))
    taken = times_taken(world, ids, saved)
    tell(report, part, taken)
    report.notes["summary"] = world.summary()
    report.add("calls refused for a limit", sum(books.refused.values()) + sum(crm.refused.values()), most=0)


def phone(number: int) -> str:
    """Return the telephone number that only this sample has."""
    return f"0{FIRST_PHONE + number}"


def times_taken(world: World, ids: list[str], saved: Mapping[str, float]) -> list[float]:
    """Return the seconds of every sample; infinite for one that has not arrived."""
    rows = world.rows("SELECT source_id, target_id FROM relation_mapping WHERE source_id = ANY(:ids)", ids=ids)
    targets = {row[0]: row[1] for row in rows}
    books = {row["id"]: row for row in world.relaties()}
    found = []
    for number, record_id in enumerate(ids):
        row = books.get(targets.get(record_id, ""), {})
        arrived = row.get("telefoon") == phone(number)
        found.append(moment(row["modifiedOn"]) - saved[record_id] if arrived else math.inf)
    return found


def targets_of(world: World, ids: list[str]) -> dict[str, str]:
    """Return which relatie each mapped relation is."""
    query = "SELECT source_id, target_id FROM relation_mapping WHERE source_id = ANY(:ids)"
    return {row[0]: row[1] for row in world.rows(query, ids=ids)}


def moment(text: str) -> float:
    """Read SnelStart's `modifiedOn`, which is UTC without saying so."""
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC).timestamp()


def tell(report: Report, part: Part, taken: list[float]) -> None:
    """Add the percentiles to the report."""
    report.notes["seconds"] = [round(one, 3) for one in taken]
    report.add("seconds, median", percentile(taken, 0.5))
    report.add("seconds, p95", percentile(taken, 0.95), most=part.bound)
    report.add("seconds, most", max(taken))
    report.add("samples that never arrived", sum(math.isinf(one) for one in taken), most=0)


def side_by_side(names: list[str], arguments: list[str]) -> int:
    """Run parts at the same time, each in a process with its own world; returns the worst exit code."""
    children = {name: _start(name, arguments) for name in names}
    pumps = [threading.Thread(target=_pump, args=one) for one in children.items()]
    try:
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        return max(child.wait() for child in children.values())
    finally:
        for child in children.values():
            if child.poll() is None:
                child.terminate()
                child.wait()


def _start(name: str, arguments: list[str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.latency", *arguments, "--parts", name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _pump(name: str, child: "subprocess.Popen[str]") -> None:
    assert child.stdout is not None
    for line in child.stdout:
        print(f"[{name}] {line}", end="", flush=True)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--parts", nargs="+", choices=list(parts(0)))
    found.add_argument("--variants", action="store_true", help="the busy parts side by side")
    found.add_argument("--samples", type=int, default=200)
    found.add_argument("--relations", type=int, default=20_000)
    found.add_argument("--hour", type=int, default=5_000)
    found.add_argument("--latency-ms", type=float, default=50)
    found.add_argument("--workers", type=int, default=2)
    found.add_argument("--out", type=Path)
    return found


def passed_on(chosen: argparse.Namespace) -> list[str]:
    """Return the options for a part's own process."""
    names = ("samples", "relations", "hour", "latency_ms", "workers")
    found = [word for name in names for word in (f"--{name.replace('_', '-')}", str(getattr(chosen, name)))]
    return found + (["--out", str(chosen.out)] if chosen.out else [])


def main() -> int:
    """Read the command line, measure and judge; without --parts first what needs the machine for itself."""
    chosen = parser().parse_args()
    names = chosen.parts or ([] if chosen.variants else ["idle", "polled"])
    code = 0
    for name in names:
        code |= run_part(name, parts(chosen.hour)[name], chosen).end(chosen.out)
    if chosen.variants or not chosen.parts:
        code |= side_by_side(list(BUSY), passed_on(chosen))
    return min(code, 1)


if __name__ == "__main__":
    sys.exit(main())
