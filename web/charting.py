"""Make the overview's plots out of its sums: budget, throughput and latency, each with its table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from web.plots import Figure, Series, draw
from web.queries.charts import SCALES, Chart, Span
from web.words import Words

AHEAD = 0.2
"""Share of the span that a forecast may stick out into the future."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Hold one drawn plot and the same numbers as a table."""

    key: str
    title: str
    svg: Markup
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Say what one connection's window will have used when the waiting work is done."""

    now: datetime
    used: int
    limit: int
    calls: int
    seconds: float


class Charter:
    """Draw the plots of one span in one language and zone."""

    def __init__(self, words: Words, zone: ZoneInfo, span: Span, chart: Chart) -> None:
        """Take what was read."""
        self._t = words
        self._zone = zone
        self._span = span
        self._chart = chart
        self._decimal = words["decimal"]

    def budget(self, title: str, ahead: Ahead | None) -> Plot:
        """Draw the calls used under their limit, and as a dashed line what the waiting work will add."""
        chart = self._chart
        used = [(at.timestamp(), _of(chart.samples.get(at), "used")) for at in chart.moments]
        limit = max([row.allowed for row in chart.samples.values()] + ([ahead.limit] if ahead else []), default=0)
        series = [Series(self._t["plot.used"], "one", used)]
        until = chart.until
        if ahead is not None and ahead.calls:
            until, points = self._forecast(ahead)
            series.append(Series(self._t["plot.ahead"], "ahead", points))
        if limit:
            line = [(chart.since.timestamp(), float(limit)), (until.timestamp(), float(limit))]
            series.append(Series(self._t["plot.limit"], "limit", line))
        rows = [(at, [self._text(_of(chart.samples.get(at), "used"))]) for at in chart.moments]
        return self._plot("plot-budget", title, series, [self._t["plot.used"]], rows, until=until)

    def _forecast(self, ahead: Ahead) -> tuple[datetime, list[tuple[float, float]]]:
        """Return until when the plot reaches, and the way from what is used to what will be."""
        room = timedelta(seconds=SCALES[self._span].length.total_seconds() * AHEAD)
        takes = timedelta(seconds=max(1.0, ahead.seconds))
        shown = min(takes, room)
        added = min(ahead.calls * (shown / takes), max(0, ahead.limit - ahead.used))
        end = ahead.now + shown
        return ahead.now + room, [(ahead.now.timestamp(), ahead.used), (end.timestamp(), ahead.used + added)]

    def throughput(self) -> Plot:
        """Draw what was written and what failed, per step."""
        chart = self._chart
        written = [(at, _of(chart.pulses.get(at), "written") or 0.0) for at in chart.moments]
        failed = [(at, _of(chart.pulses.get(at), "failed") or 0.0) for at in chart.moments]
        names = [self._t["plot.written"], self._t["plot.failed"]]
        stacked = [(at.timestamp(), a + b) for (at, a), (_, b) in zip(written, failed, strict=True)]
        series = [
            Series(names[0], "bar", [(at.timestamp(), y) for at, y in written]),
            Series(names[1], "bar failed", stacked, [y for _, y in written]),
        ]
        rows = [(at, [self._text(a), self._text(b)]) for (at, a), (_, b) in zip(written, failed, strict=True)]
        return self._plot("plot-throughput", self._t[f"plot.throughput_{self._span}"], series, names, rows)

    def latency(self) -> Plot:
        """Draw how long changes waited, from hearing to outcome, in seconds."""
        chart = self._chart
        names = [self._t["plot.p50"], self._t["plot.p95"]]
        waited = [[_seconds(_of(chart.pulses.get(at), name)) for at in chart.moments] for name in ("p50", "p95")]
        stamps = [at.timestamp() for at in chart.moments]
        series = [
            Series(names[0], "one", list(zip(stamps, waited[0], strict=True))),
            Series(names[1], "two", list(zip(stamps, waited[1], strict=True))),
        ]
        rows = [(at, [self._text(waited[0][i], 1), self._text(waited[1][i], 1)]) for i, at in enumerate(chart.moments)]
        return self._plot("plot-latency", self._t["plot.latency"], series, names, rows, unit="s")

    def _plot(
        self,
        key: str,
        title: str,
        series: Sequence[Series],
        names: Sequence[str],
        rows: Sequence[tuple[datetime, Sequence[str]]],
        *,
        unit: str = "",
        until: datetime | None = None,
    ) -> Plot:
        chart = self._chart
        end = until or chart.until
        shape = Figure(key, title, series, chart.since.timestamp(), end.timestamp(), self._ticks(), unit, self._decimal)
        said = [(self._clock(at), cells) for at, cells in rows if any(cell not in ("-", "0") for cell in cells)]
        return Plot(key, title, draw(shape), [f"{name} ({unit})" if unit else name for name in names], said)

    def _ticks(self) -> list[tuple[float, str]]:
        """Return the round moments along the foot, in the office's own time."""
        scale, chart = SCALES[self._span], self._chart
        length = scale.tick.total_seconds()
        found = []
        for at in chart.moments:
            local = at.astimezone(self._zone)
            if (local.hour * 3600 + local.minute * 60) % length == 0:
                found.append((at.timestamp(), f"{local:%H:%M}"))
        return found

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"

    def _text(self, value: float | None, digits: int = 0) -> str:
        if value is None:
            return "-"
        return f"{value:.{digits}f}".replace(".", self._decimal)


def _of(row: object, name: str) -> float | None:
    value = getattr(row, name, None)
    return None if value is None else float(value)


def _seconds(value: float | None) -> float | None:
    return None if value is None else value / 1000
