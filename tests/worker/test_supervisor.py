"""Processes of a compose file run, come back, multiply and end, without Docker."""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.processes import StartModule
from tests.fixtures.waiting import eventually
from worker.compose import fill_in, seconds
from worker.embedded.processes import command_line
from worker.supervisor import Supervisor

# Notes its replica when it starts and when it is asked to end, then ends if it is polite.
ACTOR = """
import os, pathlib, signal, sys, time
name = sys.argv[1] + os.environ["BOEKBRUG_REPLICA"]
notes = pathlib.Path(os.environ["NOTES"])
def note(what):
    with notes.open("a") as file:
        file.write(f"{name} {what}\\n")
def end(*_):
    note("ends")
    if "stubborn" not in sys.argv:
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
if "broken" in sys.argv:
    sys.exit("cannot run: no paper")
note("starts")
while True:
    time.sleep(0.02)
"""
HEALTH = "import os, pathlib, sys; sys.exit('{} starts' not in pathlib.Path(os.environ['NOTES']).read_text())"

# A supervisor as a process of its own, to be killed.
KEEPER = """
import os, pathlib, sys, time
from worker.supervisor import Supervisor
keeper = Supervisor(os.environ, pathlib.Path(sys.argv[1]), ("worker",), pathlib.Path(sys.argv[2]))
keeper.start()
keeper.wait_healthy(10)
print("pid", *keeper.pids("worker"), flush=True)
time.sleep(60)
"""

MakeSupervisor = Callable[..., Supervisor]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def make_supervisor(tmp_path: Path, notes: Path) -> Iterator[MakeSupervisor]:
    made: list[Supervisor] = []

    def make(**characters: str) -> Supervisor:
        compose = write_compose(tmp_path, characters)
        environment = {**os.environ, "NOTES": str(notes)}
        made.append(Supervisor(environment, tmp_path / "log", tuple(characters), compose))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def write_compose(folder: Path, characters: dict[str, str]) -> Path:
    """Write a compose file (JSON is YAML too) with one service per name, and a character for each."""
    (folder / "actor.py").write_text(ACTOR)
    services = {
        name: {
            "command": ["python", str(folder / "actor.py"), name, character],
            "healthcheck": {"test": ["CMD", "python", "-c", HEALTH.format(f"{name}1")], "timeout": "5s"},
            "stop_grace_period": "300ms" if character == "stubborn" else "5s",
        }
        for name, character in characters.items()
    }
    (folder / "compose.yml").write_text(json.dumps({"services": services}))
    return folder / "compose.yml"


def test_a_killed_process_is_back_within_two_seconds(make_supervisor: MakeSupervisor) -> None:
    supervisor = make_supervisor(web="polite")
    supervisor.start()
    supervisor.wait_healthy(10)
    (first,) = supervisor.pids("web")
    supervisor.kill("web")
    eventually(lambda: supervisor.pids("web") not in ([], [first]), timeout=2)
    assert supervisor.starts("web") == 2


def test_a_process_that_cannot_run_is_tried_ever_less_often(make_supervisor: MakeSupervisor) -> None:
    supervisor = make_supervisor(web="broken")
    supervisor.start()
    time.sleep(3)
    # Pauses of 0.2, 0.4, 0.8 and 1.6 seconds: without them there would be about twenty starts.
    assert 2 <= supervisor.starts("web") <= 5


def test_waiting_for_health_in_vain_tells_the_last_words(make_supervisor: MakeSupervisor) -> None:
    supervisor = make_supervisor(web="broken")
    supervisor.start()
    eventually(lambda: supervisor.starts("web") == 2)
    with pytest.raises(TimeoutError, match=r"web is not healthy(.|\n)*no paper"):
        supervisor.wait_healthy(0.1)


def test_processes_end_in_reverse_order_and_stubborn_ones_are_killed(
    make_supervisor: MakeSupervisor, notes: Path
) -> None:
    supervisor = make_supervisor(web="polite", worker="stubborn", beat="polite")
    supervisor.start(worker=2)
    eventually(lambda: notes.read_text().count("starts") == 4)
    pids = [pid for name in ("web", "worker", "beat") for pid in supervisor.pids(name)]
    supervisor.stop()
    ends = [line for line in notes.read_text().splitlines() if line.endswith("ends")]
    assert (ends[0], sorted(ends[1:3]), ends[3]) == (
        "beat1 ends",
        ["worker1 ends", "worker2 ends"],
        "web1 ends",
    )
    assert not any(command_line(pid) for pid in pids)


def test_scaling_adds_replicas_with_their_own_number_and_ends_surplus(
    make_supervisor: MakeSupervisor, notes: Path
) -> None:
    supervisor = make_supervisor(worker="polite")
    supervisor.start()
    supervisor.scale(worker=3)
    eventually(lambda: "worker3 starts" in notes.read_text())
    supervisor.scale(worker=1)
    assert "worker3 ends" in notes.read_text()
    time.sleep(0.5)
    assert len(supervisor.pids("worker")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_processes_die_with_a_killed_supervisor(tmp_path: Path, notes: Path, start_module: StartModule) -> None:
    compose = write_compose(tmp_path, {"worker": "stubborn"})
    (tmp_path / "keeper.py").write_text(KEEPER)
    path = os.pathsep.join((str(tmp_path), str(Path.cwd()), os.environ.get("PYTHONPATH", "")))
    environment = {"NOTES": str(notes), "PYTHONPATH": path}
    keeper = start_module("keeper", str(tmp_path), str(compose), env=environment, ready=re.compile(r"pid \d+\n"))
    pid = int(keeper.output().split()[-1])
    assert command_line(pid)
    os.kill(keeper.pid, signal.SIGKILL)
    eventually(lambda: not command_line(pid), timeout=3)


def test_variables_are_filled_in_as_compose_does() -> None:
    environment = {"PORT": "81", "EMPTY": ""}
    assert fill_in("$PORT ${PORT} ${PORT:-80} ${EMPTY:-80} ${NONE:-} $$PORT", environment) == "81 81 81 80  $PORT"
    with pytest.raises(LookupError, match=r"KEY: set it in \.env"):
        fill_in("${KEY:?set it in .env}", environment)


@pytest.mark.parametrize(("text", "value"), [("300ms", 0.3), ("10s", 10), ("1m30s", 90), ("2h", 7200)])
def test_durations_are_read_as_compose_writes_them(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


def test_a_duration_without_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="not a duration"):
        seconds("10")
