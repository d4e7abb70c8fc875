"""Measure figure 4: hooks per second, the product beside the floor, on the same servers and in turns.

`python -m benchmarks.hook_throughput`; exit 1 when the product reaches less than 0.6 of the floor.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from models.database import migrate
from models.settings import Settings
from models.tables import Connection, Link
from sync.config.loading import CREDENTIALS, HOOK_SECRETS, HOOK_TOKEN_HASH
from tasks.runtime import Runtime
from worker.embedded import EmbeddedServers, Servers

REPOSITORY = Path(__file__).parents[1]
TARGET = 0.6
TOKEN, SECRET = "bench", "bench-secret"
READY = re.compile(r"(?:listening|running) on (http://[\d.:]+)")


@dataclass(frozen=True, slots=True)
class Rates:
    """Hold one turn's hooks per second of both."""

    floor: float
    product: float

    @property
    def ratio(self) -> float:
        """Tell what share of the floor the product reached."""
        return self.product / self.floor


def seed(runtime: Runtime) -> None:
    """Configure one source, one target and one link, so that each hook makes a job."""
    vault = runtime.vault
    closed = vault.seal_json({}, CREDENTIALS)
    with runtime.sessions.begin() as session:
        source = Connection(
            name="crm",
            system="simplicate",
            base_url="http://127.0.0.1:9",
            credentials=closed,
            hook_secrets=vault.seal_json([SECRET], HOOK_SECRETS),
            hook_token_hash=vault.hash(HOOK_TOKEN_HASH, TOKEN),
        )
        target = Connection(name="books", system="snelstart", base_url="http://127.0.0.1:9", credentials=closed)
        session.add_all([source, target])
        session.flush()
        rules = {"relations": {"flag": None}}
        session.add(Link(name="office", source_id=source.id, target_id=target.id, rules=rules))


def environment(addresses: Servers, folder: Path) -> dict[str, str]:
    """Name the servers to both applications; all else is as delivered."""
    return {
        **os.environ,
        "BOEKBRUG_DATABASE_URL": addresses.database_url,
        "BOEKBRUG_REDIS_URL": addresses.redis_url,
        "BOEKBRUG_DATA_DIR": str(folder / "own"),
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def serving(command: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run a web server with its output in a file; yields its address."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=REPOSITORY,
            env=dict(env),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(20)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        if found := READY.search(log.read_text()):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"no server: {log.read_text()[-2000:]}")


def send(url: str, first: int, connections: int, seconds: float) -> float:
    """Run the client in a process of its own; returns hooks per second. Raises when one was refused."""
    client = ["benchmarks.hook_client", url, "--secret", SECRET, "--first", str(first)]
    numbers = ["--connections", str(connections), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", *client, *numbers], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    if result["refused"]:
        raise RuntimeError(f"{result['refused']} hooks were refused")
    return float(result["per_second"])


def turns(floor: str, product: str, chosen: argparse.Namespace) -> Iterator[Rates]:
    """Measure in turns, so that a slow moment of the machine meets both."""
    for turn in range(chosen.turns):
        first = turn * 10_000_000
        rates = Rates(
            send(f"{floor}/", first, chosen.connections, chosen.seconds),
            send(f"{product}/hooks/{TOKEN}", first, chosen.connections, chosen.seconds),
        )
        print(f"floor {rates.floor:7.0f}/s  product {rates.product:7.0f}/s  ratio {rates.ratio:.2f}", flush=True)
        yield rates


def measure(chosen: argparse.Namespace, folder: Path) -> float:
    """Start everything and return the median ratio."""
    with EmbeddedServers(folder / "data") as servers:
        env = environment(servers.addresses, folder)
        migrate(servers.addresses.database_url)
        runtime = Runtime.open(
            Settings(
                database_url=servers.addresses.database_url,
                redis_url=servers.addresses.redis_url,
                data_dir=folder / "own",
            )
        )
        seed(runtime)
        runtime.close()
        floor = ("uvicorn", "--factory", "benchmarks.hook_floor:create_app", "--port", "0", "--no-access-log")
        with (
            serving(floor, env, folder / "floor.log") as floor_url,
            serving(("web", "--port", "0"), env, folder / "web.log") as product_url,
        ):
            return median(rates.ratio for rates in turns(floor_url, product_url, chosen))


def main() -> int:
    """Read the command line, measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=32)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="boekbrug-bench-") as name:
        folder = Path(name)
        # As root the servers run as nobody, who must be able to pass through.
        folder.chmod(0o711)
        ratio = measure(chosen, folder)
    print(f"hook throughput: {ratio:.2f} of the floor (target {TARGET})")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
