"""Measure the operator's pages on a full house: server time, SQL statements, and whether each uses an index.

`python -m benchmarks.pages [--relations 100000] [--attempts 1000000]`; exit 1 when a page misses a bound.
"""

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import uvicorn
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from starlette.types import Receive, Scope, Send

from benchmarks.full_house import Size, fill, record_id
from benchmarks.measure import Report, percentile
from models.database import migrate
from models.settings import Settings
from models.vault import new_key_text
from models.words import Access
from tasks.runtime import Runtime
from tests.web.people import Browser, sign_in
from web.app import FrontDoor, create_app
from worker.embedded import EmbeddedServers

ASKED = 40
"""Times each page is asked for; the first two warm the pools and are not counted."""
MILLISECONDS = 150.0
STATEMENTS = 12
LARGE = 1_000
"""Rows from which on no page may read a table, or a month of one, from end to end."""
WHOLE = re.compile(r"Seq Scan on (\w+)")


@dataclass
class Watch:
    """Time each answer at the server's door, and keep the statements behind it."""

    inner: FrontDoor
    seconds: list[float] = field(default_factory=list)
    statements: list[tuple[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        await self.inner(scope, receive, send)
        if scope["type"] == "http":
            self.seconds.append(time.perf_counter() - began)

    def listen(self, engine: Engine) -> None:
        """Keep every statement that this process executes."""

        @event.listens_for(engine, "before_cursor_execute")
        def _(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: bool) -> None:
            self.statements.append((statement, parameters))


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[Watch, str]]:
    """Serve the application in this process, on a free port."""
    watch = Watch(create_app(settings))
    server = uvicorn.Server(uvicorn.Config(watch, port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    watch.listen(watch.inner.rest.state.site.runtime.engine)
    try:
        yield watch, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def pages(link: int, mapping: int) -> Sequence[str]:
    """List the addresses that are measured: every page, and every list filtered, searched and far on."""
    record = record_id(mapping)
    return (
        "/",
        "/?span=day",
        "/mappings",
        "/mappings?sort=crm",
        "/mappings?sort=number",
        "/mappings?sort=written",
        "/mappings?state=active&matched=person",
        f"/mappings?search={record}",
        "/mappings?search=bakkerij",
        "/mappings?search=bakkerij+linde+4711",
        f"/mappings/{mapping}",
        "/reviews",
        "/reviews/decided",
        "/issues",
        "/issues/closed",
        "/issues/cause?link=office&cause=check.kvk",
        "/log",
        "/log?outcome=issue",
        f"/log?link={link}&outcome=updated",
        "/log?kind=relation&outcome=created",
        f"/log?search={record}",
        f"/relations/{link}/{record}",
        "/connections",
        "/connections/books",
        "/links",
        "/links/office/fields",
        "/reconciliations/1",
        "/users",
        "/audit",
        "/audit?by=person+3",
        "/tokens",
        "/me",
    )


def measure(watch: Watch, person: Browser, path: str) -> tuple[float, int, list[tuple[str, Any]]]:
    """Ask for a page many times; returns the p95 in ms, most statements of one answer, and those statements."""
    most: list[tuple[str, Any]] = []
    watch.seconds.clear()
    for _ in range(ASKED):
        watch.statements.clear()
        answer = person.session.get(person.url + path, timeout=60, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        most = max(most, list(watch.statements), key=len)
    return 1000 * percentile(watch.seconds[2:], 0.95), len(most), most


def whole_readings(engine: Engine, statements: Sequence[tuple[str, Any]]) -> list[str]:
    """Return the large tables that a statement reads from end to end, with the statement."""
    found = []
    with engine.connect() as connection:
        large = set(connection.scalars(text("SELECT relname FROM pg_class WHERE reltuples > :rows"), {"rows": LARGE}))
        for statement, parameters in statements:
            if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
                continue
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
            tables = large.intersection(WHOLE.findall("\n".join(rows)))
            found += [f"{name}: {statement[:300]}" for name in sorted(tables)]
    return found


def run(size: Size, report: Report) -> None:
    """Fill a database, serve the pages on it and judge each."""
    with tempfile.TemporaryDirectory(prefix="boekbrug-pages-") as name, _opened(Path(name)) as (settings, runtime):
        link, mapping = fill(runtime, size)
        with serving(settings) as (watch, url):
            person = sign_in(runtime, url, Access.ADMINISTRATOR)
            told: dict[str, Any] = {}
            for path in pages(link, mapping):
                p95, count, statements = measure(watch, person, path)
                whole = whole_readings(runtime.engine, statements)
                report.add(f"{path}: server time p95 (ms)", round(p95, 1), most=MILLISECONDS)
                report.add(f"{path}: SQL statements", count, most=STATEMENTS)
                if whole:
                    told[path] = whole
            report.add("statements that read a large table from end to end", sum(map(len, told.values())), most=0)
            report.notes["read from end to end"] = told


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Settings, Runtime]]:
    folder.chmod(0o711)  # As root the servers run as nobody, who must be able to pass through.
    servers = EmbeddedServers(folder / "data", fsync=False)
    found = servers.start()
    try:
        migrate(found.database_url)
        settings = Settings(
            database_url=found.database_url,
            redis_url=found.redis_url,
            data_dir=folder / "own",
            secret_keys=SecretStr(new_key_text("bench")),
            log_level="ERROR",
        )
        runtime = Runtime.open(settings)
        yield settings, runtime
        runtime.close()
    finally:
        servers.destroy()


def main() -> int:
    """Read the command line, measure, and say which bound was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--relations", type=int, default=100_000)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    report = Report("9-pages", notes={"relations": chosen.relations, "attempts": chosen.attempts})
    run(Size(relations=chosen.relations, attempts=chosen.attempts), report)
    print(json.dumps(report.notes["read from end to end"], indent=1))
    return report.end(chosen.out)


if __name__ == "__main__":
    sys.exit(main())
