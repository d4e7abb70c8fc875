"""Read the sums of the last hour or day for the plots; rows a minute, never the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Span = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Say how far back a plot looks, and how many minutes one of its points sums up."""

    length: timedelta
    step: timedelta
    tick: timedelta


SCALES: dict[Span, Scale] = {
    "hour": Scale(timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=15)),
    "day": Scale(timedelta(days=1), timedelta(minutes=15), timedelta(hours=6)),
}

# The median of a quarter is that of its minutes, weighed by what was written in each; the high mark is the highest.
PULSES = text("""
SELECT date_bin(:step, minute, :since) AS at, sum(written) AS written, sum(failed) AS failed,
    sum(waited_p50_ms * written) / nullif(sum(written) FILTER (WHERE waited_p50_ms IS NOT NULL), 0) AS p50,
    max(waited_p95_ms) AS p95
FROM pulse WHERE minute >= :since AND minute < :until GROUP BY 1 ORDER BY 1
""")
SAMPLES = text("""
SELECT date_bin(:step, minute, :since) AS at, max(used) AS used, max(used + "left") AS allowed
FROM budget_sample
WHERE connection_id = :connection AND "window" = :window AND minute >= :since AND minute < :until
GROUP BY 1 ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class Chart:
    """Hold the points of all plots of one span, every step of it present or known to be missing."""

    since: datetime
    until: datetime
    moments: Sequence[datetime]
    pulses: dict[datetime, Row[Any]]
    samples: dict[datetime, Row[Any]]


def read_chart(session: Session, span: Span, connection_id: int | None, window: str) -> Chart:
    """Read the span that ends with the step that runs now, in two statements."""
    scale = SCALES[span]
    # Whole steps, so that the last one is the one that runs and the foot shows round moments.
    until = datetime.fromtimestamp((int(time() / scale.step.total_seconds()) + 1) * scale.step.total_seconds(), UTC)
    since = until - scale.length
    asked: dict[str, Any] = {"step": scale.step, "since": since, "until": until}
    pulses = {row.at: row for row in session.execute(PULSES, asked)}
    samples: dict[datetime, Row[Any]] = {}
    if connection_id is not None:
        found = session.execute(SAMPLES, asked | {"connection": connection_id, "window": window})
        samples = {row.at: row for row in found}
    moments = [since + number * scale.step for number in range(int(scale.length / scale.step))]
    return Chart(since, until, moments, pulses, samples)
