"""Act one: match what the books know already and bring the rest across, while live edits go first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import requests

from models.words import Lane
from sync.backfill import read_source, release, survey
from sync.candidates import Sides
from worker.cli.backfill import Stop, follow, say_estimate
from worker.demo.office import DEADLINE_SECONDS, LEASE_SECONDS, LINK, SETTLE_SECONDS
from worker.demo.plot import Plot
from worker.demo.stage import HEALTHY_SECONDS
from worker.demo.watching import now, outcomes_of_link, wait_for


def introduce(plot: Plot) -> None:
    """Say which limits hold, as the stand-ins enforce them, and what is shorter than in production."""
    stage = plot.stage
    counts = {
        name: one.control("GET", "limits")
        for name, one in (("crm", stage.crm), ("books", stage.books), ("tax", stage.tax))
    }
    minute, hour = (window["count"] for window in counts["books"]["windows"])
    at_once, crm = counts["books"]["concurrent"], counts["crm"]["windows"][0]["count"]
    tax = counts["tax"]["windows"][0]["count"]
    books = f"{minute}/minute, {hour}/hour, {at_once} at once"
    stage.screen.say(
        f"Limieten als in productie, door de sandboxes gehandhaafd: SnelStart {minute} per minuut, "
        f"{hour} per uur, {at_once} tegelijk; Simplicate {crm} en Nextens {tax} per minuut.",
        f"Limits as in production, enforced by the sandboxes: SnelStart {books}; Simplicate {crm}/minute, "
        f"Nextens {tax}/minute.",
    )
    deadline, settle, lease = f"{DEADLINE_SECONDS:.0f}", f"{SETTLE_SECONDS:.0f}", f"{LEASE_SECONDS:.0f}"
    stage.screen.note(
        f"Korter dan in productie: deadline van een aanroep {deadline} s (30), tijd waarin een schrijfactie "
        f"nog kan landen {settle} s (60), lease {lease} s (60).",
        f"Shorter than in production: deadline of a call {deadline} s (30), time in which a write may still "
        f"land {settle} s (60), lease {lease} s (60).",
    )


def bring_across(plot: Plot, meanwhile: Callable[[Plot], None]) -> None:
    """Read, survey, estimate and release; then let a part of the story happen while the work goes on."""
    stage, screen = plot.stage, plot.stage.screen
    screen.act("1  Koppelen en backfill", "1  Match and backfill")
    # A person watches: the reading goes in the live lane, which is not spaced.
    sides = Sides.open(stage.runtime.outside, LINK, Lane.LIVE)
    with screen.bar("CRM lezen", "Reading the CRM") as tell:
        reading = read_source(stage.runtime.outside, sides, tell)
    with screen.bar("Overzicht maken", "Surveying") as tell:
        estimate, ids = survey(stage.runtime.outside, sides, tell)
        tell(len(ids), len(ids))
    say_estimate(stage.here, sides, estimate)
    began = now(stage)
    release(stage.runtime.outside, sides, ids, reading.started_at, lambda done, total: None)
    ending = Event()
    with screen.bar("Backfill", "Backfill") as tell, ThreadPoolExecutor(1) as beside:
        ends: Stop = lambda left: ending.is_set() or not left.left  # noqa: E731 - named for its type
        following = beside.submit(follow, stage.here, sides.link.id, tell, ends)
        try:
            meanwhile(plot)
        except BaseException:
            ending.set()
            raise
        following.result()
    seconds = (now(stage) - began).total_seconds()
    counts = outcomes_of_link(stage, began)
    screen.good(
        f"Klaar in {seconds:.0f} s: {_told(counts, 'nl')}",
        f"Done in {seconds:.0f} s: {_told(counts, 'en')}",
    )


OUTCOMES = {
    "created": ("aangemaakt", "created"),
    "linked": ("gekoppeld", "linked"),
    "updated": ("bijgewerkt", "updated"),
    "nothing": ("al gelijk", "equal already"),
    "issue": ("met een fout", "with a fault"),
    "review": ("ter beoordeling", "to be reviewed"),
}


def _told(counts: dict[str, int], language: str) -> str:
    return ", ".join(
        f"{counts[name]} {words[language == 'en']}" for name, words in OUTCOMES.items() if counts.get(name)
    )


def wait_for_web(plot: Plot) -> None:
    """Wait until hooks can be received."""

    def answers() -> bool:
        try:
            return requests.get(f"{plot.stage.web_url}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    wait_for(answers, HEALTHY_SECONDS, "web")
