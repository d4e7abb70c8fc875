"""Measure figure 1: calls per relation in a backfill, in one that changes nothing, and for one live change.

    python -m benchmarks.calls [--relations 10000] [--out DIR]

Minute limits are real, the hour is raised. Polling is set to once an hour: it goes on whatever else happens,
two calls an interval, and would be counted among the backfill's reading.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.measure import Report, say
from benchmarks.office import LINK, RAISED_HOUR, Office
from benchmarks.tally import Tally
from benchmarks.world import World, open_world

CALLS_PER_RELATIE = 1.05
CRM_CALLS = 250
"""For 10,000 relations; smaller forms are held to the same share."""
UNCHANGED_CALLS = 30
LIVE_CALLS = 2
QUIET_SECONDS = 1.5
"""After a write, for calls that would still follow it."""
TELL_SECONDS = 15.0


def office(relations: int, workers: int) -> Office:
    """Describe the office: an empty administration and a CRM with 5 % in both roles."""
    return Office(
        books_limits={"minute": 500, "hour": RAISED_HOUR, "concurrent": 50},
        recipe={"relations": relations, "in_books": 0},
        poll_seconds=3600,
        workers=workers,
    )


def backfill(world: World) -> dict[str, Any]:
    """Run `boekbrug backfill` to its end and say now and then how far it is; returns its code and seconds."""
    began = time.monotonic()
    child = world.command("--json", "backfill", LINK)
    with ThreadPoolExecutor(1) as beside:
        said = beside.submit(child.communicate)
        while not wait([said], TELL_SECONDS).done:
            now = world.backlog()
            say(f"  {now.left} jobs left, waiting: {dict(now.parked)}")
    if child.returncode:
        say(f"  backfill ended with {child.returncode}: {said.result()[1][:2000]}")
    return {"code": child.returncode, "seconds": round(time.monotonic() - began, 1)}


def wrong_ones(world: World) -> int:
    """Count relations that do not stand in the books exactly once per role."""
    both = set(world.data["expected"]["ids"]["both"])
    parts = world.data["simplicate"]
    wanted = {
        one["id"]: 2 if one["id"] in both else 1
        for one in [*parts["organization"], *parts["person"]]
        if one.get("relation_number")
    }
    rows = world.rows("SELECT source_id, target_id FROM relation_mapping WHERE state = 'active'")
    mapped, targets = Counter(row[0] for row in rows), Counter(row[1] for row in rows)
    books = {row["id"] for row in world.relaties()}
    wrong = sum(mapped[one] != times for one, times in wanted.items()) + len(set(mapped) - set(wanted))
    return wrong + len(books ^ set(targets)) + sum(times - 1 for times in targets.values())


def measure_first(world: World, report: Report, relations: int) -> None:
    """Bring everything across."""
    crm, books = world.tally("crm"), world.tally("books")
    report.notes["first"] = backfill(world)
    created = books.writes.get("relaties.create", 0) or sum(books.writes.values())
    report.notes["first"] |= {"crm": crm.routes, "books": books.routes, "writes": books.writes}
    report.add("SnelStart calls per relatie created", books.calls / max(1, created), most=CALLS_PER_RELATIE)
    report.add("Simplicate calls", crm.calls, most=CRM_CALLS * max(1.0, relations / 10_000))
    report.add("relaties created", created)
    report.add("relations not exactly once", wrong_ones(world), most=0)
    refused = sum(crm.refused.values()) + sum(books.refused.values())
    report.add("calls refused for a limit", refused, most=0)


def measure_again(world: World, report: Report) -> None:
    """Do the same again with nothing changed."""
    crm, books = world.tally("crm"), world.tally("books")
    report.notes["again"] = backfill(world)
    report.notes["again"] |= {"crm": crm.routes, "books": books.routes}
    report.add("unchanged: SnelStart calls", books.calls, most=UNCHANGED_CALLS)
    report.add("unchanged: writes", sum(books.writes.values()), most=0)
    reviews = world.count("SELECT count(*) FROM review WHERE superseded_at IS NULL")
    report.add("unchanged: Reviews", reviews, most=0)
    report.add("unchanged: Simplicate calls", crm.calls)


def calls_of(world: World, books: Tally, record_id: str | None, changes: dict[str, Any]) -> int:
    """Save one record and return the SnelStart calls it led to."""
    books.zero()
    world.save(record_id, **changes)
    world.wait(lambda: books.writes, 90, "the write of a live change")
    time.sleep(QUIET_SECONDS)
    world.drain(30)
    return books.calls


def measure_live(world: World, report: Report, samples: int) -> None:
    """Edit and create one at a time, told of by the signed hook."""
    books = world.tally("books")
    companies = [one for one in world.data["simplicate"]["organization"] if one.get("relation_number")]
    special = set(world.data["expected"]["ids"]["both"])
    plain = [one for one in companies if one["id"] not in special][:samples]
    edits = [calls_of(world, books, one["id"], {"phone": f"02055501{i:02}"}) for i, one in enumerate(plain)]
    creates = [calls_of(world, books, None, newcomer(plain[0], i)) for i in range(samples)]
    report.notes["live"] = {"edits": edits, "creates": creates}
    report.add("live edit: SnelStart calls, most", max(edits), most=LIVE_CALLS)
    report.add("live create: SnelStart calls, most", max(creates), most=LIVE_CALLS)
    report.add("live create: SnelStart calls, mean", mean(creates))


def newcomer(like: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a company that nobody has yet, of the same relation type as a known one."""
    return {
        "name": f"Nieuwkomer {number} B.V.",
        "coc_code": f"9{number:07}",
        "relation_type_id": like["relation_type_id"],
        "relation_number": str(900_000 + number),
        "visiting_address": {
            "line_1": f"Sluisweg {number + 1}",
            "postal_code": "1011 AB",
            "locality": "Amsterdam",
            "country_code": "NL",
        },
        "custom_fields": {"sync_snelstart": "1"},
    }


def main() -> int:
    """Read the command line, measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relations", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=10, help="live edits and live creates")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    report = Report("1-calls", notes={"relations": chosen.relations})
    with open_world(office(chosen.relations, chosen.workers)) as world:
        say("backfill into an empty administration")
        measure_first(world, report, chosen.relations)
        say("the same again, nothing changed")
        measure_again(world, report)
        say("live edits and creates, one at a time")
        measure_live(world, report, chosen.samples)
    return report.end(chosen.out)


if __name__ == "__main__":
    sys.exit(main())
