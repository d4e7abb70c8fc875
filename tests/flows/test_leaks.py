"""After a whole run on real processes no BSN, RSIN or VAT number that holds one is found anywhere."""

import io
import json
import re
import socket
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import redis
import requests
from sqlalchemy import text
from typer.testing import CliRunner

from benchmarks.leaks import assert_no_leaks, dump_database, dump_files, dump_redis, find_leaks
from models.tables import Connection, SyncJob
from models.words import JobState, Lane
from sync.config.loading import HOOK_TOKEN
from tasks.wake import Waker
from tests.fixtures.bridge import Bridge, MakeBridge
from tests.fixtures.processes import ModuleProcess, StartModule
from tests.fixtures.waiting import eventually
from tests.flows.quoting import quoting
from tests.flows.sandbox_data import rsin
from tests.flows.test_privacy import Office
from worker.cli.main import app

NUMBER, ZERO = rsin(7_000), "012345672"

WRITTEN = {
    "plain": f"bsn={NUMBER};",
    "dots": f"{NUMBER[:4]}.{NUMBER[4:6]}.{NUMBER[6:]}",
    "spaces": f"{NUMBER[:2]} {NUMBER[2:4]} {NUMBER[4:6]} {NUMBER[6:]}",
    "each apart": "-".join(NUMBER),
    "hard spaces": "\u00a0".join((NUMBER[:3], NUMBER[3:6], NUMBER[6:])),
    "vat number": f"NL{NUMBER}B01",
    "in more digits": f"77{NUMBER}5",
    "base64": b64encode(f'{{"x": "{NUMBER}"}}'.encode()).decode(),
    "base64, one on": b64encode(f'{{"xy": "{NUMBER}"}}'.encode()).decode(),
    "base64, two on": b64encode(f'{{"xyz": "{NUMBER}"}}'.encode()).decode(),
    "base64 alone": b64encode(NUMBER.encode()).decode(),
    "base64 behind letters": f"abc{b64encode(NUMBER.encode()).decode()}",
    "base64 for addresses": urlsafe_b64encode(f"\u00ff\u00fe{NUMBER}".encode()).decode(),
    "base64 twice": b64encode(b64encode(NUMBER.encode())).decode(),
    "hex": NUMBER.encode().hex(),
    "hex, capitals": f"0{NUMBER.encode().hex().upper()}",
    "percent": "%2E".join((NUMBER[:4], NUMBER[4:6], NUMBER[6:])),
    "escaped": "".join(f"\\u00{ord(digit):x}" for digit in NUMBER),
    "on a page": "".join(f"&#{ord(digit)};" for digit in NUMBER),
    "plain digest": sha256(f"NL{NUMBER}B01".encode()).hexdigest(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_search_finds_a_number_however_it_is_written(how: str) -> None:
    heap = f"noise 2026-11-21T10:11:12.123456Z {WRITTEN[how]} 12345678 noise".encode()
    assert {leak.number for leak in find_leaks([NUMBER, ZERO], {"log": heap})} == {NUMBER}


def test_search_finds_numbers_in_bytes_and_without_their_zero() -> None:
    places = {
        "wide": f"x{NUMBER}x".encode("utf-16-le"),
        "digest": b"\x01" + sha256(NUMBER.encode()).digest(),
        "latin": b"\xe9\xff" + NUMBER.encode() + b"\xfe",
        "short": b'{"bsn": 12345672}',
        "short, with dots": b"12.345.672",
    }
    found = {(leak.place, leak.number) for leak in find_leaks([NUMBER, ZERO], places)}
    assert found == {(name, ZERO if name.startswith("short") else NUMBER) for name in places}


def test_search_takes_no_random_id_for_a_number() -> None:
    heap = f"a{NUMBER[:7]}-{NUMBER[7:]}ab-4abc-8abc-123456789abc c{NUMBER}0123456789abcdef012345".encode()
    assert find_leaks([NUMBER], {"ids": heap, "time": f"x succeeded in 0.0{NUMBER}5s: None".encode()}) == []
    assert find_leaks([NUMBER], {"ids": heap + NUMBER.encode()})


@dataclass
class Installation:
    """Everything that runs at an office, as processes of their own, and where each of them leaves words."""

    office: Office
    web: ModuleProcess
    worker: ModuleProcess
    flower: ModuleProcess
    flower_url: str
    environment: dict[str, str]
    server_logs: dict[Path, int]
    """Logs of servers that other tests use as well, with how long they were when this one began."""
    messages: set[bytes]
    """What stood in Redis at some moment of the run."""

    def wait_idle(self) -> None:
        """Wait until no job has work left."""
        rows = self.office.bridge.rows
        eventually(lambda: bool(rows(SyncJob)) and not rows(SyncJob, SyncJob.state == JobState.DUE), 60)

    def places(self) -> dict[str, bytes]:
        """Return all that was kept or said."""
        office = self.office
        logs = {path.name: path.read_bytes()[start:] for path, start in self.server_logs.items()}
        return {
            **dump_database(office.bridge.outside.sessions),
            **dump_redis(office.redis),
            "messages": b"\n".join(self.messages),
            **dump_files(self.web.log, self.worker.log, self.flower.log),
            **{name: said for name, said in logs.items() if said},
            "addresses": "\n".join(office.books.asked).encode(),
            **{f"web /{name}": get(f"{self.web.url}/{name}") for name in ("metrics", "readyz", "")},
            "flower tasks": get(f"{self.flower_url}/api/tasks?limit=10000"),
            "flower workers": get(f"{self.flower_url}/api/workers?refresh=1"),
            **{f"boekbrug {name}": self.command(name) for name in ("issues", "reviews", "log", "mappings")},
        }

    def command(self, *words: str) -> bytes:
        """Return what a command prints."""
        result = CliRunner().invoke(app, [*words, "--json"], env=self.environment)
        return result.output.encode()


def get(url: str) -> bytes:
    return requests.get(url, timeout=30).content


def wait_until_answers(url: str) -> None:
    def answers() -> bool:
        try:
            return requests.get(url, timeout=5).ok
        except requests.RequestException:
            return False

    eventually(answers, 60)


@pytest.fixture
def installation(
    make_bridge: MakeBridge,
    start_module: StartModule,
    fresh_database_url: str,
    redis_url: str,
    tmp_path: Path,
) -> Iterator[Installation]:
    """Start web, worker and Flower between a CRM that sends hooks and books that quote what they refuse."""
    bridge = make_bridge()
    environment = {
        "BOEKBRUG_DATABASE_URL": fresh_database_url,
        "BOEKBRUG_REDIS_URL": redis_url,
        "BOEKBRUG_SECRET_KEYS": f"t1:{b64encode(b't' * 32).decode()}",
        "BOEKBRUG_DATA_DIR": str(tmp_path / "data"),
        "BOEKBRUG_LOG_LEVEL": "DEBUG",
        "FLOWER_UNAUTHENTICATED_API": "true",
    }
    with ExitStack() as closing:
        books = closing.enter_context(quoting(bridge.books.url))
        bridge.books.url = books.url
        bridge.apply()
        client = closing.enter_context(redis.Redis.from_url(redis_url))
        web = start_module("web", "--port", "0", env=environment)
        send_hooks(bridge, web.url)
        celery = ("-A", "worker.app")
        queues = ("-P", "threads", "-c", "8", "-Q", "live,bulk,upkeep", "--without-gossip", "--without-mingle", "-E")
        worker = start_module("celery", *celery, "worker", *queues, env=environment, ready=re.compile(" ready"))
        port = free_port()
        options = ("--address=127.0.0.1", f"--port={port}", "--persistent=False")
        flower = start_module("celery", *celery, "flower", *options, env=environment, ready=None)
        wait_until_answers(f"http://127.0.0.1:{port}/api/workers")
        yield Installation(
            Office(bridge, books, io.StringIO(), client),
            web,
            worker,
            flower,
            f"http://127.0.0.1:{port}",
            environment,
            server_logs(bridge),
            closing.enter_context(watched(client)),
        )


@contextmanager
def watched(client: Any) -> Iterator[set[bytes]]:
    """Look into Redis all the while: its messages live for milliseconds."""
    seen: set[bytes] = set()
    ending = Event()

    def look() -> None:
        while not ending.wait(0.01):
            for queue in ("live", "bulk", "upkeep"):
                seen.update(client.lrange(queue, 0, -1))
            seen.update(client.hvals("unacked"))

    with ThreadPoolExecutor(1) as beside:
        watching = beside.submit(look)
        yield seen
        ending.set()
        watching.result()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def server_logs(bridge: Bridge) -> dict[Path, int]:
    """Find the logs of the embedded servers, beside their data; given ones keep theirs elsewhere."""
    with bridge.outside.sessions() as session:
        folder = Path(session.scalars(text("SHOW data_directory")).one()).parent / "log"
    return {path: path.stat().st_size for path in folder.glob("*.log")}


def send_hooks(bridge: Bridge, url: str) -> None:
    (crm,) = bridge.rows(Connection, Connection.name == "crm")
    token = bridge.outside.vault.open(crm.hook_token, HOOK_TOKEN).decode()
    target = {"url": f"{url}/hooks/{token}", "secret": "hook-secret"}
    bridge.control("crm", "PUT", "hooks", {"targets": [target]})


def with_leading_zero(place: int) -> str:
    """Return the `place`th number from a start that passes the 11-test."""
    found = (f"{number:09}" for number in count(12_000_000) if eleven_proof(f"{number:09}"))
    return next(number for at, number in enumerate(found) if at == place)


def eleven_proof(number: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0


def live_through(installation: Installation) -> list[str]:
    """Let people and companies come by hook and by poll, be taken, changed, doubled and refused by both sides."""
    office = installation.office
    zeros = [with_leading_zero(place) for place in range(3)]
    office.used += zeros
    bsn, vat, spoken = office.number(1), office.number(2), office.number(3)
    office.books.refused = {spoken, zeros[1]}
    double = office.number(4)
    ids = [
        office.person(f"{bsn[:4]}.{bsn[4:6]}.{bsn[6:]}"),
        office.person(zeros[0].lstrip("0")),
        office.person(office.wrong(1)),
        office.company(vat_number=f"NL{vat}B01"),
        office.company(vat_number=f"NL{spoken[:4]}.{spoken[4:6]}.{spoken[6:]}.B01"),
        office.company(vat_number=f"NL{zeros[1]}B01"),
        office.company(vat_number=f"NL{office.wrong(2)}B01"),
        office.company(vat_number="", custom_fields={"sync_snelstart": "1", "rsin": office.number(5)}),
        office.company(vat_number=f"NL{double}B01"),
        office.company(vat_number=f"NL{double}B01"),
        office.company(vat_number="", coc_code=office.number(6)),
        office.company(vat_number="", bank_account=f"NL00 {office.number(7)}"),
        office.company(vat_number="", email=zeros[2]),
    ]
    eventually(lambda: len(office.bridge.rows(SyncJob)) >= len(ids), 30)
    installation.wait_idle()
    office.bridge.poll()
    office.bridge.crm_save(ids[3], phone="0201112233", vat_number=f"NL{office.number(8)}B01")
    office.bridge.crm_save(ids[0], "person", custom_fields={"sync_snelstart": "1", "bsn": office.number(9)})
    installation.wait_idle()
    return ids


def test_after_a_whole_run_no_number_is_found_anywhere(installation: Installation) -> None:
    office = installation.office
    live_through(installation)
    installation.worker.stop()
    assert Waker(office.redis).wake([1, 2], Lane.LIVE)

    causes = {issue.cause for issue in office.bridge.open_issues()}
    assert {"check.bsn", "check.kvk", "check.iban", "check.email", "snelstart.REL-0088"} <= causes
    assert len(office.books.quoted) >= 2
    assert f"{office.number(8)}B01" in [row["btwNummer"] for row in office.bridge.relaties()], (
        "the books should have it"
    )
    places = installation.places()
    tasks = json.loads(places["flower tasks"])
    assert {task["name"] for task in tasks.values()} >= {"boekbrug.run_job"}
    assert {"database issue.params", "redis", "boekbrug issues"} <= set(places)
    assert any(re.fullmatch(r"database sync_log_p\d{6}\.sealed", name) for name in places)
    assert_no_leaks(set(office.used), places)


def test_search_finds_what_is_planted_in_every_kind_of_place(bridge: Bridge, redis_url: str) -> None:
    numbers = [rsin(8_000 + place) for place in range(8)]
    bridge.sync(bridge.crm_save(None, name="Niets aan de hand"))
    with redis.Redis.from_url(redis_url) as client, bridge.outside.sessions.begin() as session:
        session.execute(text("UPDATE connection SET state_reason = :it"), {"it": f"of {numbers[0]}"})
        session.execute(
            text("UPDATE connection SET options = jsonb_build_object('x', CAST(:it AS text))"), {"it": numbers[1]}
        )
        session.execute(text("UPDATE connection SET credentials = :it"), {"it": f"\xe9{numbers[2]}".encode("latin-1")})
        client.set("one", numbers[3])
        client.hset("two", "field", b64encode(f"[{numbers[4]}]".encode()))
        client.rpush("three", f"NL{numbers[5]}B01")
        client.zadd("four", {numbers[6]: 1})
        client.set(f"five:{numbers[7]}", "x")
    with redis.Redis.from_url(redis_url) as client:
        found = find_leaks(numbers, {**dump_database(bridge.outside.sessions), **dump_redis(client)})
    assert {leak.number for leak in found} == set(numbers)
    with pytest.raises(AssertionError, match=numbers[0]):
        assert_no_leaks(numbers, dump_database(bridge.outside.sessions))
