"""Set the stage for a storm over two targets: how much of what, and what users do meanwhile."""

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from benchmarks import havoc
from benchmarks.measure import say
from benchmarks.office import TAX_LINK, WIDE_BOOKS, WIDE_CRM, WIDE_TAX, Office
from benchmarks.taxpayers import BOXES, Member, Population
from benchmarks.world import TooLate, World
from worker.cli.exits import Exit

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
