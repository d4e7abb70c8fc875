"""A relation's timeline: everything of it on one screen, a block per change; and the undo of what a sync overwrote."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import event, select
from typer.testing import CliRunner

from models.settings import Settings
from models.tables import (
    Audit,
    ChangeEvent,
    Issue,
    Link,
    MappingHistory,
    RelationMapping,
    Review,
    SyncJob,
    SyncLog,
    Undo,
)
from models.words import Access, Kind, Origin, Outcome
from sync.subjects import subject_of
from tasks.runtime import Runtime
from tests.fixtures.bridge import Bridge
from tests.fixtures.processes import StartModule
from tests.flows.sandbox_data import customer
from tests.flows.test_undo import NEW, OLD, last_update, overwritten, phone
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers, sign_in
from web.queries.relations import ROWS, story
from web.queries.timeline import BLOCKS, Entry, timeline
from worker.cli.main import app

BSN = "123456782"
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Running:
    """Hold a bridge whose jobs the test runs, with the pages in front of it."""

    bridge: Bridge
    url: str
    runtime: Runtime
    env: dict[str, str]

    @property
    def operator(self) -> Browser:
        return sign_in(self.runtime, self.url, Access.OPERATOR)

    def boekbrug(self, *line: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, [*line, "--json"], env=self.env)
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def running(
    bridge: Bridge, fresh_database_url: str, redis_url: str, start_module: StartModule, tmp_path: Path
) -> Iterator[Running]:
    env = {
        "BOEKBRUG_DATABASE_URL": fresh_database_url,
        "BOEKBRUG_REDIS_URL": redis_url,
        "BOEKBRUG_DATA_DIR": str(tmp_path),
        "BOEKBRUG_SECRET_KEYS": f"t1:{b64encode(b't' * 32).decode()}",
    }
    process = start_module("web", "--port", "0", env=env)
    given = {name.removeprefix("BOEKBRUG_").lower(): value for name, value in env.items()}
    runtime = Runtime.open(Settings.model_validate(given))
    yield Running(bridge, process.url, runtime, env)
    runtime.close()


def fields_of(page: str) -> dict[str, str]:
    """Return what a preview's form would send: its fingerprint and the ticked fields."""
    form = page.split('action="/undo/')[1].split("</form>", maxsplit=1)[0]
    seen = form.split('name="seen" value="')[1].split('"')[0]
    ticked = [
        piece.split('"')[0] for piece in form.split('name="names" value="')[1:] if " checked" in piece.split(">")[0]
    ]
    return {"seen": seen, "names": ticked[0] if ticked else ""}


def test_a_person_sees_what_was_overwritten_and_puts_it_back(running: Running) -> None:
    bridge, els = running.bridge, running.operator
    record, entry = overwritten(bridge)
    address = f"/relations/1/{record}"
    page = els.get(address).text
    assert "bijgewerkt: CRM en boekhouding kloppen met elkaar" in page
    assert customer()["name"] in page
    for said in ("het CRM meldde een wijziging", "aanmaken in het doelsysteem", "nummer 12345", "gelukt", OLD, NEW):
        assert said in page
    assert f'href="/undo/{entry}"' in page
    assert f'href="/undo/{entry}"' not in sign_in(running.runtime, running.url, Access.VIEWER).get(address).text

    put_back_by_form(bridge, els, entry, address)


def put_back_by_form(bridge: Bridge, els: Browser, entry: int, address: str) -> None:
    """Somebody changes the field between looking and sending: the person looks again, and then it is done."""
    shown = els.get(f"/undo/{entry}").text
    assert OLD in shown and NEW in shown
    form = fields_of(shown)
    assert form["names"] == "telefoon"
    (relatie,) = bridge.relaties()
    bridge.control("books", "POST", "edit", {"id": relatie["id"], "changes": {"telefoon": "0207776655"}})
    late = els.post(f"/undo/{entry}", {**form, "reason": "het oude nummer klopt"})
    assert late.status_code == 422
    assert "0207776655" in late.text and "het oude nummer klopt" in late.text
    assert bridge.rows(Undo) == []

    done = els.post(f"/undo/{entry}", {**fields_of(late.text), "names": "telefoon", "reason": "toch"})
    assert done.headers["location"] == f"{address}?done=undone"
    assert "verzoek om vorige waarden terug te zetten" in els.get(done.headers["location"]).text
    bridge.drain()
    assert phone(bridge) == OLD
    page = els.get(address).text
    assert "vorige waarden teruggezet" in page and els.name in page and "toch" in page

    say_no_in_words(bridge, els, max(row.id for row in bridge.rows(SyncLog) if row.outcome == "updated"))


def say_no_in_words(bridge: Bridge, els: Browser, entry: int) -> None:
    """What cannot be undone, and a target that is away, are said."""
    created = next(row.id for row in bridge.rows(SyncLog) if row.outcome == "created")
    assert (els.get(f"/undo/{created}").status_code, els.get("/undo/999999").status_code) == (409, 404)
    fault = {"method": "GET", "path": "/v2/relaties", "kind": "503"}
    bridge.control("books", "POST", "faults", fault)
    away = els.get(f"/undo/{entry}")
    assert away.status_code == 409
    assert "antwoordt nu niet" in away.text


def test_applications_and_commands_undo_by_the_same_function(running: Running) -> None:
    bridge = running.bridge
    record, entry = overwritten(bridge)
    headers = api_headers(running.runtime, "operate", "read")
    undo = f"{running.url}/api/undo"
    preview = requests.post(undo, json={"log_id": entry}, headers=headers, timeout=15).json()
    assert preview["fields"] == [{"field": "telefoon", "verdict": "restore"}]
    assert preview["put_back"] == [] == bridge.rows(Undo)
    assert OLD not in json.dumps(preview)
    stale = requests.post(undo, json={"log_id": entry, "apply": True, "seen": "x"}, headers=headers, timeout=15)
    assert (stale.status_code, stale.json()["detail"]) == (409, "undo.stale")
    wish = {"log_id": entry, "apply": True, "seen": preview["seen"]}
    assert requests.post(undo, json=wish, headers=headers, timeout=15).json()["put_back"] == ["telefoon"]
    bridge.drain()
    assert phone(bridge) == OLD

    again = str(last_update(bridge, record))
    assert running.boekbrug("undo", again) == (
        0,
        {
            "log_id": int(again),
            "record_id": record,
            "target_id": bridge.relaties()[0]["id"],
            "fields": [{"field": "telefoon", "verdict": "restore"}],
            "put_back": [],
        },
    )
    assert running.boekbrug("undo", again, "--yes", "--reason", "test")[1]["put_back"] == ["telefoon"]
    code, refused = running.boekbrug("undo", again)
    assert (code, refused["error"]["code"]) == (2, "undo.waiting")
    bridge.drain()
    assert phone(bridge) == NEW
    assert [(row.via, row.reason) for row in bridge.rows(Audit)] == [("api", ""), ("command", "test")]
    tells_applications(running, headers, record)


def tells_applications(running: Running, headers: dict[str, str], record: str) -> None:
    """An application gets codes, ids and names of fields, and no value."""
    told = requests.get(f"{running.url}/api/relations/1/{record}", headers=headers, timeout=15).json()
    assert (told["state"], len(told["mappings"])) == ("in_sync", 1)
    steps = [step["what"] for step in told["changes"][0]["steps"]]
    assert {"heard", "request", "attempt", "mapping", "person"} == set(steps)
    assert steps.index("heard") < steps.index("request") < steps.index("attempt")
    assert OLD not in json.dumps(told) and customer()["name"] not in json.dumps(told)


def known(office: Office, record: str, **job: Any) -> dict[str, Any]:
    """Give the office a relation with a job; returns what its rows share."""
    with office.runtime.sessions.begin() as session:
        link = session.get_one(Link, office.link)
        ends = {"source_connection_id": link.source_id, "target_connection_id": link.target_id}
        about = {"link_id": link.id, "kind": "relation", "record_id": record}
        session.add(SyncJob(**about, **ends, lane="live", correlation_id=uuid4(), **job))
    return about


def sealed(office: Office, record: str, value: Any, context: str) -> bytes:
    with office.runtime.sessions.begin() as session:
        return subject_of(session, office.runtime.vault, office.crm, Kind.RELATION, record).seal(value, context)


def tie(office: Office, record: str, **more: Any) -> RelationMapping:
    with office.runtime.sessions() as session:
        link = session.get_one(Link, office.link)
    row = RelationMapping(link_id=link.id, source_connection_id=link.source_id, target_connection_id=link.target_id)
    row.kind, row.source_id, row.role, row.target_id, row.matched_by = (
        "relation",
        record,
        "customer",
        uuid4().hex,
        "kvk",
    )
    for name, value in more.items():
        setattr(row, name, value)
    return row


def test_numbers_of_persons_and_hostile_names_are_harmless(office: Office, operator: Browser) -> None:
    about = known(office, "person:1", state="done")
    name = "<script>alert(1)</script>"
    plan = {"before": {"bsn": BSN, "naam": "x"}, "after": {"bsn": "111222333", "naam": name, "memo": f"BSN {BSN}"}}
    row = SyncLog(**about, job_id=1, role="customer", outcome=Outcome.UPDATED, correlation_id=uuid4())
    row.fields, row.sealed = ["bsn", "memo", "naam"], sealed(office, "person:1", plan, "plan")
    mapping = tie(office, "person:1", label=sealed(office, "person:1", name, "label"))
    with office.runtime.sessions.begin() as session:
        session.add_all([row, mapping])
    page = operator.get(f"/relations/{office.link}/person:1").text
    assert BSN not in page and "111222333" not in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_state_is_said_in_words(office: Office, viewer: Browser) -> None:
    waiting = known(office, "organization:w", state="due", park_reason="window full")
    known(office, "organization:n", state="done")
    asked, wrong = known(office, "organization:a", state="held"), known(office, "organization:i", state="held")
    with office.runtime.sessions.begin() as session:
        session.add(Review(**asked, role="customer", reason="review.several", candidates=[]))
        session.add(Issue(**wrong, cause="check.kvk", params={"value": "12"}))
    shown = {
        "w": "wacht op ruimte in de aanroeplimiet",
        "n": "doet niet mee",
        "a": "wacht op uw beoordeling",
        "i": "niet gelukt: zie de melding",
    }
    for record, words in shown.items():
        assert words in viewer.get(f"/relations/{office.link}/organization:{record}").text
    assert viewer.get(f"/relations/{office.link}/organization:absent").status_code == 404
    assert viewer.get("/relations/9999/organization:w").status_code == 404
    assert waiting["link_id"] == office.link


def test_changes_are_found_and_synchronising_is_written_down(
    office: Office, operator: Browser, viewer: Browser
) -> None:
    about, wave = known(office, "organization:s", state="done"), uuid4()
    second = known(office, "organization:s2", state="done")
    with office.runtime.sessions.begin() as session:
        for one in (about, about, second):
            session.add(SyncLog(**one, job_id=1, outcome=Outcome.NOTHING, correlation_id=wave))
        session.add(SyncLog(**about, job_id=1, outcome=Outcome.NOTHING, correlation_id=UUID(int=5)))
    assert "organization:s2" in viewer.get(f"/relations?correlation={wave}").text
    found = viewer.get(f"/relations?correlation={UUID(int=5)}", allow_redirects=False)
    assert found.headers["location"] == f"/relations/{office.link}/organization:s"
    for nothing in (uuid4(), "nonsense"):
        assert viewer.get(f"/relations?correlation={nothing}").status_code == 404

    path = f"/relations/{office.link}/organization:s/sync"
    assert viewer.post(path).status_code == 403
    done = operator.post(path)
    assert done.headers["location"] == f"/relations/{office.link}/organization:s?done=synced"
    assert "wordt nu verwerkt" in viewer.get(done.headers["location"]).text
    assert operator.post(f"/relations/{office.link}/organization:absent/sync").status_code == 404
    headers = api_headers(office.runtime, "operate")
    answer = requests.post(f"{office.url}/api{path}", headers=headers, timeout=15)
    assert answer.status_code == 202
    with office.runtime.sessions() as session:
        job = session.scalars(select(SyncJob).where(SyncJob.record_id == "organization:s")).one()
        by = session.scalars(select(Audit.via).where(Audit.action == "relation.sync").order_by(Audit.id)).all()
    assert (job.state, str(job.correlation_id)) == ("due", answer.json()["correlation_id"])
    assert by == ["page", "api"]


def test_a_long_story_comes_in_pages_with_every_entry_once(office: Office, viewer: Browser) -> None:
    about = known(office, "organization:long", state="done")
    mapping = tie(office, "organization:long")
    with office.runtime.sessions.begin() as session:
        session.add(mapping)
        session.flush()
        for number in range(140):
            at, wave = NOW - timedelta(minutes=number), uuid4()
            heard = ChangeEvent(connection_id=office.crm, kind="relation", record_id="organization:long")
            heard.received_at, heard.origin, heard.correlation_id = at - timedelta(seconds=9), Origin.HOOK, wave
            session.add(heard)
            for seconds in (5, 1):
                row = SyncLog(**about, job_id=1, outcome=Outcome.PARKED if seconds == 5 else Outcome.UPDATED)
                row.at, row.correlation_id = at - timedelta(seconds=seconds), wave
                session.add(row)
            session.add(
                MappingHistory(mapping_id=mapping.id, at=at, event="updated", correlation_id=wave, target_id="x")
            )
    seen, sizes = pages_of(office, "organization:long")
    assert len(seen) == len(set(seen)) == 140 * 4
    assert max(sizes) <= BLOCKS and ROWS == 300
    page = viewer.get(f"/relations/{office.link}/organization:long").text
    assert page.count('<article class="card"') == BLOCKS
    assert 'rel="next"' in page


def pages_of(office: Office, record: str) -> tuple[list[tuple[str, str]], list[int]]:
    """Read all pages of a timeline; returns the entries and the number of blocks per page."""
    seen: list[tuple[str, str]] = []
    sizes: list[int] = []
    before = None
    with office.runtime.sessions() as session:
        while True:
            told = story(session, office.runtime.vault, office.link, record, before)
            assert told is not None
            seen += [(entry.what, entry.id) for block in told.blocks for entry in block.entries]
            sizes.append(len(told.blocks))
            before = told.next
            if before is None:
                break
    return seen, sizes


def test_a_page_asks_a_bounded_number_of_questions(office: Office) -> None:
    known(office, "organization:q", state="done")
    asked: list[str] = []
    event.listen(office.runtime.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with office.runtime.sessions() as session:
        story(session, office.runtime.vault, office.link, "organization:q")
    assert len(asked) <= 10


def test_rows_without_a_change_of_their_own_go_where_they_belong() -> None:
    first, second = uuid4(), uuid4()

    def at(seconds: int) -> datetime:
        return NOW + timedelta(seconds=seconds)

    blocks = timeline(
        [
            Entry(at(0), "heard", "hook", correlation_id=first),
            Entry(at(1), "request", "update", state="refused"),
            Entry(at(2), "issue", "check.kvk", state="opened"),
            Entry(at(3), "attempt", Outcome.ISSUE, correlation_id=first),
            Entry(at(4), "mail", "sent"),
            Entry(at(10), "review", "review.gone", state="decided", by="els"),
            Entry(at(11), "heard", "decision", correlation_id=second),
            Entry(at(12), "attempt", Outcome.UPDATED, correlation_id=second),
            Entry(at(13), "issue", "check.kvk", state="closed", by="boekbrug"),
            Entry(at(20), "issue", "check.vat", state="ignored", by="els"),
        ],
        None,
    )
    assert [(block.correlation_id, [entry.what for entry in block.entries]) for block in blocks] == [
        (None, ["issue"]),
        (second, ["review", "heard", "attempt", "issue"]),
        (first, ["heard", "request", "issue", "attempt", "mail"]),
    ]
    assert [block.total_ms for block in blocks] == [None, 1000, 3000]
    (pending,) = timeline([Entry(at(1), "request", "update", state="open")], first)
    assert pending.correlation_id == first and pending.total_ms is None
