"""Acts five to seven: the books away, a worker killed in the middle of a create, and Redis emptied."""

from collections.abc import Sequence
from contextlib import suppress

from redis import RedisError

from adapters.budget import Budget
from models.words import ConnectionState
from sync.candidates import Sides
from worker.cli.backfill import note
from worker.cli.bars import Tell
from worker.cli.links import word
from worker.counting import begin_counting
from worker.demo.office import CLIENTS, DEADLINE_SECONDS, LINK, SETTLE_SECONDS
from worker.demo.plot import Plot
from worker.demo.stage import HEALTHY_SECONDS
from worker.demo.watching import (
    mapped,
    now,
    open_intents,
    outcomes,
    pending,
    state_of,
    wait_for,
    work_left,
)

PATIENCE_SECONDS = 30.0
OUTAGE_EDITS = 4
WIPE_EDITS = 5
WIPE_SECONDS = 110.0
LATE_CREATE = {"kind": "timeout_after", "method": "POST", "path": "/v2/relaties", "count": 1}
"""The stand-in does the deed and keeps its answer, so that the kill lands in between."""


def books_away(plot: Plot) -> None:
    """Let SnelStart be away while edits come in, and return."""
    stage, screen, books = plot.stage, plot.stage.screen, plot.stage.books
    screen.act("5  SnelStart weg en weer terug", "5  SnelStart down and up again")
    chosen = plot.cast.take(mapped(stage, plot.cast.free), OUTAGE_EDITS)
    before = _knocks(plot)
    books.control("POST", "outage", {"until_cleared": True, "kind": "refuse_503"})
    saved = {record["id"]: plot.edit(record) for record in chosen}
    wait_for(lambda: state_of(stage, "books") == ConnectionState.PARKED, PATIENCE_SECONDS, "parked")
    left, tried = work_left(stage).left, _knocks(plot)
    screen.say(
        f"Geparkeerd na {tried - before} vergeefse aanroepen: {left} wijzigingen wachten.",
        f"Parked after {tried - before} calls in vain: {left} changes wait.",
    )
    wait_for(lambda: _knocks(plot) > tried, PATIENCE_SECONDS, "probe")
    books.control("DELETE", "outage")
    back, probes = now(stage), _knocks(plot) - tried
    arrivals = [plot.arrival(one, since, PATIENCE_SECONDS) for one, since in saved.items()]
    waits = zip(arrivals, saved.values(), strict=True)
    took = max(seconds - (back - since).total_seconds() for seconds, since in waits)
    plot.measure("SnelStart terug, alles bij", "SnelStart back, all caught up", took)
    screen.good(
        f"Terug: alle {len(saved)} aangekomen binnen {took:.1f} s; tot dan {probes} peiling(en) vergeefs.",
        f"Back: all {len(saved)} arrived within {took:.1f} s; {probes} probe(s) in vain until then.",
    )


def _knocks(plot: Plot) -> int:
    """Count the calls that found the door closed."""
    return int(plot.stage.books.control("GET", "stats")["refused"].get("outage", 0))


def worker_killed(plot: Plot) -> str:
    """Kill the worker between the deed and its answer; returns the id of the record."""
    stage, screen, books = plot.stage, plot.stage.screen, plot.stage.books
    screen.act("6  Een worker gedood midden in een create", "6  A worker killed in the middle of a create")
    books.control("POST", "faults", LATE_CREATE)
    record_id = stage.crm.edit(None, plot.cast.newcomer())
    wait_for(lambda: books.control("GET", "faults")[0]["hits"] > 0, PATIENCE_SECONDS, "create")
    (victim,) = stage.supervisor.pids("worker")
    stage.supervisor.kill("worker")
    books.control("DELETE", "faults")
    screen.say(
        f"SnelStart maakte de relatie; worker {victim} is gedood (kill -9) voor het antwoord kwam.",
        f"SnelStart made the relatie; worker {victim} was killed (kill -9) before the answer came.",
    )
    lands = f"{DEADLINE_SECONDS + SETTLE_SECONDS:.0f} s"
    screen.note(
        f"PostgreSQL kent {open_intents(stage)} schrijfactie met onbekende afloop. Die wordt opgezocht, "
        f"nooit herhaald, zodra zij niet meer kan landen ({lands}) en de lease van de dode worker om is.",
        f"PostgreSQL knows {open_intents(stage)} write of unknown outcome. It is located, never repeated, as "
        f"soon as it can land no more ({lands}) and the dead worker's lease is over.",
    )
    return record_id


def redis_emptied(plot: Plot, created: str) -> None:
    """Empty Redis while edits wait for the worker's return; all must arrive, the broken-off create too."""
    stage, screen = plot.stage, plot.stage.screen
    screen.act("7  Redis geleegd terwijl er werk wacht", "7  Redis emptied with work pending")
    chosen = plot.cast.take(mapped(stage, plot.cast.free), WIPE_EDITS)
    saved = {record["id"]: plot.edit(record) for record in chosen}
    wait_for(lambda: pending(stage, saved) == len(saved), PATIENCE_SECONDS, "hooks")
    wiped = now(stage)
    stage.runtime.redis.flushall()
    # The dispatcher does this within a second, but its worker is only just starting again.
    begin_counting(stage.runtime.base)
    screen.say(
        f"{len(saved)} wijzigingen en de afgebroken create wachten; FLUSHALL: wekberichten en tellers weg.",
        f"{len(saved)} changes and the broken-off create wait; FLUSHALL: wake-ups and counters are gone.",
    )
    screen.note(
        "De leveranciers tellen door; daarom gaat er eerst een hele minuut niets uit.",
        "The vendors count on, so nothing goes out for one full minute first.",
    )
    # Here the processor has nothing better to do; a check starts a program of its own.
    stage.supervisor.wait_healthy(HEALTHY_SECONDS)
    screen.good(
        "Web, worker, beat en flower zijn alweer gezond volgens de controles van docker-compose.yml.",
        "Web, worker, beat and flower are healthy again by the checks of docker-compose.yml.",
    )
    with screen.bar("Wachten en bijwerken", "Waiting, then catching up") as tell:
        wait_for(lambda: _caught_up(plot, [*saved, created], tell), WIPE_SECONDS, "after FLUSHALL")
        wait_for(lambda: not work_left(stage, CLIENTS).left, PATIENCE_SECONDS, "clients")
    seconds = (now(stage) - wiped).total_seconds()
    plot.measure("Redis geleegd, alles bij", "Redis emptied, all caught up", seconds)
    screen.good(f"Alles aangekomen {seconds:.0f} s na het legen.", f"All arrived {seconds:.0f} s after the wipe.")
    story = " -> ".join(word(screen.output, one) for one in outcomes(stage, created))
    screen.good(f"De afgebroken create: {story}.", f"The broken-off create: {story}.")


def _caught_up(plot: Plot, record_ids: Sequence[str], tell: Tell) -> bool:
    left = pending(plot.stage, record_ids)
    parts = [note(plot.stage.here, work_left(plot.stage), 0, 0)]
    if seconds := _silence(plot):
        parts = [
            plot.stage.screen.words(f"nog {seconds:.0f} s stil", f"silent for {seconds:.0f} s more"),
            *parts,
        ]
    tell(len(record_ids) - left, len(record_ids), "; ".join(part for part in parts if part))
    return left == 0


def _silence(plot: Plot) -> float:
    """Tell how long the budget of the books still grants nothing."""
    outside = plot.stage.runtime.outside
    with suppress(RedisError):
        return Budget.of(Sides.open(outside, LINK).target.info, outside).snapshot().wait_seconds
    return 0.0
