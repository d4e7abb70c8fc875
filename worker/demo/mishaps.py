"""Acts four to six: the books away, a worker killed in the middle of a create, and Redis emptied."""

import time
from contextlib import suppress

from redis import RedisError

from adapters.budget import Budget
from models.words import ConnectionState
from worker.cli.backfill import note
from worker.demo.office import DEADLINE_SECONDS, SETTLE_SECONDS
from worker.demo.plot import Plot
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
OUTAGE_SECONDS = 3.0
"""After the connection was parked; long enough for a probe to knock in vain."""
WIPE_EDITS = 5
WIPE_SECONDS = 110.0


def books_away(plot: Plot) -> None:
    """Let SnelStart be away while edits come in, and return."""
    stage, screen, books = plot.stage, plot.stage.screen, plot.stage.books
    screen.act("4  SnelStart weg en weer terug", "4  SnelStart down and up again")
    chosen = plot.cast.take(mapped(stage, plot.cast.free), OUTAGE_EDITS)
    before = books.control("GET", "stats")["refused"].get("outage", 0)
    books.control("POST", "outage", {"until_cleared": True, "kind": "refuse_503"})
    saved = {record["id"]: plot.edit(record) for record in chosen}
    try:
        wait_for(lambda: state_of(stage, "books") == ConnectionState.PARKED, PATIENCE_SECONDS, "parked")
        screen.say(
            f"Geparkeerd: {work_left(stage).left} wijzigingen wachten, er gaat alleen nog een peiling uit.",
            f"Parked: {work_left(stage).left} changes wait, only a probe goes out now and then.",
        )
        time.sleep(OUTAGE_SECONDS)
    finally:
        books.control("DELETE", "outage")
    back = now(stage)
    refused = books.control("GET", "stats")["refused"]["outage"] - before
    took = max(plot.arrival(one, since, PATIENCE_SECONDS) - (back - since).total_seconds()
               for one, since in saved.items())  # fmt: skip
    plot.measure("SnelStart terug, alles bij", "SnelStart back, all caught up", took)
    screen.good(
        f"Terug: alle {len(saved)} aangekomen binnen {took:.1f} s; {refused} aanroepen vonden de deur dicht.",
        f"Back: all {len(saved)} arrived within {took:.1f} s; {refused} calls found the door closed.",
    )


def worker_killed(plot: Plot) -> str:
    """Kill the worker between the deed and its answer; returns the id of the record."""
    stage, screen, books = plot.stage, plot.stage.screen, plot.stage.books
    screen.act("5  Een worker gedood midden in een create", "5  A worker killed in the middle of a create")
    books.control(
        "POST", "faults", {"kind": "timeout_after", "method": "POST", "path": "/v2/relaties", "count": 1}
    )
    record_id = stage.crm.edit(None, plot.cast.newcomer())
    wait_for(lambda: books.control("GET", "faults")[0]["hits"] > 0, PATIENCE_SECONDS, "create")
    (victim,) = stage.supervisor.pids("worker")
    stage.supervisor.kill("worker")
    books.control("DELETE", "faults")
    screen.say(
        f"SnelStart heeft de relatie gemaakt en de worker (proces {victim}) is gedood (kill -9) voor het antwoord kwam.",
        f"SnelStart made the relatie, and the worker (process {victim}) was killed (kill -9) before the answer came.",
    )
    screen.note(
        f"{open_intents(stage)} schrijfactie met onbekende afloop staat in PostgreSQL; die wordt straks opgezocht.",
        f"{open_intents(stage)} write of unknown outcome stands in PostgreSQL; it will be located later on.",
    )
    return record_id


def redis_emptied(plot: Plot, created: str) -> None:
    """Empty Redis while edits wait for the worker's return; all must arrive, the broken-off create included."""
    stage, screen = plot.stage, plot.stage.screen
    screen.act("6  Redis geleegd terwijl er werk wacht", "6  Redis emptied with work pending")
    chosen = plot.cast.take(mapped(stage, plot.cast.free), WIPE_EDITS)
    saved = {record["id"]: plot.edit(record) for record in chosen}
    wait_for(lambda: pending(stage, saved) == len(saved), PATIENCE_SECONDS, "hooks")
    wiped = now(stage)
    stage.runtime.redis.flushall()
    screen.say(
        f"{len(saved)} wijzigingen en de afgebroken create wachten; FLUSHALL. Alle wekberichten en tellers zijn weg.",
        f"{len(saved)} changes and the broken-off create wait; FLUSHALL. All wake-ups and counters are gone.",
    )
    screen.note(
        "De limieten tellen bij de leveranciers door; daarom gaat er eerst een hele minuut niets uit.",
        "The vendors' counters go on, so nothing goes out for one full minute first.",
    )
    everything = [*saved, created]
    with screen.bar("Wachten en bijwerken", "Waiting, then catching up") as tell:
        wait_for(lambda: _caught_up(plot, everything, tell), WIPE_SECONDS, "after FLUSHALL")
    seconds = (now(stage) - wiped).total_seconds()
    plot.measure("Redis geleegd, alles bij", "Redis emptied, all caught up", seconds)
    screen.good(
        f"Alles aangekomen {seconds:.0f} s na het legen.", f"All arrived {seconds:.0f} s after the wipe."
    )
    screen.good(
        f"De afgebroken create: {' -> '.join(outcomes(stage, created))}; opgezocht en overgenomen, niet herhaald "
        f"(niet eerder dan {DEADLINE_SECONDS + SETTLE_SECONDS:.0f} s na het begin).",
        f"The broken-off create: {' -> '.join(outcomes(stage, created))}; located and adopted, not repeated "
        f"(not before {DEADLINE_SECONDS + SETTLE_SECONDS:.0f} s after it began).",
    )


def _caught_up(plot: Plot, record_ids: list[str], tell: object) -> bool:
    left = pending(plot.stage, record_ids)
    parts = [note(plot.stage.here, work_left(plot.stage), 0, 0)]
    if seconds := _silence(plot):
        parts.insert(
            0, plot.stage.screen.words(f"nog {seconds:.0f} s stil", f"silent for {seconds:.0f} s more")
        )
    tell(len(record_ids) - left, len(record_ids), "; ".join(part for part in parts if part))  # type: ignore[operator]
    return left == 0


def _silence(plot: Plot) -> float:
    """Tell how long the budget of the books still grants nothing."""
    from sync.candidates import Sides  # noqa: PLC0415
    from worker.demo.office import LINK  # noqa: PLC0415

    with suppress(RedisError):
        info = Sides.open(plot.stage.runtime.outside, LINK).target.info
        return Budget.of(info, plot.stage.runtime.outside).snapshot().wait_seconds
    return 0.0
