"""The connections: connecting a system with pasted keys, testing, pausing, renewing; no key is ever shown again."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import requests
import yaml
from sqlalchemy import select, update

from models.tables import Audit, Connection, ConnectionToken
from models.words import ConnectionState
from sync.config.applying import Wanted, apply, plan, read_wanted
from sync.config.exporting import export_yaml
from sync.config.flaws import FileRefused
from sync.config.loading import connection_info, load_stored
from tests.fixtures.processes import ModuleProcess, StartModule
from tests.web.conftest import Office
from tests.web.connecting import KOPPELSLEUTEL, SUBSCRIPTION, open_office
from tests.web.people import Browser, api_headers
from worker.embedded import Servers

PASTED = {"tax": {"client_id": "sandbox-client", "client_secret": "sandbox-secret", "refresh_token": "sandbox-refresh"}}


@pytest.fixture(scope="module")
def office(
    database_url: str, servers: Servers, start_shared_module: StartModule, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    yield from open_office(database_url, servers, start_shared_module, tmp_path_factory)


@pytest.fixture(scope="module")
def snelstart(start_shared_module: StartModule) -> ModuleProcess:
    return start_shared_module("sandbox.snelstart", "--port", "0", "--tier", "none")


@pytest.fixture(scope="module")
def nextens(start_shared_module: StartModule) -> ModuleProcess:
    return start_shared_module("sandbox.nextens", "--port", "0", "--per-minute", "0")


def to_snelstart(url: str, name: str, /, **changes: str) -> dict[str, str]:
    return {
        "system": "snelstart",
        "name": name,
        "base_url": f"{url}/v2",
        "token_url": f"{url}/b2b/token",
        "subscription_key": SUBSCRIPTION,
        "connection_key": KOPPELSLEUTEL,
        **changes,
    }


def to_nextens(url: str, name: str, /, **changes: str) -> dict[str, str]:
    where = {"base_url": f"{url}/v2", "token_url": f"{url}/connect/token"}
    return {"system": "nextens", "name": name, **where, **PASTED["tax"], **changes}


def stored(office: Office, name: str) -> Connection | None:
    with office.runtime.sessions() as session:
        return session.scalar(select(Connection).where(Connection.name == name))


def everything_stored(office: Office) -> str:
    """Return every value of every table as text."""
    url = office.runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return "".join(str(session.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables)


def deeds(office: Office, name: str) -> list[tuple[str, dict[str, Any]]]:
    with office.runtime.sessions() as session:
        rows = session.scalars(select(Audit).where(Audit.subject_id == name).order_by(Audit.id))
        return [(row.action, row.after) for row in rows]


def connected(office: Office, administrator: Browser, form: dict[str, str]) -> str:
    """Go through the wizard; returns the page that asks to confirm."""
    answer = administrator.post("/connections/new", form)
    assert answer.status_code == 303, answer.text
    shown = administrator.get(answer.headers["location"]).text
    kept = administrator.post(f"/connections/{form['name']}/confirm")
    assert kept.headers["location"] == f"/connections/{form['name']}?done=added"
    return shown


def test_snelstart_is_connected_after_its_administration_was_shown(
    office: Office, administrator: Browser, snelstart: ModuleProcess
) -> None:
    steps = administrator.get("/connections/new").text
    assert "Stap 1 van 3" in steps
    assert "Koppelsleutel" in administrator.get("/connections/new?system=snelstart").text
    name = requests.get(f"{snelstart.url}/_control/state", timeout=10).json()
    shown = connected(office, administrator, to_snelstart(snelstart.url, "boeken"))
    assert "Stap 3 van 3" in shown, name
    assert re.search(r"<dd><strong>[^<-][^<]+</strong></dd>", shown), shown
    row = stored(office, "boeken")
    assert row is not None
    assert row.enabled
    assert connection_info(row, office.runtime.vault).credentials["connection_key"] == KOPPELSLEUTEL
    assert deeds(office, "boeken") == [
        ("connection.add", {"system": "snelstart", "base_url": f"{snelstart.url}/v2",
                            "credentials": ["connection_key", "subscription_key"]}),
    ]  # fmt: skip
    page = administrator.get("/connections/boeken").text
    assert "op deze pagina" in page
    assert all(secret not in page + shown for secret in (KOPPELSLEUTEL, SUBSCRIPTION))


def test_nextens_is_connected_with_the_offices_own_token(
    office: Office, administrator: Browser, nextens: ModuleProcess
) -> None:
    shown = connected(office, administrator, to_nextens(nextens.url, "aangifte"))
    assert "Nextens (127.0.0.1)" in shown
    assert administrator.post("/connections/aangifte/check").headers["location"].endswith("done=works")
    row = stored(office, "aangifte")
    assert row is not None
    with office.runtime.sessions() as session:
        assert session.scalar(select(ConnectionToken.sealed).where(ConnectionToken.connection_id == row.id))


@pytest.mark.parametrize(
    ("system", "wrong"),
    [
        ("snelstart", {"connection_key": "wrong-koppelsleutel-4711"}),
        ("snelstart", {"subscription_key": "wrong-subscription-4711"}),
        ("nextens", {"refresh_token": "wrong-refresh-4711"}),
        ("nextens", {"client_secret": "wrong-secret-4711"}),
    ],
)
def test_a_wrong_key_is_refused_in_words_and_nothing_is_stored(
    office: Office, administrator: Browser, snelstart: ModuleProcess, nextens: ModuleProcess,
    system: str, wrong: dict[str, str],
) -> None:  # fmt: skip
    make, process = (to_snelstart, snelstart) if system == "snelstart" else (to_nextens, nextens)
    answer = administrator.post("/connections/new", make(process.url, "verkeerd", **wrong))
    assert answer.status_code == 422
    assert "weigert de toegang" in answer.text
    assert "Er is niets opgeslagen" in answer.text
    assert 'value="verkeerd"' in answer.text, "what is no secret is kept"
    assert "4711" not in answer.text
    assert stored(office, "verkeerd") is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"base_url": "https://169.254.169.254/v2"}, "geen adres van dit systeem"),
        ({"base_url": "https://127.0.0.1@evil.example/v2"}, "geen geldig adres"),
        ({"token_url": "https://evil.example/token"}, "geen adres van dit systeem"),
        ({"name": "Met Spatie"}, "kleine letters"),
        ({"name": "crm"}, "Er is al een verbinding"),
        ({"connection_key": "twee woorden"}, "geen sleutel"),
        ({"connection_key": ""}, "Dit is nodig"),
        ({"system": "exact"}, "Kies een systeem"),
        ({"name": "nul\0"}, "kleine letters"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    office: Office, administrator: Browser, snelstart: ModuleProcess, changes: dict[str, str], told: str
) -> None:
    answer = administrator.post("/connections/new", to_snelstart(snelstart.url, "anders", **changes))
    assert (answer.status_code, told in answer.text) == (422, True), answer.text
    assert stored(office, "anders") is None


def test_what_was_tried_and_not_confirmed_can_be_thrown_away(
    office: Office, administrator: Browser, snelstart: ModuleProcess
) -> None:
    assert administrator.post("/connections/new", to_snelstart(snelstart.url, "proef")).status_code == 303
    row = stored(office, "proef")
    assert row is not None
    assert not row.enabled
    assert "proef" not in load_stored(office.runtime.sessions(), None).configuration.connections
    assert administrator.post("/connections/proef/discard").status_code == 303
    assert stored(office, "proef") is None
    assert administrator.post("/connections/proef/confirm").status_code == 404


def test_renewing_tries_first_and_keeps_the_old_key_when_refused(
    office: Office, administrator: Browser, snelstart: ModuleProcess
) -> None:
    connected(office, administrator, to_snelstart(snelstart.url, "vernieuwen"))
    before = stored(office, "vernieuwen")
    assert before is not None
    refused = administrator.post("/connections/vernieuwen/credentials", {"connection_key": "wrong-key-0815"})
    assert refused.status_code == 422
    assert "niets gewijzigd" in refused.text
    assert "0815" not in refused.text
    kept = stored(office, "vernieuwen")
    assert kept is not None
    assert (kept.credentials, kept.state) == (before.credentials, ConnectionState.ACTIVE)
    with office.runtime.sessions.begin() as session:
        session.execute(update(Connection).where(Connection.id == kept.id).values(state="needs_consent"))
    done = administrator.post("/connections/vernieuwen/credentials", {"connection_key": KOPPELSLEUTEL})
    assert done.headers["location"] == "/connections/vernieuwen?done=renewed"
    renewed = stored(office, "vernieuwen")
    assert renewed is not None
    assert (renewed.credentials != before.credentials, renewed.state) == (True, ConnectionState.ACTIVE)
    assert deeds(office, "vernieuwen")[-1] == ("connection.renew", {"renewed": ["connection_key"]})
    assert administrator.post("/connections/vernieuwen/credentials", {"base_url": "https://x.nl"}).status_code == 422
    with office.runtime.sessions() as session:
        assert [name for name in session.scalars(select(Connection.name)) if "~" in name] == []


def test_an_offices_token_is_renewed_and_a_new_secret_keeps_the_token(
    office: Office, administrator: Browser, start_module: StartModule
) -> None:
    nextens = start_module("sandbox.nextens", "--port", "0", "--per-minute", "0")
    connected(office, administrator, to_nextens(nextens.url, "kantoor"))
    requests.put(f"{nextens.url}/_control/options", json={"client_secret": "renewed"}, timeout=10)
    done = administrator.post("/connections/kantoor/credentials", {"client_secret": "renewed"})
    assert done.status_code == 303, done.text
    assert administrator.post("/connections/kantoor/check").headers["location"].endswith("done=works")
    wrong = administrator.post("/connections/kantoor/credentials", {"refresh_token": "not-a-token"})
    assert wrong.status_code == 422
    assert administrator.post("/connections/kantoor/check").headers["location"].endswith("done=works")


def test_pausing_needs_a_reason_and_a_file_does_not_end_it(office: Office, operator: Browser) -> None:
    assert operator.post("/connections/books/pause", {"reason": " "}).status_code == 422
    assert operator.post("/connections/books/pause", {"reason": "jaarafsluiting <b>"}).status_code == 303
    shown = operator.get("/connections/books").text
    assert "jaarafsluiting &lt;b&gt;" in shown
    assert operator.name in shown
    again = operator.post("/connections/books/pause", {"reason": "ook"})
    assert (again.status_code, operator.name in again.text) == (422, True)
    row = stored(office, "books")
    assert row is not None
    assert not row.enabled
    assert operator.post("/connections/books/resume").status_code == 303
    assert operator.post("/connections/books/resume").status_code == 422
    assert [action for action, _ in deeds(office, "books")] == ["connection.pause", "connection.resume"]


def test_who_may_do_what(office: Office, viewer: Browser, operator: Browser) -> None:
    assert viewer.get("/connections").status_code == 200
    assert viewer.get("/connections/crm").status_code == 200
    assert viewer.post("/connections/crm/pause", {"reason": "x"}).status_code == 403
    assert viewer.post("/connections/crm/check").status_code == 403
    for path in ("/connections/new", "/connections/crm/credentials"):
        assert operator.get(path).status_code == 403
    for path in (
        "/connections/new",
        "/connections/crm/credentials",
        "/connections/crm/confirm",
        "/connections/crm/remove",
    ):
        assert operator.post(path).status_code == 403
    assert viewer.get("/connections/nobody").status_code == 404


def test_only_an_administrator_sees_the_hook_address(
    office: Office, operator: Browser, administrator: Browser, snelstart: ModuleProcess
) -> None:
    text = FILE.format(url=snelstart.url)
    hooks = apply(office.runtime.sessions, office.runtime.vault, read_wanted(text.encode(), ENVIRONMENT)).hooks
    assert hooks["klanten"] in administrator.get("/connections/klanten").text
    shown = operator.get("/connections/klanten").text
    assert hooks["klanten"] not in shown
    assert "Alleen een beheerder" in shown
    assert "env:KEY" in administrator.get("/connections/klanten/credentials").text
    assert administrator.post("/connections/klanten/credentials", {"key": "another"}).status_code == 422


FILE = """\
connections:
  klanten:
    system: simplicate
    base_url: https://kantoor.simplicate.nl/api/v2
    credentials: {{key: env:KEY, secret: env:SECRET}}
    hook_secrets: [env:HOOK]
"""
ENVIRONMENT = {"KEY": "file-key", "SECRET": "file-secret", "HOOK": "file-hook"}


def exported(office: Office) -> str:
    with office.runtime.sessions() as session:
        return export_yaml(load_stored(session, None).configuration)


def test_a_file_leaves_alone_what_a_page_made_and_paused(
    office: Office, administrator: Browser, snelstart: ModuleProcess
) -> None:
    connected(office, administrator, to_snelstart(snelstart.url, "pagina"))
    text = FILE.format(url=snelstart.url)
    administrator.post("/connections/klanten/pause", {"reason": "even niet"})
    apply(office.runtime.sessions, office.runtime.vault, read_wanted(text.encode(), ENVIRONMENT))
    row, of_file = stored(office, "pagina"), stored(office, "klanten")
    assert row is not None
    assert of_file is not None
    assert (row.enabled, of_file.enabled) == (True, False), "the page's own stays, and so does its pause"
    blocks = yaml.safe_load(exported(office))["connections"]
    assert blocks["pagina"]["credentials"] == {"subscription_key": "stored", "connection_key": "stored"}
    assert "enabled" not in blocks["klanten"]
    assert administrator.post("/connections/klanten/resume").status_code == 303


def test_a_file_takes_over_what_a_page_made_only_as_it_stands(
    office: Office, administrator: Browser, snelstart: ModuleProcess
) -> None:
    connected(office, administrator, to_snelstart(snelstart.url, "overname"))
    sessions, vault, text = office.runtime.sessions, office.runtime.vault, exported(office)

    def wanted(content: str) -> Wanted:
        return read_wanted(content.encode(), ENVIRONMENT)

    def flaws(content: str) -> set[str]:
        with pytest.raises(FileRefused) as caught:
            apply(sessions, vault, wanted(content))
        return {flaw.code for flaw in caught.value.flaws}

    assert flaws(text.replace(f"{snelstart.url}/v2", f"{snelstart.url}/v3")) == {"on_page"}
    assert flaws(text.replace("  overname:", "  nieuw:")) == {"secret_stored"}
    changes = apply(sessions, vault, wanted(text)).changes
    assert ("adopted", "overname") in [(change.action, change.name) for change in changes]
    assert plan(sessions, vault, wanted(text)) == []
    taken = stored(office, "overname")
    assert taken is not None
    assert connection_info(taken, vault).credentials["connection_key"] == KOPPELSLEUTEL
    assert administrator.post("/connections/overname/remove").status_code == 404, "the file is its owner now"
    renewed = administrator.post("/connections/overname/credentials", {"connection_key": KOPPELSLEUTEL})
    assert renewed.status_code == 303, "`stored` leaves the renewing to the page"


def test_the_api_tests_and_pauses(office: Office, snelstart: ModuleProcess, administrator: Browser) -> None:
    connected(office, administrator, to_snelstart(snelstart.url, "api"))
    operate = api_headers(office.runtime, "operate")

    def call(path: str, **more: Any) -> requests.Response:
        return requests.post(f"{office.url}/api/connections/{path}", headers=operate, timeout=20, **more)

    checked = call("api/check").json()
    assert checked["ok"] is True
    assert checked["findings"]
    assert call("api/pause", json={"reason": "jaarwerk"}).json()["enabled"] is False
    assert call("api/pause", json={"reason": "jaarwerk"}).status_code == 409
    assert call("api/pause", json={"reason": ""}).status_code == 422
    assert call("api/resume").json()["enabled"] is True
    assert call("api/resume").status_code == 409
    assert call("nobody/resume").status_code == 404
    read = api_headers(office.runtime, "read")
    assert requests.post(f"{office.url}/api/connections/api/resume", headers=read, timeout=10).status_code == 403


def test_what_was_pasted_stands_nowhere_in_the_clear(office: Office) -> None:
    """The last test: it looks at all that the others left behind."""
    pasted = [KOPPELSLEUTEL, SUBSCRIPTION, *PASTED["tax"].values(), "wrong-key-0815", "4711", "not-a-token"]
    text = everything_stored(office) + office.log.read_text()
    assert [secret for secret in pasted if secret in text and secret != "sandbox-client"] == []
