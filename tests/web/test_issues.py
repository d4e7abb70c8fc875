"""The error inbox: causes in words, each record once, retried and put aside with a trace, and closed when cured."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select, update

from models.records import Problem
from models.tables import Audit, Issue, Link, Mail, SyncJob
from models.words import JobState, Kind, MailState
from sync import issues as raising
from sync.feedback.mailing import CONTEXT as MAIL
from sync.labels import CONTEXT as LABEL
from sync.subjects import subject_of
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers

KVK = {"value": "1234567", "effect_nl": "Dit veld is niet meegestuurd.", "effect_en": "This field was left out."}
HOSTILE = "<script>alert(1)</script> {kvk} B.V."


def raised(office: Office, record: str, cause: str = "check.kvk", name: str = "", **more: Any) -> int:
    """Raise an issue as a run does, with a job that waits for a person."""
    problem = Problem(cause, more.pop("field", "kvk"), more.pop("blocking", False), more.pop("params", KVK))
    with office.runtime.sessions.begin() as session:
        label = None
        if name:
            subject = subject_of(session, office.runtime.vault, office.crm, Kind.RELATION, record)
            label = subject.seal(name, LABEL)
        raising.raise_issue(session, office.link, Kind.RELATION, record, problem, label=label, **more)
        if record and session.scalar(select(SyncJob.id).where(SyncJob.record_id == record)) is None:
            target = session.get_one(Link, office.link).target_id
            job = SyncJob(link_id=office.link, source_connection_id=office.crm, target_connection_id=target)
            job.kind, job.record_id, job.state, job.lane = Kind.RELATION, record, JobState.HELD, "live"
            job.correlation_id = uuid4()
            session.add(job)
        return session.scalars(
            select(Issue.id).where(Issue.record_id == record, Issue.cause == cause, Issue.closed_at.is_(None))
        ).one()


@pytest.fixture(autouse=True)
def emptied(office: Office) -> Iterator[None]:
    """Leave nothing behind for the next test."""
    yield
    with office.runtime.sessions.begin() as session:
        session.execute(update(Issue).values(closed_at=func.now() - func.make_interval(0, 0, 0, 90)))
        session.execute(update(Mail).values(state=MailState.SENT))
        session.execute(update(SyncJob).values(state=JobState.HELD))


def issue(office: Office, issue_id: int) -> Issue:
    """Read one issue."""
    with office.runtime.sessions() as session:
        return session.get_one(Issue, issue_id)


def audited(office: Office, action: str) -> list[Audit]:
    """Return what was written of a kind of action."""
    with office.runtime.sessions() as session:
        return list(session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id)))


def said(page: requests.Response) -> str:
    """Return a page's words on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


CAUSE = "/issues/cause?link=office&cause=check.kvk&field=kvk"


def test_causes_are_told_in_words_and_quote_only_what_all_records_share(office: Office, viewer: Browser) -> None:
    for number in range(3):
        raised(office, f"organization:{number}", params=KVK | {"value": str(number)})
    raised(office, "organization:long", "snelstart.name_too_long", field="name", blocking=True, params={"limit": "50"})
    page = viewer.get("/issues")
    shown = said(page)

    assert page.status_code == 200
    assert "KvK-nummer … is geen nummer van 8 cijfers. Dit veld is niet meegestuurd." in shown
    assert "3 relaties, de rest is wel verwerkt" in shown
    assert "1 relatie, houdt de relatie tegen" in shown
    assert shown.index("houdt de relatie tegen") < shown.index("de rest is wel verwerkt")
    assert "gebruiker van het CRM" in shown
    assert "data-live" in page.text
    assert "Chamber of Commerce (KvK) number …" in said(viewer.get("/issues?language=en"))

    assert "KvK-nummer" not in said(viewer.get("/issues?mover=bookkeeper"))
    assert "KvK-nummer …" in said(viewer.get("/issues?mover=crm_user&link=office"))
    assert "Geen meldingen met dit filter" in said(viewer.get("/issues?link=elsewhere"))


def test_a_cause_nobody_knows_is_the_administrators_and_hostile_text_stays_text(
    office: Office, viewer: Browser
) -> None:
    raised(office, "organization:h", "{evil}<b>", HOSTILE, params={"words": "<img src=x>"}, url="javascript:alert(1)")
    page = viewer.get("/issues?mover=administrator")
    assert "Onbekende melding {evil}&lt;b&gt;" in page.text
    link = re.search(r'href="(/issues/cause[^"]+)"', page.text)
    assert link is not None
    listed = viewer.get(link[1].replace("&amp;", "&")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {kvk} B.V." in listed
    assert not re.search(r"<script>|<img|javascript:", listed)


def test_records_of_a_cause_are_listed_page_by_page_with_name_words_and_ways_on(
    office: Office, operator: Browser, viewer: Browser
) -> None:
    for number in range(52):
        raised(office, f"organization:p{number:02}", name=f"Zaak {number:02}", url="https://crm.example/o/1")
    first = operator.get(CAUSE)
    assert first.text.count("https://crm.example/o/1") == 50
    assert f'href="/relations/{office.link}/organization%3Ap00"' in first.text
    assert "KvK-nummer 1234567 is geen nummer" in said(first)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following is not None
    second = said(operator.get(following[1].replace("&amp;", "&")))
    assert "Zaak 51" in second
    assert "Zaak 49" not in second
    assert "Opnieuw proberen" not in said(viewer.get(CAUSE))


def test_one_record_and_a_whole_cause_are_offered_again_and_the_latter_after_a_preview(
    office: Office, operator: Browser, viewer: Browser
) -> None:
    ids = [raised(office, f"organization:r{number:02}", name=f"R {number}") for number in range(51)]
    assert operator.post("/issues/retry", {"issue": ids[0]}).status_code == 303
    assert _due(office) == ["organization:r00"]
    assert "wordt opnieuw geprobeerd" in said(operator.get(CAUSE))

    preview = said(operator.get("/issues/retry?link=office&cause=check.kvk&field=kvk"))
    assert "50 relaties worden opnieuw uit het CRM gelezen en verwerkt. Dat gebeurt meteen." in preview
    answer = operator.post("/issues/retry", {"link": "office", "cause": "check.kvk", "field": "kvk"})
    assert "done=retried" in answer.headers["location"]
    assert len(_due(office)) == 51
    again = operator.post("/issues/retry", {"link": "office", "cause": "check.kvk", "field": "kvk"})
    assert "done=nothing" in again.headers["location"]

    assert [row.after["jobs"] for row in audited(office, "issue.retry")][-2:] == [1, 50]
    assert viewer.post("/issues/retry", {"issue": ids[0]}).status_code == 403


def _due(office: Office) -> list[str]:
    with office.runtime.sessions() as session:
        query = select(SyncJob.record_id).where(SyncJob.state == JobState.DUE).order_by(SyncJob.record_id)
        return list(session.scalars(query))


def test_what_is_put_aside_needs_a_reason_stays_open_and_comes_back_when_asked(
    office: Office, operator: Browser
) -> None:
    one, other = raised(office, "organization:a", name="Aap"), raised(office, "organization:b", name="Beer")
    refused = operator.post("/issues/ignore", {"issue": one, "reason": "  "})
    assert (refused.status_code, "Vul een reden in." in refused.text) == (422, True)

    answer = operator.post("/issues/ignore", {"issue": one, "reason": "Stopt in mei, BSN 111222333"})
    page = said(operator.get(answer.headers["location"]))
    assert "Terzijde gelegd." in page
    assert f"Terzijde gelegd door {operator.name}: Stopt in mei, BSN *** " in page
    assert issue(office, one).closed_at is None
    assert "1 relatie" in said(operator.get("/issues"))
    badge = re.search(r'class="badge">(\d+)<', operator.get("/issues").text)
    assert badge is not None and badge[1] == "1"
    assert "1 terzijde gelegd" in said(operator.get("/issues?ignored=true"))

    operator.post("/issues/take-back", {"issue": one})
    assert issue(office, one).ignored_at is None
    late = raised(office, "organization:c")
    everything = {"link": "office", "cause": "check.kvk", "field": "kvk"}
    operator.post("/issues/ignore", everything | {"reason": "Zomer", "up_to": other})
    assert [bool(issue(office, number).ignored_at) for number in (one, other, late)] == [True, True, False]
    operator.post("/issues/take-back", everything)
    assert issue(office, other).ignored_at is None
    assert [row.reason for row in audited(office, "issue.ignore")][-2:] == ["Stopt in mei, BSN ***", "Zomer"]


def test_an_issue_of_the_connection_leads_to_connections_and_cannot_be_retried(
    office: Office, operator: Browser
) -> None:
    number = raised(office, "", "connection.unauthorised", field="", blocking=True, params={"connection": "office"})
    page = operator.get("/issues/cause?link=office&cause=connection.unauthorised&field=")
    assert 'href="/connections"' in page.text
    assert "Opnieuw proberen" not in said(page)
    assert operator.post("/issues/retry", {"issue": number}).headers["location"].endswith("done=nothing")


def test_what_is_cured_leaves_the_list_and_shows_among_the_closed(office: Office, viewer: Browser) -> None:
    raised(office, "organization:cured", name="Genezen B.V.")
    with office.runtime.sessions.begin() as session:
        raising.close_cured(session, office.link, Kind.RELATION, "organization:cured", [])
    assert "Van deze oorzaak staat niets meer open" in said(viewer.get(CAUSE))
    closed = said(viewer.get("/issues/closed?link=office"))
    assert "Genezen B.V." in closed
    assert "vanzelf, hersteld" in closed


def test_the_export_holds_every_record_and_runs_nothing(office: Office, viewer: Browser) -> None:
    raised(office, "organization:x", name="=HYPERLINK(1)")
    raised(office, "organization:y", name="Gewoon")
    answer = viewer.get("/issues/export.csv?cause=check.kvk")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["record"], row["name"]) for row in rows] == [
        ("organization:x", "'=HYPERLINK(1)"),
        ("organization:y", "Gewoon"),
    ]


def test_a_refused_mail_is_shown_and_sent_again_once_as_a_mail_of_its_own(
    office: Office, operator: Browser, viewer: Browser
) -> None:
    first = uuid4()
    with office.runtime.sessions.begin() as session:
        subject = subject_of(session, office.runtime.vault, office.crm, Kind.RELATION, "organization:m")
        content = {"to": "jan@kantoor.example", "subject": "Boekbrug: Jan", "text": "x"}
        mail = Mail(
            id=first, link_id=office.link, connection_id=office.crm, kind="relation", record_id="organization:m"
        )
        mail.sealed, mail.state, mail.reason = subject.seal(content, MAIL), MailState.REFUSED, "550 unknown user"
        session.add(mail)
    assert "1 mail is geweigerd" in said(viewer.get("/issues"))
    masked = said(viewer.get("/issues/mails"))
    assert "j•••@k•••" in masked
    assert "jan@kantoor.example" not in masked
    assert "De mailserver weigert een melding: 550 unknown user" in masked
    assert "jan@kantoor.example" in said(operator.get("/issues/mails"))

    for expected in ("mail_again", "nothing"):
        assert operator.post(f"/issues/mails/{first}/again").headers["location"].endswith(expected)
    with office.runtime.sessions() as session:
        states: dict[UUID, str] = {row.id: row.state for row in session.scalars(select(Mail))}
    assert states.pop(first) == MailState.SETTLED
    assert list(states.values()) == [MailState.WAITING]
    assert viewer.post(f"/issues/mails/{first}/again").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/issues?link=%00", 422),
        ("/issues?page=99999999999999999999", 422),
        ("/issues/cause?link=a", 422),
        ("/issues/cause?link=a&cause=b&after=9223372036854775808", 422),
        ("/issues/ignore?issue=999999", 404),
        ("/issues/closed?before=nonsense", 422),
        ("/issues/mails/1/again", 405),
    ],
)
def test_nonsense_is_refused(operator: Browser, path: str, status: int) -> None:
    assert operator.get(path).status_code == status


def test_the_api_lists_groups_and_records_and_does_what_the_pages_do(office: Office) -> None:
    number = raised(office, "organization:api", name="Api B.V.", params=KVK)
    reading, operating = api_headers(office.runtime, "read"), api_headers(office.runtime, "operate")

    def get(path: str, **query: Any) -> Any:
        answer = requests.get(f"{office.url}/api/{path}", params=query, headers=reading, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(path: str, body: dict[str, Any], headers: dict[str, str] = operating) -> requests.Response:
        return requests.post(f"{office.url}/api/{path}", json=body, headers=headers, timeout=10)

    (group,) = get("issues", link="office")["issues"]
    assert (group["cause"], group["records"], group["whose_move"]) == ("check.kvk", 1, "crm_user")
    assert group["what_nl"].startswith("KvK-nummer 1234567 ")
    (row,) = get("issues/records", link="office", cause="check.kvk", field="kvk")["records"]
    assert (row["id"], row["name"], row["record_id"]) == (number, "Api B.V.", "organization:api")

    assert post("issues/retry", {"issue": number}, reading).status_code == 403
    assert post("issues/retry", {"issue": number}).json() == {"offered": 1}
    assert post("issues/ignore", {"issue": number, "reason": ""}).status_code == 422
    assert post("issues/ignore", {"issue": number, "reason": "mag"}).json() == {"changed": 1}
    assert get("issues")["issues"] == []
    assert len(get("issues", ignored=True)["issues"]) == 1
    whole = {"link": "office", "cause": "check.kvk", "field": "kvk"}
    assert post("issues/ignore", whole | {"take_back": True}).json() == {"changed": 1}
    assert post("issues/ignore", {"issue": 2**63 - 1, "reason": "x"}).status_code == 404
    assert post("issues/retry", {"issue": 2**63}).status_code == 422
    assert post("issues/retry", {}).status_code == 422
    assert audited(office, "issue.ignore")[-1].via == "api"
