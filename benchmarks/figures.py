"""List the runs that prove the figures: what is started, how long it takes and how its answer is read."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""One line of a result: `name`, `value`, `bound`, `good` (None where nothing is asked)."""
Read = Callable[[str, Path], Iterator[Row]]
"""Take what a run printed and the folder it wrote in."""


def reported(_: str, folder: Path) -> Iterator[Row]:
    """Read the documents of `benchmarks.measure.Report`."""
    for file in sorted(folder.glob("*.json")):
        document = json.loads(file.read_text())
        for line in document["lines"]:
            asked = line["most"] is not None or line["least"] is not None
            name = f"{document['figure'].partition('-')[2]}: {line['name']}"
            yield {
                "name": name,
                "value": round(line["value"], 4),
                "bound": _bound(line),
                "good": line["good"] if asked else None,
            }


def _bound(line: Mapping[str, Any]) -> str:
    most = f"≤ {line['most']:g}" if line["most"] is not None else ""
    least = f"≥ {line['least']:g}" if line["least"] is not None else ""
    return " and ".join(filter(None, (least, most)))


def saturation(printed: str, _: Path) -> Iterator[Row]:
    """Read the lines of `benchmarks.budget_saturation`."""
    for found in _documents(printed):
        case = f"{found['limit']}/min, {found['concurrent']} at once"
        case += f", Redis emptied {found['wipes']}x" if found["wipes"] else ""
        refused = found["refused"]
        yield {"name": f"{case}: refused", "value": refused, "bound": "≤ 0", "good": not refused}
        most, limit = found["most_sliding"], found["limit"]
        yield {"name": f"{case}: fullest minute", "value": most, "bound": f"≤ {limit}", "good": most <= limit}
        most = found["most_calendar"]
        yield {
            "name": f"{case}: fullest calendar minute",
            "value": most,
            "bound": f"≤ {limit}",
            "good": most <= limit,
        }
        share = max(found["of_window"], found["of_concurrency"])
        asked = not found["wipes"]
        yield {
            "name": f"{case}: share of what is allowed",
            "value": share,
            "bound": "≥ 0.98" if asked else "",
            "good": share >= 0.98 if asked else None,
        }


def decisions(printed: str, _: Path) -> Iterator[Row]:
    """Read the line of `benchmarks.budget_decisions`."""
    for found in _documents(printed):
        yield {
            "name": "decisions: ratio to the faster library",
            "value": found["ratio"],
            "bound": f"≥ {found['floor']}",
            "good": found["ratio"] >= found["floor"],
        }


def hooks(printed: str, _: Path) -> Iterator[Row]:
    """Read the last line of `benchmarks.hook_throughput`."""
    for ratio, target in re.findall(r"hook throughput: ([\d.]+) of the floor \(target ([\d.]+)\)", printed):
        yield {
            "name": "hooks: share of the floor's throughput",
            "value": float(ratio),
            "bound": f"≥ {target}",
            "good": float(ratio) >= float(target),
        }


def tests(printed: str, _: Path) -> Iterator[Row]:
    """Read pytest's last line."""
    counted = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", printed)}
    for word, bound in (("passed", "≥ 1"), ("failed", "≤ 0")):
        value = counted.get(word, 0)
        yield {
            "name": f"a crash at every step: tests {word}",
            "value": value,
            "bound": bound,
            "good": value >= 1 if word == "passed" else value == 0,
        }


def _documents(printed: str) -> Iterator[dict[str, Any]]:
    for line in printed.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@dataclass(frozen=True, slots=True)
class Run:
    """Hold one program to run for a figure."""

    name: str
    figure: int
    module: str
    arguments: Sequence[str] = ()
    short: Sequence[str] = ()
    """Arguments instead of the full ones, for a look whether everything still runs."""
    minutes: float = 10
    """How long the full form takes on 2 cores; three times that is its end."""
    alone: bool = False
    """Whether it measures time, so that nothing may run beside it."""
    read: Read = reported

    def command(self, *, short: bool) -> list[str]:
        """Return the module and its arguments."""
        return [self.module, *(self.short if short else self.arguments)]

    @property
    def writes(self) -> bool:
        """Tell whether it takes `--out`."""
        return self.read is reported


def _budget(limits: str, wipes: int, minutes: float) -> Run:
    name = f"budget-{limits.partition(':')[0]}{'-wiped' if wipes else ''}"
    full = ("--limits", limits, *(("--wipes", str(wipes)) if wipes else ()))
    short = (*full, "--window", "5")
    return Run(name, 2, "benchmarks.budget_saturation", full, short, minutes, read=saturation)


STEPS = ("-q", "tests/flows/test_crashes.py")

RUNS = (
    Run("calls", 1, "benchmarks.calls", (), ("--relations", "300", "--samples", "3"), 60),
    _budget("100:5", 0, 4),
    _budget("500:50", 0, 4),
    _budget("100:5", 2, 6),
    _budget("500:50", 2, 6),
    Run(
        "latency",
        3,
        "benchmarks.latency",
        (),
        ("--parts", "idle", "polled", "--samples", "10"),
        150,
        alone=True,
    ),
    Run(
        "hooks",
        4,
        "benchmarks.hook_throughput",
        (),
        ("--turns", "3", "--seconds", "1"),
        2,
        alone=True,
        read=hooks,
    ),
    Run(
        "decisions",
        5,
        "benchmarks.budget_decisions",
        (),
        ("--runs", "3", "--seconds", "0.3"),
        2,
        alone=True,
        read=decisions,
    ),
    Run(
        "crashes",
        6,
        "benchmarks.crashes",
        (),
        ("--changes", "120", "--kills", "8", "--doubles", "16", "--seconds", "20", "--workers", "2"),
        14,
    ),
    Run("crash-steps", 6, "pytest", STEPS, STEPS, 3, read=tests),
    Run(
        "two-targets",
        8,
        "benchmarks.two_targets",
        (),
        (
            *("--relations", "80", "--kills", "3", "--edits", "10", "--seconds", "10", "--workers", "2"),
            *("--wipes", "1", "--restarts", "1", "--revocations", "2", "--counted", "280"),
        ),
        40,
    ),
    Run("pages", 9, "benchmarks.pages", (), ("--relations", "2000", "--attempts", "20000"), 3, alone=True),
    Run("outages", 7, "benchmarks.outages", (), (), 15, alone=True),
)
"""Every run of `make proof`, by figure."""
