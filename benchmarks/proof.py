"""Measure every figure, keep the results with date and command, and show them in one table.

    python -m benchmarks.proof [--only calls crashes] [--short] [--together 2]

Runs that measure time go alone, one after another; the others may go side by side. The newest result of each
run stands in the tables of benchmarks/README.md and benchmarks/results/README.md. `--add` takes over a result
that was made by hand with `--out`. Exit code 1 when a bound was missed or a run did not end well.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import RUNS, Run, reported
from benchmarks.measure import say

HERE = Path(__file__).parent
RESULTS = HERE / "results"
SHORT_RESULTS = HERE.parent / "var" / "proof-short"
"""A short form proves that everything runs, no figure: it is not kept with the results."""
START, END = "<!-- results -->", "<!-- end of results -->"
Result = dict[str, Any]


def perform(run: Run, *, short: bool) -> Result:
    """Run one program to its end and read its answer."""
    began = time.monotonic()
    command = run.command(short=short)
    say(f"{run.name} starts: python -m {' '.join(command)}")
    with tempfile.TemporaryDirectory(prefix="boekbrug-proof-") as folder:
        out = ["--out", folder] if run.writes else []
        code, printed = _call([sys.executable, "-m", *command, *out], run.minutes * 60 * 3)
        rows = list(run.read(printed, Path(folder)))
    result = _result(run, " ".join(["python", "-m", *command]), rows, code)
    result["seconds"] = round(time.monotonic() - began)
    if result["verdict"] != "reached":
        result["last_words"] = _without_paths(printed[-1500:])
    say(f"{run.name}: {result['verdict']} in {result['seconds']} s")
    return result


def _call(command: Sequence[str], seconds: float) -> tuple[int, str]:
    """Return exit code and output; a program that takes far too long is ended."""
    try:
        done = subprocess.run(
            command, cwd=HERE.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        # Bytes, whatever was asked for: the text was cut off.
        return -1, (error.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout


def _without_paths(words: str) -> str:
    """Leave out where this machine keeps things."""
    return words.replace(str(HERE.parent), ".").replace(tempfile.gettempdir(), "(temp)")


def _result(run: Run, command: str, rows: list[dict[str, Any]], code: int) -> Result:
    asked = [row for row in rows if row["good"] is not None]
    reached = bool(asked) and all(row["good"] for row in asked) and code == 0
    missed = bool(asked) and not all(row["good"] for row in asked)
    return {
        "run": run.name,
        "figure": run.figure,
        "verdict": "reached" if reached else "missed" if missed else "failed",
        "command": command,
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "rows": rows,
    }


def perform_all(runs: Sequence[Run], *, short: bool, together: int) -> Iterator[Result]:
    """Yield each result as it comes: first what may run side by side, then what has to be alone."""
    crowd = [run for run in runs if not run.alone]
    with ThreadPoolExecutor(max(1, together)) as pool:
        yield from pool.map(lambda run: perform(run, short=short), crowd)
    for run in runs:
        if run.alone:
            yield perform(run, short=short)


def keep(folder: Path, result: Result) -> None:
    """Put a result in the document of its day; the newest of a run stands."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{result['date'][:10]}.json"
    document = json.loads(file.read_text()) if file.exists() else {}
    document[result["run"]] = result
    file.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def newest(folder: Path) -> list[Result]:
    """Return the newest result of every run, by figure."""
    found: dict[str, Result] = {}
    for file in sorted(folder.glob("*.json")):
        found |= json.loads(file.read_text())
    order = [run.name for run in RUNS]
    return sorted(found.values(), key=lambda one: order.index(one["run"]) if one["run"] in order else 99)


def table(results: Sequence[Result]) -> str:
    """Write the results as a Markdown table."""
    lines = [
        "| figure | measured | bound | value | verdict | date | command |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for row in result["rows"] or [{"name": "no answer", "value": "", "bound": "", "good": False}]:
            verdict = "" if row["good"] is None else "reached" if row["good"] else "**missed**"
            lines.append(
                f"| {result['figure']} | {row['name']} | {row['bound']} | {row['value']} | {verdict} "
                f"| {result['date'][:10]} | `{result['command']}` |"
            )
    machines = {f"{one['machine']['cores']} cores, Python {one['machine']['python']}" for one in results}
    return "\n".join([*lines, "", f"Measured on: {'; '.join(sorted(machines))}."])


def show(folder: Path) -> None:
    """Renew the tables that people read."""
    found = table(newest(folder))
    (folder / "README.md").write_text(f"# Results\n\nWritten by `python -m benchmarks.proof`.\n\n{found}\n")
    page = HERE / "README.md"
    if folder == RESULTS and page.exists():
        before, _, rest = page.read_text().partition(START)
        after = rest.partition(END)[2]
        page.write_text(f"{before}{START}\n\n{found}\n\n{END}{after}")


def add(file: Path) -> Result:
    """Take over a result that one program wrote by itself."""
    document = json.loads(file.read_text())
    words = document["command"].split()
    run = next(one for one in RUNS if one.module == words[2])
    command = " ".join(words[: words.index("--out")] if "--out" in words else words)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).write_text(file.read_text())
        rows = list(reported("", Path(folder)))
    result = _result(run, command, rows, 0 if document["verdict"] == "reached" else 1)
    return {**result, "date": document["date"][:16], "machine": document["machine"]}


def chosen_runs(names: Sequence[str]) -> list[Run]:
    """Return the runs asked for, by name or figure number; all when none is named. Raises SystemExit."""
    known = {run.name for run in RUNS} | {str(run.figure) for run in RUNS}
    if unknown := set(names) - known:
        raise SystemExit(f"no such run: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return [run for run in RUNS if not names or {run.name, str(run.figure)} & set(names)]


def main() -> int:
    """Run, keep and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="names of runs, or numbers of figures")
    parser.add_argument("--short", action="store_true", help="only to see whether everything runs")
    parser.add_argument("--together", type=int, default=2, help="how many runs go side by side")
    parser.add_argument("--add", type=Path, help="a result made by hand with --out")
    chosen = parser.parse_args()
    out = SHORT_RESULTS if chosen.short else RESULTS
    runs = chosen_runs(chosen.only)
    results = iter([add(chosen.add)]) if chosen.add else perform_all(runs, short=chosen.short, together=chosen.together)
    good = True
    for result in results:
        keep(out, result)
        good &= result["verdict"] == "reached"
    show(out)
    print(table(newest(out)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
