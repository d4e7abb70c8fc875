"""Judge measured values, show them as a table, and keep them with date and command line."""

import json
import math
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all do not exceed; infinite without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one value and its bound; without a bound it is told, not judged."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def good(self) -> bool:
        """Tell whether the bound is kept."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def bound(self) -> str:
        """Write the bound as people do."""
        most = "" if self.most is None else f"<= {self.most:g}"
        least = "" if self.least is None else f">= {self.least:g}"
        return " and ".join(part for part in (least, most) if part)


@dataclass
class Report:
    """Gather the values of one figure."""

    figure: str
    lines: list[Line] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    """What explains the values: parameters, counts by route, times."""

    def add(self, name: str, value: float, *, most: float | None = None, least: float | None = None) -> None:
        """Add a value and say it at once, so that a long run shows where it is."""
        line = Line(name, value, most, least)
        self.lines.append(line)
        say(f"{name}: {value:.4g} {line.bound} {'' if line.good else 'MISSED'}")

    @property
    def good(self) -> bool:
        """Tell whether every bound is kept."""
        return all(line.good for line in self.lines)

    def show(self) -> None:
        """Print the table."""
        width = max([len(line.name) for line in self.lines], default=0)
        print(f"\n{self.figure}")
        for line in self.lines:
            verdict = "" if not line.bound else "ok" if line.good else "MISSED"
            print(f"  {line.name:<{width}}  {line.value:>12.4g}  {line.bound:<12} {verdict}")
        print(f"  {'reached' if self.good else 'MISSED'}", flush=True)

    def write(self, out: Path | None) -> None:
        """Keep it in a folder of results; one file per figure, the newest stands."""
        if out is None:
            return
        out.mkdir(parents=True, exist_ok=True)
        document = {
            "figure": self.figure,
            "verdict": "reached" if self.good else "missed",
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": command_line(),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
            "lines": [asdict(line) | {"good": line.good} for line in self.lines],
            "notes": self.notes,
        }
        (out / f"{self.figure}.json").write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")

    def end(self, out: Path | None) -> int:
        """Show, keep, and return the exit code."""
        self.show()
        self.write(out)
        return 0 if self.good else 1


def command_line() -> str:
    """Return how this program was called."""
    module = getattr(sys.modules["__main__"].__spec__, "name", None) or Path(sys.argv[0]).name
    return " ".join(["python", "-m", module, *sys.argv[1:]])


def say(words: str) -> None:
    """Print a line of progress with its time."""
    print(f"{datetime.now(UTC):%H:%M:%S}  {words}", flush=True)
