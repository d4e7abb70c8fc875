"""Tell the story, act by act."""

from worker.demo.cast import Cast
from worker.demo.daily import edit_live, edit_unheard
from worker.demo.failing import fail_and_cure
from worker.demo.mishaps import books_away, redis_emptied, worker_killed
from worker.demo.opening import bring_across, introduce
from worker.demo.plot import Plot
from worker.demo.stage import Stage
from worker.demo.watching import TooLate


def tell_story(stage: Stage) -> Plot:
    """Play all acts; what comes too late ends the story, and the verification says what is missing."""
    plot = Plot(stage, Cast(stage.data))
    try:
        introduce(plot)
        bring_across(plot, _ordinary_day)
        books_away(plot)
        redis_emptied(plot, worker_killed(plot))
    except TooLate as error:
        plot.late.append(str(error))
        stage.screen.say(f"Te laat: {error}", f"Too late: {error}", style="red")
    return plot


def _ordinary_day(plot: Plot) -> None:
    edit_live(plot)
    plot.stage.start_the_rest()
    edit_unheard(plot)
    fail_and_cure(plot)
