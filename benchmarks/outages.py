"""Measure figure 7: a vendor away under load, and PostgreSQL away while hooks come in.

    python -m benchmarks.outages [--parts books crm database] [--seconds 60] [--kind refuse_503] [--out DIR]

Under load means: a backfill at 500 a minute, and an edit every two seconds of a few mapped relations, told of
by signed hooks. Full rate: of the books from 5 s after their return; of the CRM, which is only asked for what
changed, from its return on. While the CRM is away the backfill waits too: its jobs may need the CRM.
"""

import argparse
import sys
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.calls import backfill
from benchmarks.measure import Report, say
from benchmarks.office import RAISED_HOUR, WIDE_CRM, Office
from benchmarks.outage_database import measure_database
from benchmarks.world import World, open_world
from models.words import Kind
from sync.logbook import CONTEXT
from sync.subjects import subject_of

PROBE_SECONDS = 2.0
"""The product's own pace of probes in the first minutes of an outage (`probe_seconds`)."""
EDITED = 12
EDIT_PAUSE = 2.0
LEAD_SECONDS = 20.0
"""Under load before the outage: what is called the full rate."""
STRAGGLE_SECONDS = 1.0
"""Calls that had their permit when the connection was parked still arrive; so long they are not probes."""
BACK_SECONDS = 5.0
RATE_SECONDS = 15.0
FORGET_SECONDS = 62.0
DRAIN_SECONDS = 900.0
FIRST_PHONE = 206_000_000


@dataclass(frozen=True, slots=True)
class Outage:
    """Hold when a vendor went, when the product parked it, when it came back; seconds since 1970."""

    gone: float
    parked: float
    back: float
    opened: float


def office(relations: int, workers: int) -> Office:
    """Describe the office with real minute limits."""
    return Office(
        books_limits={"minute": 500, "hour": RAISED_HOUR, "concurrent": 50},
        recipe={"relations": relations, "in_books": 0},
        latency_ms={"ms": 50},
        workers=workers,
    )


class Editor(threading.Thread):
    """Save mapped relations in turn, each with a higher telephone number, until told to stop."""

    def __init__(self, world: World, ids: list[str]) -> None:
        super().__init__(name="editor", daemon=True)
        self._world, self._ids = world, ids
        self._ending = threading.Event()
        self.last: dict[str, str] = {}

    def run(self) -> None:
        """Save one after another."""
        number = FIRST_PHONE
        while not self._ending.wait(EDIT_PAUSE):
            record_id = self._ids[number % len(self._ids)]
            self._world.save(record_id, phone=f"0{number}")
            self.last[record_id] = f"0{number}"
            number += 1

    def stop(self) -> None:
        """Stop after the save under way."""
        self._ending.set()
        self.join()


def run_vendor(side: str, chosen: argparse.Namespace) -> Report:
    """Let one vendor go away under load and return, and judge what the product did."""
    report = Report(f"7-outage-{side}", notes={"seconds": chosen.seconds, "kind": chosen.kind})
    real = office(chosen.relations, chosen.workers)
    wide = replace(real, crm_limits=WIDE_CRM, books_limits={**real.books_limits, "minute": 60_000}, latency_ms={})
    with open_world(wide) as world:
        ids = prepare(world)
        world.configure(real)
        say(f"{side}: waiting until the calls of the preparation have left the minute")
        time.sleep(FORGET_SECONDS)
        editor = Editor(world, ids)
        filling = threading.Thread(target=backfill, args=(world,), daemon=True)
        filling.start()
        world.wait(lambda: world.backlog().left > 0, 900, "the backfill's first jobs", 1)
        editor.start()
        time.sleep(LEAD_SECONDS)
        outage = take_away(world, side, chosen)
        time.sleep(BACK_SECONDS + RATE_SECONDS)
        editor.stop()
        world.drain(DRAIN_SECONDS)
        filling.join(60)
        judge(world, side, outage, report, editor.last)
    return report


def prepare(world: World) -> list[str]:
    """Map the relations that will be edited."""
    companies = [one["id"] for one in world.data["simplicate"]["organization"] if one.get("relation_number")]
    special = set(world.data["expected"]["ids"]["both"])
    ids = [one for one in companies if one not in special][:EDITED]
    world.hear(*ids)
    world.drain(120)
    return ids


def take_away(world: World, side: str, chosen: argparse.Namespace) -> Outage:
    """Play the outage; returns its moments."""
    gone = time.time()
    world.control(side, "POST", "outage", {"until_cleared": True, "kind": chosen.kind})
    say(f"{side}: away")
    world.wait(lambda: state_of(world, side)[0] == "parked", chosen.seconds, f"{side} parked", 0.02)
    parked = state_of(world, side)[1]
    time.sleep(max(0.0, gone + chosen.seconds - time.time()))
    world.control(side, "DELETE", "outage")
    back = time.time()
    say(f"{side}: back")
    world.wait(lambda: state_of(world, side)[0] == "active", 60, f"{side} active", 0.02)
    return Outage(gone, parked, back, state_of(world, side)[1])


def state_of(world: World, side: str) -> tuple[str, float]:
    """Return a connection's state and since when."""
    query = "SELECT state, extract(epoch FROM state_since) FROM connection WHERE name = :side"
    (row,) = world.rows(query, side=side)
    return row[0], float(row[1])


def between(stamps: list[float], start: float, end: float) -> list[float]:
    """Return the ordered stamps within a span."""
    return stamps[bisect_left(stamps, start) : bisect_left(stamps, end)]


def judge(world: World, side: str, outage: Outage, report: Report, last: dict[str, str]) -> None:
    """Compare what arrived with what the figure asks."""
    stamps = world.arrivals(side)
    before = len(between(stamps, outage.gone - LEAD_SECONDS / 2, outage.gone)) / (LEAD_SECONDS / 2)
    probes = between(stamps, outage.parked + STRAGGLE_SECONDS, outage.back)
    away = outage.back - outage.parked - STRAGGLE_SECONDS
    report.add("calls that met the outage before it was parked",
               len(between(stamps, outage.gone, outage.parked)))  # fmt: skip
    report.add("calls already granted that arrived within 1 s after",
               len(between(stamps, outage.parked, outage.parked + STRAGGLE_SECONDS)))  # fmt: skip
    report.add("seconds until parked", outage.parked - outage.gone)
    report.add("calls while parked, per probe interval", len(probes) / max(1.0, away / PROBE_SECONDS + 1), most=1)
    report.add("smallest gap between them, seconds", min((b - a for a, b in pairwise(probes)), default=away))
    judge_return(stamps, outage, before, report, BACK_SECONDS if side == "books" else 0.0)
    judge_records(world, last, report)
    report.notes["summary"] = world.summary()


def judge_return(stamps: list[float], outage: Outage, before: float, report: Report, after_seconds: float) -> None:
    """Tell how soon the full rate was reached again."""
    ordinary = between(stamps, outage.opened, float("inf"))
    report.add("seconds from its return to the first ordinary call",
               (ordinary[0] if ordinary else float("inf")) - outage.back, most=BACK_SECONDS)  # fmt: skip
    start = outage.back + after_seconds
    after = len(between(stamps, start, start + RATE_SECONDS)) / RATE_SECONDS
    report.add("calls a second before", before)
    report.add(f"calls a second from {after_seconds:g} s after its return", after, least=0.9 * before)


def judge_records(world: World, last: dict[str, str], report: Report) -> None:
    """Tell whether everything arrived, in order and without a burnt attempt."""
    report.add("attempts burned", world.count("SELECT max(lost) FROM sync_job"), most=0)
    lost = world.count("SELECT count(*) FROM sync_log WHERE outcome = 'lost'")
    report.add("attempts ended as lost", lost, most=0)
    report.add("Issues", world.count("SELECT count(*) FROM issue"), most=0)
    books = {row["id"]: row for row in world.relaties()}
    rows = world.rows("SELECT source_id, target_id FROM relation_mapping WHERE state = 'active'")
    targets = {row[0]: row[1] for row in rows}
    stale = [one for one, phone in last.items() if books[targets[one]]["telefoon"] != phone]
    report.add("relations edited", len(last))
    report.add("of these, with another value than the newest", len(stale), most=0)
    report.add("relations with writes out of order", sum(disordered(world, one) for one in last), most=0)
    wanted = int(world.data["expected"]["counts"]["plain_new_roles"])
    report.add("relaties missing or too many", abs(len(books) - wanted), most=0)


def disordered(world: World, record_id: str) -> bool:
    """Tell whether the telephone numbers written, in the log's order, ever went back."""
    query = "SELECT sealed FROM sync_log WHERE record_id = :id AND sealed IS NOT NULL ORDER BY at, id"
    crm = world.count("SELECT id FROM connection WHERE name = 'crm'")
    with world.runtime.sessions() as session:
        subject = subject_of(session, world.runtime.vault, crm, Kind.RELATION, record_id)
    written: list[Any] = [
        subject.open(row[0], CONTEXT)["after"].get("telefoon") for row in world.rows(query, id=record_id)
    ]
    numbers = [int(one) for one in written[1:] if one]
    return numbers != sorted(numbers)


def main() -> int:
    """Read the command line, measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=["books", "crm", "database"])
    parser.add_argument("--seconds", type=float, default=60, help="how long a vendor is away")
    parser.add_argument("--database-seconds", type=float, default=15)
    parser.add_argument("--kind", choices=["refuse_503", "drop"], default="refuse_503")
    parser.add_argument("--relations", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    code = 0
    for name in chosen.parts or ["books", "crm", "database"]:
        report = measure_database(chosen) if name == "database" else run_vendor(name, chosen)
        code |= report.end(chosen.out)
    return code


if __name__ == "__main__":
    sys.exit(main())
