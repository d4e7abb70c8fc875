"""The demonstration's verdict can fail, and its stage is its own."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
import yaml

from sync.backfill import read_source, release, survey
from sync.candidates import Sides
from sync.config.applying import read_wanted
from tests.fixtures.bridge import Bridge, MakeBridge
from tests.fixtures.processes import REPOSITORY
from tests.fixtures.sandboxes import StartSandbox
from worker.cli.exits import Failure
from worker.demo.cast import Cast
from worker.demo.office import LINK, SECRETS, environment_of, file_text, settings_of
from worker.demo.plot import Plot
from worker.demo.stage import Stage, fresh_servers
from worker.demo.verifying import verify
from worker.embedded.home import Ownership

RECIPE = (
    "--relations",
    "40",
    "--in-books",
    "8",
    "--wrong",
    "0.125",
    "--doubles",
    "0.05",
    "--unticked",
    "0.1",
    "--to-nextens",
    "0",
)


class Door:
    """Reach a stand-in's control address as the demonstration does."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, name: str, given: Any = None) -> Any:
        return requests.request(method, f"{self.url}/_control/{name}", json=given, timeout=30).json()


@pytest.fixture
def plot(make_bridge: MakeBridge, start_sandbox: StartSandbox, tmp_path: Path) -> Plot:
    """Bring a small office across by the engine itself, without processes."""
    bridge: Bridge = make_bridge()
    seed = tmp_path / "data.json"
    command = [sys.executable, "-m", "sandbox.data", *RECIPE, "--out", str(seed)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    data = json.loads(seed.read_text())
    bridge.control("crm", "POST", "seed", data["simplicate"])
    bridge.control("books", "POST", "seed", data["snelstart"])
    bridge.apply()
    sides = Sides.open(bridge.outside, LINK)
    reading = read_source(bridge.outside, sides, lambda done, total: None)
    _, ids = survey(bridge.outside, sides, lambda done, total: None)
    release(bridge.outside, sides, ids, reading.started_at, lambda done, total: None)
    bridge.drain(60)
    stage = SimpleNamespace(
        crm=Door(bridge.crm.url),
        books=Door(bridge.books.url),
        tax=Door(start_sandbox("nextens").url),
        data=data,
        runtime=SimpleNamespace(sessions=bridge.outside.sessions),
    )
    return Plot(cast("Stage", stage), Cast(data))


def test_all_is_well_when_all_arrived_and_a_verdict_notices_each_kind_of_flaw(plot: Plot) -> None:
    assert verify(plot).flaws == []
    books, crm = plot.stage.books, plot.stage.crm
    first, second, third = sorted(plot.cast.free)[:3]
    relaties = {one["naam"]: one for one in books.control("GET", "state?resource=relaties")["relaties"]}
    names = {one["id"]: one["name"] for one in plot.stage.data["simplicate"]["organization"]}

    books.control("POST", "edit", {"id": relaties[names[first]]["id"], "changes": {"telefoon": "0"}})
    twin = {
        "naam": names[second],
        "relatiesoort": relaties[names[second]]["relatiesoort"],
        "relatiecode": 77777,
    }
    books.control("POST", "seed", {"relaties": [twin]})
    crm.control("POST", "edit", {"resource": "organization", "id": third, "changes": {"name": "Anders B.V."}})

    found = {flaw.record_id: flaw.en for flaw in verify(plot).flaws}
    assert "not the newest" in found[first]
    assert "2 times" in found[second]
    # Found by its KvK number under the old name.
    assert "naam" in found[third]
    assert len(found) == 3


def test_the_offices_file_is_accepted_and_holds_the_limits_of_production() -> None:
    text = file_text("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
    read_wanted(text.encode(), SECRETS)
    limits = {name: block["limits"] for name, block in yaml.safe_load(text)["connections"].items()}
    assert limits == {
        "crm": {"minute": 60, "poll": 24},
        "books": {"minute": 500, "hour": 5000, "concurrent": 50},
        "tax": {"minute": 60, "concurrent": 4},
    }


def test_the_shells_own_boekbrug_does_not_reach_the_processes(tmp_path: Path) -> None:
    chosen = settings_of(tmp_path, "postgresql://demo", "unix://demo", "http://127.0.0.1:1", "en")
    shell = {"BOEKBRUG_DATABASE_URL": "postgresql://real", "BOEKBRUG_PUBLIC_URL": "https://real", "HOME": "/h"}
    environment = environment_of(chosen, shell, 1, 2)
    assert environment["BOEKBRUG_DATABASE_URL"] == "postgresql://demo"
    assert environment.get("BOEKBRUG_PUBLIC_URL") != "https://real"
    assert environment["HOME"] == "/h"


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="bb-demo-"))
    yield path
    shutil.rmtree(path)


def test_a_second_demonstration_leaves_the_first_alone(folder: Path) -> None:
    first = Ownership(folder / "servers.lock")
    assert first.take()
    (folder / "boekbrug.yaml").write_text("of the first")
    with pytest.raises(Failure, match="already"):
        fresh_servers(folder)
    assert (folder / "boekbrug.yaml").exists()
    first.release()
    fresh_servers(folder)
    assert not (folder / "boekbrug.yaml").exists()
