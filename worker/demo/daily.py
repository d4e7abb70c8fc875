"""Acts two and three: ordinary edits, told of by signed hooks, and one that only polling finds."""

from worker.demo.office import POLL_SECONDS
from worker.demo.opening import wait_for_web
from worker.demo.plot import Plot
from worker.demo.watching import mapped, wait_for

PATIENCE_SECONDS = 20.0
EDITS = 3


def edit_live(plot: Plot) -> None:
    """Save three mapped records; the signed hook tells of each."""
    stage, screen = plot.stage, plot.stage.screen
    wait_for_web(plot)

    def cast() -> list[str] | None:
        found = mapped(stage, plot.cast.free)
        return list(found) if len(found) > EDITS else None

    known = wait_for(cast, 60, "mappings")
    screen.act(
        "2  Drie wijzigingen via de ondertekende hook (de backfill loopt door)",
        "2  Three live edits through the signed hook (the backfill goes on)",
    )
    for record in plot.cast.take(known, EDITS):
        seconds = plot.arrival(record["id"], plot.edit(record), PATIENCE_SECONDS)
        plot.measure(f"hook: {record['name']}", f"hook: {record['name']}", seconds)
        screen.good(
            f"{record['name']}: nieuw telefoonnummer in SnelStart na {seconds:.2f} s",
            f"{record['name']}: new telephone number in SnelStart after {seconds:.2f} s",
        )


def edit_unheard(plot: Plot) -> None:
    """Save one record without a hook; the poll finds it."""
    stage, screen = plot.stage, plot.stage.screen
    screen.act("3  Eén wijziging zonder hook: de poll vindt haar", "3  One edit without a hook: polling finds it")
    (record,) = plot.cast.take(mapped(stage, plot.cast.free), 1)
    seconds = plot.arrival(record["id"], plot.edit(record, hooks=False), PATIENCE_SECONDS)
    plot.measure(f"poll: {record['name']}", f"poll: {record['name']}", seconds)
    screen.good(
        f"{record['name']}: in SnelStart na {seconds:.1f} s (er wordt elke {POLL_SECONDS} s gevraagd)",
        f"{record['name']}: in SnelStart after {seconds:.1f} s (the poll asks every {POLL_SECONDS} s)",
    )
