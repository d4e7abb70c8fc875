"""The command as a real process, with servers of its own that it starts and leaves stopped."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.settings import Settings
from tests.fixtures.processes import REPOSITORY
from tests.sync.config.files import ENVIRONMENT
from tests.worker.test_cli_configuration import TEXT
from worker.embedded import EmbeddedServers
from worker.runtime import Runtime

PROGRAM = [sys.executable, "-W", "error", "-c", "from worker.cli import main; main()"]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="bb-cli-"))
    # As root the servers run as nobody, who must be able to pass through.
    path.chmod(0o711)
    yield path
    EmbeddedServers(path / "data").destroy()
    shutil.rmtree(path)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOEKBRUG_")}
    environment = kept | ENVIRONMENT | {"BOEKBRUG_DATA_DIR": str(folder / "data")}
    return subprocess.run(
        [*PROGRAM, *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(result: subprocess.CompletedProcess[str]) -> Any:
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_a_first_apply_starts_servers_makes_the_schema_and_stops_them(folder: Path) -> None:
    file = folder / "boekbrug.yaml"
    file.write_text(TEXT)
    assert len(answer(run(folder, "apply", str(file), "--json"))["changes"]) == 3
    assert not EmbeddedServers(folder / "data").answer()
    assert answer(run(folder, "plan", str(file), "--json"))["changes"] == []


def test_a_command_joins_running_servers_and_leaves_them_running(folder: Path) -> None:
    settings = Settings(data_dir=folder / "data", database_url=None, redis_url=None)
    with Runtime.open(settings) as runtime:
        assert runtime.outside.redis.ping()
        assert answer(run(folder, "connections", "--json")) == {"connections": []}
        assert runtime.servers is not None
        assert runtime.servers.answer()


def test_the_shell_is_offered_completion() -> None:
    script = subprocess.run(
        [*PROGRAM, "--show-completion", "bash"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )
    assert script.returncode == 0, script.stderr
    assert "boekbrug" in script.stdout
