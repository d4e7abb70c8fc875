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
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks import havoc, two_calls
from benchmarks.agreement import Violation
from benchmarks.evidence import dump
from benchmarks.measure import Report, say
from benchmarks.office import LINK, TAX_LINK, WIDE_BOOKS, WIDE_CRM, WIDE_TAX, Office
from benchmarks.searching import search
from benchmarks.taxpayers import BOXES, Member, Population
from benchmarks.unrest import unrest
from benchmarks.upshot import Sight, doubtful_mails, violations
from benchmarks.world import TooLate, World, open_world
from sync.replaying import held_jobs, replay
from worker.cli.exits import Exit

RULES = (
    "missing", "twice", "nobody's", "not recognised", "differs", "written though refused", "message", "checkbox",
    "mailed twice", "mails", "not mailed", "emptied", "overwritten", "open intent", "left over", "wrongly held",
    "wrongly asked", "stopped", "found",
)  # fmt: skip
TRIES = 20
"""Starts of a backfill that a fault of the CRM may end."""
FINISHED = (Exit.OK, Exit.PERSON)
THREADS = 8


@dataclass(frozen=True)
class Storm:
    """Hold one run's figures."""

    relations: int = 5000
    faulty: float = 0.02
    present: float = 0.05
    """Share that is in Nextens already by number; as many more are by name only."""
    edits: int = 500
    kills: int = 150
    seconds: float = 900
    workers: int = 4
    wipes: int = 2
    restarts: int = 2
    revocations: int = 20
    seed: int = 1
    drain_seconds: float = 1800
    deadline: float = 3
    """In production 30 s; short, as are the next two, so that what was lost comes back within one run."""
    settle: float = 5
    lease: float = 10
    late: float = 1.5
    """Seconds after the client has gone when a late deed lands; the settle time is there to outlast it."""
    window: float = 5
    """Length of the budgets' short window: an emptied Redis costs this or the deadline."""
    token_life: float = 90
    """Nextens' tokens end this soon; half an hour in production."""

    def population(self) -> Population:
        """Return who there will be: at least one of each kind of fault."""
        return Population(max(1, round(self.relations * self.faulty / 10)), self.seed)

    def office(self, population: Population) -> Office:
        """Return the office: wide limits, because this figure is not about budgets."""
        return Office(
            crm_limits=WIDE_CRM,
            books_limits=WIDE_BOOKS,
            tax_limits=WIDE_TAX,
            poll_seconds=5,
            latency_ms={"min_ms": 5, "max_ms": 60, "seed": self.seed},
            recipe=population.recipe(self.relations, self.present),
            dress=population.dress,
            settings={
                "deadline_seconds": self.deadline,
                "settle_seconds": self.settle,
                "lease_seconds": self.lease,
            },
            workers=self.workers,
            flower=True,
            mail=True,
            fsync=False,
            window_seconds=self.window,
        )


class Stage:
    """Hold a world with two targets, and what its users do."""

    def __init__(self, world: World, storm: Storm, population: Population) -> None:
        """Take a running world."""
        self.world, self.storm, self.population = world, storm, population
        self.dice = random.Random(f"{storm.seed}/stage")
        self.said: list[str] = []
        # The token before lives until its successor is used: a worker killed between the answer and its commit
        # would else lose the office's only token, which nobody but the office can mend.
        options = {"rotation": "after_use", "token_seconds": storm.token_life}
        world.control("tax", "PUT", "options", options)

    def spoil(self) -> None:
        """Turn all faults on."""
        seed, late = self.storm.seed, self.storm.late * 1000
        self.world.control("books", "POST", "faults", havoc.faults(seed, late))
        self.world.control("tax", "POST", "faults", havoc.tax_faults(seed + 100, late))
        self.world.control("crm", "POST", "faults", havoc.crm_faults(seed + 200, told=True))
        self.world.control("mail", "POST", "faults", havoc.mail_faults(seed + 300))

    def calm(self) -> None:
        """Turn all faults off."""
        for side in self.world.sandboxes:
            self.world.control(side, "DELETE", "faults")

    def backfill(self, link: str) -> int:
        """Bring everything of a link across; returns how often it had to be started."""
        for number in range(1, TRIES + 1):
            child = self.world.command("--json", "backfill", link)
            shown, told = child.communicate()
            self.said += (shown, told)
            if child.returncode in FINISHED and "outcomes" in shown:
                return number
            say(f"backfill {link} ended with {child.returncode}: {told[-300:]}")
        raise TooLate(f"backfill {link}")

    def stir(self, seconds: float) -> None:
        """Let users tick boxes and edit, then do what needs a client that is there; raises what a save raised."""
        plain = [member for member in self.population.members if not member.fault]
        steps = [self._step(self._tick, member) for member in self.population.live]
        steps += [self._step(self._edit, self.dice.choice(plain)) for _ in range(self.storm.edits)]
        self.dice.shuffle(steps)
        steps += [self._step(self._empty, member) for member in self.population.emptied]
        steps += [self._step(self._take, *pair) for pair in self.population.taken]
        began, running = time.monotonic(), list[Future[None]]()
        with ThreadPoolExecutor(THREADS) as pool:
            for number, step in enumerate(steps):
                time.sleep(max(0.0, began + seconds * number / len(steps) - time.monotonic()))
                running.append(pool.submit(step))
        for one in running:
            one.result()

    def _step(self, act: Callable[..., None], *given: Any) -> Callable[[], None]:
        return lambda: act(*given)

    def _tick(self, member: Member) -> None:
        self._save(member, custom_fields=dict.fromkeys(BOXES.values(), "1"))

    def _edit(self, member: Member) -> None:
        values = {"phone": f"0205{self.dice.randrange(10**6):06}"}
        if member not in self.population.emptied and self.dice.random() < 0.5:
            values["email"] = f"nieuw{self.dice.randrange(10**6)}@post.example"
        self._save(member, **values)

    def _empty(self, member: Member) -> None:
        self._save(member, email="")

    def _take(self, member: Member, rsin: str) -> None:
        """Give a company another's RSIN, once it is a client itself."""
        query = (
            "SELECT count(*) FROM relation_mapping JOIN link ON link.id = link_id "
            "WHERE relation_mapping.source_id = :record AND link.name = :link AND state = 'active'"
        )
        there = {"record": member.id, "link": TAX_LINK}
        self.world.wait(lambda: self.world.count(query, **there), self.storm.drain_seconds, "a client", 1.0)
        self._save(member, custom_fields={"rsin": rsin})

    def _save(self, member: Member, **changes: Any) -> None:
        self.world.save(member.id, member.resource, **changes)


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
