"""The links: rules in sentences, pausing without losing anything, and the mapping shown on a real record."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select

from adapters.base import Notice, SourceRecord
from models.tables import Audit, Connection, Link, RelationMapping, SyncJob
from models.words import JobState, Kind, Origin
from sync import snapshots
from sync.config.applying import apply, read_wanted
from sync.dispatch import hand_out
from sync.intake import record_changes
from tests.fixtures.processes import ModuleProcess, StartModule
from tests.web.conftest import Office
from tests.web.connecting import KOPPELSLEUTEL, SUBSCRIPTION, open_office
from tests.web.people import Browser, api_headers
from worker.embedded import Servers

BSN = "123456782"
"""Passes the 11-test, and is nobody's."""
ENVIRONMENT = {"KEY": "k", "SECRET": "s", "SUB": SUBSCRIPTION, "KOPPEL": KOPPELSLEUTEL, "ID": "i", "TOKEN": "t"}
FILE = """\
connections:
  klanten:
    system: simplicate
    base_url: https://kantoor.simplicate.nl/api/v2
    credentials: {{key: env:KEY, secret: env:SECRET}}
  boeken:
    system: snelstart
    base_url: {url}/v2
    token_url: {url}/b2b/token
    credentials: {{subscription_key: env:SUB, connection_key: env:KOPPEL}}
  aangifte:
    system: nextens
    credentials: {{client_id: env:ID, client_secret: env:SECRET}}
links:
  kantoor:
    source: klanten
    target: boeken
    relations:
      flag: sync_snelstart
      roles: {{Klant: customer, Leverancier: supplier}}
      policy: {{krediettermijn: books, telefoon: ask}}
  clienten:
    source: klanten
    target: aangifte
    relations: {{flag: sync_nextens, match: [bsn, exact_name], bsn_source: burgerservicenummer}}
"""


@pytest.fixture(scope="module")
def office(
    database_url: str, servers: Servers, start_shared_module: StartModule, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    yield from open_office(database_url, servers, start_shared_module, tmp_path_factory)


@pytest.fixture(scope="module")
def snelstart(start_shared_module: StartModule) -> ModuleProcess:
    return start_shared_module("sandbox.snelstart", "--port", "0", "--tier", "none")


@pytest.fixture(scope="module", autouse=True)
def applied(office: Office, snelstart: ModuleProcess) -> None:
    text = FILE.format(url=snelstart.url)
    apply(office.runtime.sessions, office.runtime.vault, read_wanted(text.encode(), ENVIRONMENT))


def remember(office: Office, record_id: str, **raw: object) -> None:
    """Keep a record as the CRM sent it."""
    with office.runtime.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "klanten")).one()
        record = SourceRecord(Kind.RELATION, record_id, None, {"id": record_id, **raw}, datetime.now(UTC))
        snapshots.store(session, office.runtime.vault, crm, [record])


def test_a_link_tells_its_rules_in_both_languages(viewer: Browser) -> None:
    listed = viewer.get("/links").text
    assert "kantoor" in listed
    assert "klanten" in listed
    dutch = viewer.get("/links/kantoor").text
    assert "Alleen relaties met het vinkje “sync_snelstart” in het CRM doen mee." in dutch
    assert "“Klant” wordt klant en “Leverancier” wordt leverancier" in dutch
    assert "De betaaltermijn: boeken wint" in dutch
    assert "Het telefoonnummer: u beslist; " in dutch
    english = viewer.get("/links/kantoor?language=en").text
    assert "Where both sides changed a field" in english
    assert viewer.get("/links/nobody").status_code == 404
    assert viewer.post("/links/kantoor/pause", {"reason": "x"}).status_code == 403


def test_while_a_link_is_paused_changes_wait_and_go_on_later(office: Office, operator: Browser) -> None:
    assert operator.post("/links/kantoor/pause", {"reason": ""}).status_code == 422
    done = operator.post("/links/kantoor/pause", {"reason": "jaarafsluiting"})
    assert done.headers["location"] == "/links/kantoor?done=paused"
    assert "jaarafsluiting" in operator.get("/links").text
    with office.runtime.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "klanten")).one()
        link = session.scalars(select(Link).where(Link.name == "kantoor")).one()
        heard = [Notice(Kind.RELATION, "organization:waits")]
        record_changes(session, crm, heard, Origin.HOOK, uuid4(), datetime.now(UTC))
    assert waiting(office, link.id) == [JobState.DUE]
    assert handed(office, link.id) == []
    text = FILE.format(url="http://127.0.0.1:9")
    apply(office.runtime.sessions, office.runtime.vault, read_wanted(text.encode(), ENVIRONMENT))
    assert handed(office, link.id) == [], "a file that is applied meanwhile does not end the pause"
    refused = operator.post("/links/kantoor/pause", {"reason": "nog eens"})
    assert (refused.status_code, operator.name in refused.text) == (422, True)
    assert operator.post("/links/kantoor/resume").status_code == 303
    assert len(handed(office, link.id)) == 1
    with office.runtime.sessions() as session:
        rows = session.scalars(select(Audit).where(Audit.subject_kind == "link").order_by(Audit.id)).all()
        assert [(row.action, row.by, row.reason) for row in rows] == [
            ("link.pause", operator.name, "jaarafsluiting"),
            ("link.resume", operator.name, ""),
        ]


def waiting(office: Office, link_id: int) -> list[str]:
    with office.runtime.sessions() as session:
        return list(session.scalars(select(SyncJob.state).where(SyncJob.link_id == link_id)))


def handed(office: Office, link_id: int) -> list[int]:
    """Return what the dispatcher would hand out now, as it asks it."""
    with office.runtime.sessions.begin() as session:
        chosen = [job for one in hand_out(session, lambda *_: 10, 0) for job in one.job_ids]
        own = set(session.scalars(select(SyncJob.id).where(SyncJob.link_id == link_id)))
    return [job for job in chosen if job in own]


def test_the_fields_are_shown_with_a_real_record_and_numbers_of_persons_masked(office: Office, viewer: Browser) -> None:
    remember(
        office, "person:1", full_name="Mila van der Meer", first_name="Mila", family_name="Meer",
        custom_fields=[{"name": "burgerservicenummer", "value": BSN}, {"name": "sync_nextens", "value": "1"}],
        address={"line_1": "Kade zonder nummer", "postal_code": "1011AB", "locality": "Delft", "country_code": "NL"},
    )  # fmt: skip
    page = viewer.get("/links/clienten/fields?record=person:1").text
    assert BSN not in page
    assert "•••••••82" in page
    assert "burgerservicenummer" in page
    assert "wordt niet verstuurd" in page, "the address cannot be split"
    assert "Deze relatie doet mee" in page
    assert "niet bekend" in viewer.get("/links/clienten/fields?record=person:nobody").text
    assert viewer.get("/links/clienten/fields?record=%00").status_code == 422


def test_what_stands_in_the_books_is_asked_for_once_and_only_then(
    office: Office, viewer: Browser, operator: Browser, snelstart: ModuleProcess
) -> None:
    text = FILE.format(url=snelstart.url)
    apply(office.runtime.sessions, office.runtime.vault, read_wanted(text.encode(), ENVIRONMENT))
    relatie = {"naam": "Bakkerij De Korenaar", "relatiesoort": ["Klant"], "relatiecode": 10017}
    known = requests.post(f"{snelstart.url}/_control/edit", json={"changes": relatie}, timeout=10).json()
    remember(
        office, "organization:2", name="Een heel andere naam", coc_code="12345678",
        relation_type={"label": "Klant"}, custom_fields=[{"name": "sync_snelstart", "value": "1"}],
    )  # fmt: skip
    with office.runtime.sessions.begin() as session:
        link = session.scalars(select(Link).where(Link.name == "kantoor")).one()
        session.add(
            RelationMapping(
                link_id=link.id, source_connection_id=link.source_id, target_connection_id=link.target_id,
                kind="relation", source_id="organization:2", role="customer", target_id=known["id"], matched_by="kvk",
            )
        )  # fmt: skip
    before = calls(snelstart)
    shown = viewer.get("/links/kantoor/fields?record=organization:2").text
    assert known["id"] in shown
    assert known["naam"] not in shown
    assert calls(snelstart) == before
    assert viewer.post("/links/kantoor/fields", {"record": "organization:2"}).status_code == 403
    asked = operator.post("/links/kantoor/fields", {"record": "organization:2"}).text
    assert known["naam"] in asked
    assert 'class="differs"' in asked


def calls(snelstart: ModuleProcess) -> int:
    return int(requests.get(f"{snelstart.url}/_control/stats", timeout=10).json()["total"])


def test_the_documented_mapping_can_be_downloaded(viewer: Browser) -> None:
    document = viewer.get("/links/kantoor/mapping.md")
    assert document.headers["content-disposition"] == 'attachment; filename="kantoor.md"'
    assert "| coc_code | KvK-nummer | kvkNummer |" in document.text
    text = viewer.get("/links/kantoor/mapping.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[0][0] == "Soort"
    assert {len(row) for row in rows} == {9}
    assert [row[8] for row in rows if row[3] == "krediettermijn"] == ["boekhouding", "boekhouding"]
    assert viewer.get("/links/nobody/mapping.md").status_code == 404


def test_the_api_says_the_same(office: Office) -> None:
    read, operate = api_headers(office.runtime, "read"), api_headers(office.runtime, "operate")

    def get(path: str) -> requests.Response:
        return requests.get(f"{office.url}/api/links{path}", headers=read, timeout=10)

    assert {"clienten", "kantoor"} <= {one["name"] for one in get("").json()["links"]}
    settings = [one["setting"] for one in get("/kantoor").json()["rules"]]
    assert {"flag", "policy", "failure.mail_to"} <= set(settings)
    fields = get("/clienten/fields").json()
    assert {"kind": "person", "target": "Bsn", "crm": ["burgerservicenummer"]}.items() <= next(
        one for one in fields if one["target"] == "Bsn"
    ).items()
    assert get("/nobody").status_code == 404
    paused = requests.post(
        f"{office.url}/api/links/clienten/pause", json={"reason": "via api"}, headers=operate, timeout=10
    )
    assert paused.json() == {"name": "clienten", "enabled": False}
    assert get("/clienten").json()["paused"]["reason"] == "via api"
    again = requests.post(f"{office.url}/api/links/clienten/resume", headers=operate, timeout=10)
    assert again.json()["enabled"] is True
