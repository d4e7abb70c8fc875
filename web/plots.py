"""Draw series as SVG on the server: pure functions from numbers to markup, without a script and without a style."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor, isfinite, log10
from typing import Literal

from markupsafe import Markup

WIDTH, HEIGHT = 440, 210
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 34, 24
STEPS = 4
"""Lines of the grid above zero."""
BIGGEST = 1e12
"""Above any count or time that is plotted; keeps coordinates within what browsers draw."""

Kind = Literal["one", "two", "limit", "ahead", "bar", "bar failed"]
Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Be one line, or one set of bars; a point without a value is a gap."""

    label: str
    kind: Kind
    points: Sequence[Point]
    feet: Sequence[float] = ()
    """Where bars that stand on others begin, one for each point; on the ground when empty."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Be one plot: what it shows, from when until when, and what stands along its foot."""

    key: str
    """Id of the element; unique on the page, letters and dashes."""
    title: str
    series: Sequence[Series]
    since: float
    until: float
    ticks: Sequence[tuple[float, str]] = field(default_factory=tuple)
    unit: str = ""
    decimal: str = ","

    @property
    def top(self) -> float:
        """Return the highest value of the scale: a round number that no point passes."""
        values = [value for one in self.series for _, value in _clean(one.points) if value is not None]
        return _round_up(max([1.0, *values]))


def draw(figure: Figure) -> Markup:
    """Return the figure as an inline SVG that names itself to a screen reader."""
    parts = [*_grid(figure), *_feet(figure), *_legend(figure)]
    width = _bar_width(figure)
    for one in figure.series:
        parts += _bars(figure, one, width) if one.kind.startswith("bar") else _lines(figure, one)
    name = f"{figure.key}-title"
    return Markup(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}">{}</title>{}</svg>'
    ).format(WIDTH, HEIGHT, name, name, figure.title, Markup("").join(parts))


def _clean(points: Sequence[Point]) -> list[Point]:
    """Make gaps of what cannot be drawn, and keep the rest on the scale."""
    return [(x, min(max(y, 0.0), BIGGEST) if y is not None and isfinite(y) else None) for x, y in points if isfinite(x)]


def _round_up(value: float) -> float:
    """Return the next 1, 2, 2.5 or 5 times a power of ten, so that the grid's numbers are whole or short."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10, 20) if step * power >= value)


def _x(figure: Figure, at: float) -> float:
    span = max(figure.until - figure.since, 1.0)
    share = min(1.0, max(0.0, (at - figure.since) / span))
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(figure: Figure, value: float) -> float:
    return HEIGHT - BOTTOM - min(1.0, value / figure.top) * (HEIGHT - TOP - BOTTOM)


def _number(figure: Figure, value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.10g}k".replace(".", figure.decimal)
    return f"{value:.3g}".replace(".", figure.decimal) if value < 1000 else f"{value:.0f}"


def _grid(figure: Figure) -> Iterator[Markup]:
    for step in range(STEPS + 1):
        value = figure.top * step / STEPS
        y = _y(figure, value)
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, WIDTH - RIGHT, y, y)
        label = _number(figure, value) + (f" {figure.unit}" if figure.unit and step == STEPS else "")
        yield Markup('<text class="end" x="{}" y="{:.1f}">{}</text>').format(LEFT - 5, y + 4, label)


def _feet(figure: Figure) -> Iterator[Markup]:
    for at, label in figure.ticks:
        yield Markup('<text class="mid" x="{:.1f}" y="{}">{}</text>').format(_x(figure, at), HEIGHT - 7, label)


def _legend(figure: Figure) -> Iterator[Markup]:
    x = float(LEFT)
    for one in figure.series:
        yield Markup('<line class="{} key" x1="{:.0f}" x2="{:.0f}" y1="14" y2="14"/>').format(one.kind, x, x + 18)
        yield Markup('<text x="{:.0f}" y="18">{}</text>').format(x + 23, one.label)
        x += 38 + 6.2 * len(one.label)


def _lines(figure: Figure, series: Series) -> Iterator[Markup]:
    """Break the line where a value is missing; a value alone becomes a short dash, so that it is seen."""
    run: list[str] = []
    for x, y in [*_clean(series.points), (0.0, None)]:
        if y is not None:
            run.append(f"{_x(figure, x):.1f},{_y(figure, y):.1f}")
        elif run:
            yield Markup('<polyline class="{}" points="{}"/>').format(series.kind, " ".join(_dash(run)))
            run = []


def _dash(run: list[str]) -> list[str]:
    if len(run) > 1:
        return run
    x, _, y = run[0].partition(",")
    return [f"{max(LEFT, float(x) - 1):.1f},{y}", f"{min(WIDTH - RIGHT, float(x) + 1):.1f},{y}"]


def _bar_width(figure: Figure) -> float:
    moments = sorted({x for one in figure.series if one.kind.startswith("bar") for x, _ in _clean(one.points)})
    apart = min((b - a for a, b in pairwise(moments)), default=figure.until - figure.since)
    share = apart / max(figure.until - figure.since, 1.0)
    return min(24.0, max(1.0, 0.8 * share * (WIDTH - LEFT - RIGHT)))


def _bars(figure: Figure, series: Series, width: float) -> Iterator[Markup]:
    feet = {x: foot for (x, _), foot in zip(series.points, series.feet, strict=False)}
    for x, y in _clean(series.points):
        foot = _y(figure, min(feet.get(x, 0.0), y or 0.0))
        top = _y(figure, y or 0.0)
        if foot - top <= 0:
            continue
        left = min(max(_x(figure, x), LEFT), WIDTH - RIGHT - width)
        yield Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            series.kind, left, top, width, foot - top
        )
