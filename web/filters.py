"""Write moments and numbers as the reader's country does."""

from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from web.navigation import MENU


def add_filters(environment: Environment, zone: ZoneInfo) -> None:
    """Give templates `moment`, `day`, `clock` and `figure`, and the menu."""

    def moment(at: datetime | None) -> Markup:
        """Show date and time in the office's zone, with the exact moment for machines."""
        return _time(at, zone, "%d-%m-%Y %H:%M:%S")

    def clock(at: datetime | None) -> Markup:
        """Show the time only."""
        return _time(at, zone, "%H:%M")

    def day(at: datetime | None) -> Markup:
        """Show the date only."""
        return _time(at, zone, "%d-%m-%Y")

    environment.filters |= {"moment": moment, "clock": clock, "day": day, "figure": figure, "span": span}
    environment.globals["menu"] = MENU
    environment.trim_blocks = environment.lstrip_blocks = True


def _time(at: datetime | None, zone: ZoneInfo, form: str) -> Markup:
    if at is None:
        return Markup("-")
    local = at.astimezone(zone)
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), local.strftime(form))


def figure(number: float | None, language: str = "nl") -> str:
    """Write a number with the language's thousands mark."""
    if number is None:
        return "-"
    text = f"{number:,.0f}"
    return text.replace(",", ".") if language == "nl" else text


def span(milliseconds: float | None, language: str = "nl") -> str:
    """Write how long something took in the unit that a reader would use."""
    if milliseconds is None:
        return "-"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".", "," if language == "nl" else ".")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} " + ("uur" if language == "nl" else "h")
    if hours:
        return f"{hours} " + ("uur" if language == "nl" else "h") + f" {minutes} min"
    return f"{minutes} min {rest} s"
