"""One CRM feeds the books and Nextens at once: what arrives under faults, what is told of failures, and the calls.

Two parts. `storm`: all relations, some of them wrong and some in Nextens already, go to both targets in one run while
calls fail, tokens end, workers are killed and Redis restarts; afterwards all sides are held against each other and
everything is searched for personal numbers. `calls`: calls to Nextens per client, without faults.

    python -m benchmarks.two_targets [--parts storm calls] [--relations 5000] [--kills 150] [--out FOLDER]
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from benchmarks import havoc, two_calls
from benchmarks.agreement import Violation
from benchmarks.evidence import dump
from benchmarks.measure import Report, say
from benchmarks.office import LINK, TAX_LINK
from benchmarks.searching import search
from benchmarks.taxpayers import Population
from benchmarks.two_stage import Stage, Storm
from benchmarks.unrest import unrest
from benchmarks.upshot import Sight, doubtful_mails, violations
from benchmarks.world import World, open_world
from sync.replaying import held_jobs, replay

RULES = (
    "missing", "twice", "nobody's", "not recognised", "differs", "written though refused", "message", "checkbox",
    "mailed twice", "mails", "not mailed", "emptied", "overwritten", "open intent", "left over", "wrongly held",
    "wrongly asked", "stopped", "found",
)  # fmt: skip


def run(storm: Storm, report: Report, out: Path | None) -> list[Violation]:
    """Let the storm rage, wait until all is quiet and judge what stands where."""
    population = storm.population()
    with open_world(storm.office(population)) as world:
        stage = Stage(world, storm, population)
        stage.spoil()
        told = _rage(stage)
        began = time.monotonic()
        told["given up after three losses, then replayed"] = _settle(stage)
        told["seconds to settle"] = round(time.monotonic() - began, 1)
        sight = Sight.look(world)
        found = [*violations(population, sight), *unrest(world, population)]
        say(f"{len(found)} violations so far; now the search for numbers")
        hits, told["searched"] = search(world, population.numbers, stage.said)
        found += hits
        told["mails"] = doubtful_mails(sight)
        _tell(report, world, population, told, found)
        if found:
            dump(world, found, out)
        return found


def _rage(stage: Stage) -> dict[str, Any]:
    """Bring everything across, change and break at the same time; returns what was broken."""
    storm, world = stage.storm, stage.world
    damage = havoc.Havoc(world, random.Random(storm.seed + 1), ("books", "tax"))
    counts = {name: getattr(storm, name) for name in ("kills", "wipes", "restarts", "revocations")}
    with ThreadPoolExecutor(3) as pool:
        work: list[Future[Any]] = [pool.submit(stage.backfill, link) for link in (LINK, TAX_LINK)]
        work.append(pool.submit(stage.stir, 0.7 * storm.seconds))
        damage.run(damage.plan(storm.seconds, **counts))
        while not wait(work, 15).done.issuperset(work):
            say(f"{world.jobs_left()} jobs left")
        starts = [one.result() for one in work[:2]]
        work[2].result()
    hits = {side: _hits(world.control(side, "GET", "faults")) for side in world.sandboxes}
    return {"damage": dict(damage.done), "faults": hits, "starts of the backfills": starts}


def _hits(rules: list[dict[str, Any]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for rule in rules:
        found[rule["kind"]] += rule["hits"]
    return dict(found)


def _settle(stage: Stage) -> int:
    """Wait for calm, then offer again what was lost three times, as its issue asks for; returns how many."""
    stage.calm()
    _drain(stage)
    runtime = stage.world.runtime
    with runtime.sessions.begin() as session:
        given_up = held_jobs(session, cause="sync.lost")
        replay(session, given_up)
    _drain(stage)
    _mail_out(stage)
    time.sleep(stage.storm.late)
    return len(given_up)


def _drain(stage: Stage) -> None:
    until = time.monotonic() + stage.storm.drain_seconds
    while (left := stage.world.jobs_left()) and time.monotonic() < until:
        say(f"{left} jobs left")
        time.sleep(2)


def _mail_out(stage: Stage) -> None:
    """Let mails that wait for their next try go now: after some tries that is an hour."""
    with stage.world.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mail SET not_before = now() WHERE state = 'waiting'")
    until = time.monotonic() + stage.storm.drain_seconds
    while stage.world.count("SELECT count(*) FROM mail WHERE state = 'waiting'") and time.monotonic() < until:
        time.sleep(1)


def _tell(report: Report, world: World, population: Population, told: dict[str, Any], found: list[Violation]) -> None:
    by_rule = Counter(one.rule for one in found)
    for rule in (*RULES, *sorted(set(by_rule) - set(RULES))):
        report.add(rule, by_rule[rule], most=0)
    told["faulty"] = Counter(member.fault for member in population.members if member.fault)
    told |= {"live": len(population.live), "in Nextens before": len(population.before)}
    told["summary"] = world.summary()
    report.notes |= told


def main() -> int:
    """Run the parts that are asked for and judge them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=("storm", "calls"), default=["storm", "calls"])
    for each in fields(Storm):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    parser.add_argument("--counted", type=int, default=1000, help="relations whose calls are counted")
    parser.add_argument("--out", type=Path)
    given = vars(parser.parse_args())
    out, parts, counted = (given.pop(name) for name in ("out", "parts", "counted"))
    storm = Storm(**given)
    codes = []
    if "storm" in parts:
        report = Report("8-two-targets", notes={"storm": asdict(storm)})
        for violation in run(storm, report, out)[:40]:
            say(f"{violation.rule}: {violation.what} {violation.record_id} {violation.relatie_id}")
        print(json.dumps(report.notes, indent=1, default=str))
        codes.append(report.end(out))
    if "calls" in parts:
        report = Report("8-two-targets-calls", notes={"relations": counted})
        two_calls.run(report, counted, storm.workers)
        codes.append(report.end(out))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
