"""On Monday morning the week is told by mail, once to each who wants it, and nothing personal with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from adapters.mail import open_mailer
from models.settings import Settings
from models.tables import BudgetSample, Connection, Issue, Mail, Reconciliation, Review, SyncLog, User
from sync.digest import due_at, queue_digests, receivers_of
from sync.feedback.mailing import send_due
from tasks.runtime import Runtime
from tests.fixtures.post import Post
from tests.web.office import environment, furnish

ZONE = ZoneInfo("Europe/Amsterdam")
TODAY = datetime.now(ZONE).date()
MONDAY = datetime.combine(TODAY - timedelta(days=TODAY.weekday()), datetime.min.time(), ZONE)
SEVEN = MONDAY + timedelta(hours=7, minutes=2)
SECRET = "Bakkerij De Vries"
"""Stands in what is stored, and may stand in no digest."""


@pytest.fixture
def runtime(fresh_database_url: str, redis_url: str, tmp_path: Path, post: Post) -> Iterator[Runtime]:
    names = environment(fresh_database_url, redis_url, tmp_path)
    given = {name.removeprefix("BOEKBRUG_").lower(): value for name, value in names.items()}
    given |= {
        "smtp_url": post.smtp,
        "digest_to": "anna@kantoor.example, ANNA@kantoor.example",
        "admin_email": "it@kantoor.example",
    }
    opened = Runtime.open(Settings.model_validate(given))
    yield opened
    opened.close()


@pytest.fixture
def link(runtime: Runtime) -> int:
    return furnish(runtime)[1]


def live_a_week(runtime: Runtime, link: int) -> None:
    """Let things happen, last week and before."""
    during, before = MONDAY - timedelta(days=3), MONDAY - timedelta(days=9)
    with runtime.sessions.begin() as session:
        session.connection().exec_driver_sql("CREATE TABLE sync_log_any PARTITION OF sync_log DEFAULT")
        for at, count in ((during, 3), (before, 5)):
            session.add_all(
                SyncLog(
                    link_id=link,
                    job_id=1,
                    kind="relation",
                    record_id=SECRET,
                    outcome="created",
                    at=at,
                    correlation_id=uuid4(),
                )
                for _ in range(count)
            )
        params = {"words": f"{SECRET} 111222333"}
        session.add(
            Issue(link_id=link, kind="relation", record_id="1", cause="check.kvk", params=params, opened_at=during)
        )
        session.add(
            Review(
                link_id=link, kind="relation", record_id="2", role="customer", reason="review.several", candidates=[]
            )
        )
        books = session.scalars(select(Connection).where(Connection.name == "books")).one()
        session.add(BudgetSample(connection_id=books.id, window="hour", minute=during, used=4100, left=900))
        session.add(BudgetSample(connection_id=books.id, window="hour", minute=before, used=4900, left=100))
        session.execute(
            update(Connection).where(Connection.name == "books").values(state="needs_consent", state_since=during)
        )
        counts = {"in_sync": 980, "differs": 3}
        session.add(Reconciliation(link_id=link, started_at=during, finished_at=during, counts=counts))
        session.add(User(name="it", email="IT@kantoor.example", role="administrator", language="en"))


def test_the_week_is_mailed_once_to_each_in_their_language(runtime: Runtime, link: int, post: Post) -> None:
    live_a_week(runtime, link)
    for _ in range(2):
        queue_digests(runtime.outside, SEVEN)
        queue_digests(runtime.outside, SEVEN + timedelta(hours=3))
    mailer = open_mailer(runtime.settings)
    assert mailer is not None
    assert send_due(runtime.outside, mailer) == 2
    mails = {mail["to"][0]: mail for mail in post.mails()}
    assert sorted(mails) == ["anna@kantoor.example", "it@kantoor.example"]

    dutch, english = mails["anna@kantoor.example"]["text"], mails["it@kantoor.example"]["text"]
    assert "office: 3 aangemaakt, 0 bijgewerkt" in dutch
    assert "office: 3 created, 0 updated" in english
    assert "aan zet: " in dutch and "1 te beoordelen" in dutch
    assert "books wacht op nieuwe toestemming sinds" in dutch
    assert "books: 4.100 van 5.000 per uur" in dutch
    assert "980 gelijk, 3 verschilt" in dutch
    assert "http://127.0.0.1:8000/issues" in english
    assert not any(word in text for text in (dutch, english) for word in (SECRET, "111222333"))

    assert queue_digests(runtime.outside, SEVEN) == 0
    assert queue_digests(runtime.outside, SEVEN + timedelta(days=7)) == 2


def test_a_quiet_week_says_so(runtime: Runtime, link: int) -> None:
    assert queue_digests(runtime.outside, SEVEN) == 2
    with runtime.sessions() as session:
        mail = session.scalars(select(Mail)).first()
        assert mail is not None
        text = runtime.vault.open_json(mail.sealed, "mail")["text"]
    assert "Er was niets te schrijven." in text and "Niets." in text and "Alles werkt" in text


@pytest.mark.parametrize(
    ("local", "sent"),
    [
        ((2026, 11, 16, 6, 59), False),
        ((2026, 11, 16, 7, 0), True),
        ((2026, 11, 17, 6, 59), True),
        ((2026, 11, 17, 7, 0), False),
        ((2026, 11, 22, 12, 0), False),
        ((2026, 3, 30, 7, 0), True),  # The day after the clock went forward.
    ],
)
def test_its_hour_is_monday_at_seven_in_the_offices_zone(local: tuple[int, ...], sent: bool) -> None:
    moment = datetime(*local, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]
    found = due_at(moment, ZONE)
    assert (found is not None) == sent
    assert found is None or (found.weekday(), found.hour) == (0, 7)


def test_an_address_is_asked_for_once() -> None:
    settings = Settings(digest_to=" a@x.example,nobody, A@x.example ", admin_email="b@x.example")
    assert [one.lower() for one in receivers_of(settings)] == ["a@x.example", "b@x.example"]
    assert receivers_of(Settings()) == []
