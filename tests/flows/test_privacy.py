"""No BSN, RSIN or VAT number that holds one stands in the clear: database, Redis, logs, addresses."""

import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import redis
import requests
import structlog
from sqlalchemy import text

from benchmarks.leaks import assert_no_leaks, dump_database, dump_redis
from models.settings import Settings
from models.words import Lane
from sync import relations
from sync.run import run_job
from tasks.wake import Waker
from tests.fixtures.bridge import Bridge, MakeBridge
from tests.fixtures.processes import StartModule
from tests.flows.quoting import Quoting, quoting, spellings
from tests.flows.sandbox_data import CUSTOMER, customer, numbered_customer, rsin
from worker import logging as set_up


@dataclass
class Office:
    """A bridge whose books are talkative, with everything it logged and the numbers that were used."""

    bridge: Bridge
    books: Quoting
    log: io.StringIO
    redis: redis.Redis
    used: list[str] = field(default_factory=list)
    places: Iterator[int] = field(default_factory=count)

    def number(self, place: int) -> str:
        """Return an 11-proof number that must be found nowhere."""
        self.used.append(rsin(5_000 + place))
        return self.used[-1]

    def wrong(self, place: int) -> str:
        """Return a number with a slip of the pen, which is somebody's all the same."""
        right = rsin(6_000 + place)
        self.used.append(f"{right[:-1]}{(int(right[-1]) + 1) % 10}")
        return self.used[-1]

    def person(self, bsn: str, **changes: Any) -> str:
        """Save a private person with a BSN in the custom field."""
        place = next(self.places)
        given = {
            "first_name": "Jan",
            "family_name": f"Jansen-{place}",
            "relation_type_id": CUSTOMER,
            "relation_number": f"{40_000 + place}",
            "custom_fields": {"sync_snelstart": "1", "bsn": bsn},
        }
        return self.bridge.crm_save(None, "person", **(given | changes))

    def company(self, **changes: Any) -> str:
        """Save an organisation."""
        return self.bridge.crm_save(None, **numbered_customer(700 + next(self.places), **changes))


@pytest.fixture
def office(make_bridge: MakeBridge, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    made = make_bridge()
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr("sys.stderr", stream)
    set_up.configure_logging(Settings(log_json=True, log_level="DEBUG"))
    client = redis.Redis.from_url(redis_url)
    with quoting(made.books.url) as books:
        made.books.url = books.url
        made.apply()
        yield Office(made, books, stream, client)
    client.close()
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def assert_nowhere(office: Office, *more: str) -> None:
    """Search for every number in all that was kept or said."""
    places = {
        **dump_database(office.bridge.outside.sessions),
        **dump_redis(office.redis),
        "log": office.log.getvalue().encode(),
        "addresses": "\n".join(office.books.asked).encode(),
        "more": "\n".join(more).encode(),
    }
    assert_no_leaks(office.used, {name: heap for name, heap in places.items() if heap})


def logged(office: Office) -> list[dict[str, Any]]:
    return [json.loads(line) for line in office.log.getvalue().splitlines()]


def test_numbers_of_a_whole_life_are_nowhere_in_the_clear(office: Office) -> None:
    """Created, changed, doubled, refused by both sides, left out: the books have it, Boekbrug only sealed."""
    bridge = office.bridge
    bsn, vat, spoken = office.number(1), office.number(2), office.number(3)
    twin, legal, double = office.number(4), office.number(5), office.number(11)
    office.books.refused = {spoken}
    ids = [
        office.person(f"{bsn[:4]}.{bsn[4:6]}.{bsn[6:]}"),
        office.person(office.wrong(1)),
        office.company(vat_number=f"NL{vat}B01"),
        office.company(vat_number=f"NL{spoken[:4]}.{spoken[4:6]}.{spoken[6:]}.B01"),
        office.company(vat_number=f"NL{office.wrong(2)}B01"),
        office.company(vat_number="", custom_fields={"sync_snelstart": "1", "rsin": legal}),
        office.person(twin),
        office.company(vat_number=f"NL{double}B01"),
        office.company(vat_number=f"NL{double}B01"),
        office.company(vat_number="", coc_code=office.number(6)),
        office.company(vat_number="", bank_account=f"NL00 {office.number(7)}"),
        office.company(vat_number="", email=f"{office.number(8)}"),
    ]
    bridge.poll()
    bridge.sync(*ids)
    bridge.crm_save(ids[2], phone="0201112233", vat_number=f"NL{office.number(9)}B01")
    bridge.crm_save(ids[0], "person", custom_fields={"sync_snelstart": "1", "bsn": office.number(10)})
    bridge.sync(*ids)
    assert Waker(office.redis).wake([1, 2], Lane.LIVE)

    assert {"check.bsn", "check.kvk", "check.iban", "check.email", "snelstart.REL-0088"} <= {
        issue.cause for issue in bridge.open_issues()
    }
    assert office.books.quoted
    assert bridge.open_reviews()
    (words,) = [i.params["words"] for i in bridge.open_issues() if i.cause == "snelstart.REL-0088"]
    assert "bestaat niet" in words
    assert "***" in words
    numbers = [row["btwNummer"] for row in bridge.relaties()]
    assert f"{office.used[-2]}B01" in numbers, "the books should have it"
    assert_nowhere(office)


@pytest.mark.parametrize("spelt", range(10))
def test_unexpected_failure_tells_where_but_not_whose(
    office: Office, monkeypatch: pytest.MonkeyPatch, spelt: int
) -> None:
    bsn, wrong = office.number(20), office.wrong(21)

    def fails(work: Any, relation: Any, role: Any) -> Any:
        secret = (relation.bsn, wrong, f"NL{bsn}B01")
        if spelt == 0:
            with work.outside.sessions.begin() as session:
                query = text("SELECT CAST(:value AS integer), CAST(:name AS text)")
                session.execute(query, {"value": f"x{bsn}", "name": relation.name})
        raise ValueError(f"cannot place {spellings(bsn)[spelt]}, {spellings(wrong)[spelt]} or {secret}")

    monkeypatch.setattr(relations, "sync_role", fails)
    office.bridge.hear(office.person(bsn))
    (job,) = office.bridge.due()
    run_job(office.bridge.outside, job)

    (line,) = [line for line in logged(office) if line["event"] == "job.unexpected"]
    assert "in fails" in line["exception"]
    assert line["correlation_id"]
    assert "Jansen" not in office.log.getvalue()
    assert_nowhere(office)


def test_metrics_and_the_web_process_know_no_numbers(
    office: Office, start_module: StartModule, fresh_database_url: str, redis_url: str
) -> None:
    bridge = office.bridge
    bridge.sync(office.person(office.wrong(30)), office.company(vat_number=f"NL{office.number(31)}B01"))
    web = start_module(
        "web",
        "--port",
        "0",
        env={
            "BOEKBRUG_DATABASE_URL": fresh_database_url,
            "BOEKBRUG_REDIS_URL": redis_url,
            "BOEKBRUG_SECRET_KEYS": f"t1:{b64encode(b't' * 32).decode()}",
        },
    )
    pages = [requests.get(f"{web.url}/{path}", timeout=15).text for path in ("metrics", "readyz", "")]
    assert "check.bsn" in pages[0]
    assert_nowhere(office, *pages, web.output())


def test_search_would_find_a_number_that_leaked(office: Office) -> None:
    number = office.number(40)
    record = office.bridge.crm_save(None, **customer(name=f"Praktijk {number}"))
    with office.bridge.outside.sessions.begin() as session:
        session.execute(text("UPDATE connection SET state_reason = :leak"), {"leak": number})
    assert record
    with pytest.raises(AssertionError, match="database"):
        assert_nowhere(office)
