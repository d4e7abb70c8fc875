"""Who saved a relation that failed hears of it once, over real SMTP, whatever the mail server does."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from adapters.base import Notice
from adapters.mail import open_mailer
from models.tables import Connection, Mail
from models.words import Kind, MailState, Origin
from sync.feedback.mailing import send_due
from sync.intake import record_changes
from sync.run import run_job
from tests.fixtures.bridge import Bridge, MakeBridge
from tests.fixtures.post import Post
from tests.flows.sandbox_data import customer, numbered_customer

LONG = "Internationale Handelsonderneming voor Bakkerijbenodigdheden B.V."


TOLD = {"failure": {"mail_to": "boekhouding@kantoor.example"}}


@pytest.fixture
def office(make_bridge: MakeBridge, post: Post) -> Bridge:
    """Return a bridge that may send mail."""
    bridge = make_bridge(smtp_url=post.smtp, admin_email="beheer@kantoor.example")
    bridge.apply(**TOLD)
    return bridge


def send(bridge: Bridge) -> int:
    """Hand over what is due, as the upkeep task does."""
    mailer = open_mailer(bridge.outside.settings)
    assert mailer is not None
    return send_due(bridge.outside, mailer)


def fail(bridge: Bridge, **changes: Any) -> str:
    """Save a relation that cannot go to the books."""
    record = bridge.crm_save(None, **customer(name=LONG, **changes))
    bridge.sync(record)
    return record


def test_a_failure_is_mailed_once_however_often_it_fails(office: Bridge, post: Post) -> None:
    record = fail(office)
    assert send(office) == 1
    (mail,) = post.mails()
    assert mail["to"] == ["boekhouding@kantoor.example"]
    assert "niet verwerkt in SnelStart" in mail["subject"]
    assert "50" in mail["text"] and "simplicate" in mail["text"]

    office.crm_save(record, phone="020 1234567", custom_fields={"sync_snelstart": "1"})
    office.sync(record)
    assert send(office) == 0
    assert len(post.mails()) == 1


def test_cured_and_failing_anew_it_is_news_again(office: Bridge, post: Post) -> None:
    record = fail(office)
    office.crm_save(record, name="Bakkerij Zonnig B.V.", custom_fields={"sync_snelstart": "1"})
    office.sync(record)
    office.crm_save(record, name=LONG)
    office.sync(record)
    assert send(office) == 2
    assert len(post.mails()) == 2


def test_who_saved_comes_first_and_the_manager_second(office: Bridge, post: Post) -> None:
    record = office.crm_save(None, **customer(name=LONG))
    with office.outside.sessions.begin() as session:
        crm = session.scalars(select(Connection.id).where(Connection.name == "crm")).one()
        notice = Notice(Kind.RELATION, record, saved_by="ans@kantoor.example")
        now = datetime.now(UTC)
        record_changes(session, crm, [notice], Origin.HOOK, uuid4(), now, office.outside.vault)
    office.drain()
    send(office)
    assert [mail["to"] for mail in post.mails()] == [["ans@kantoor.example"]]


FAULTS = {
    "451": (0, MailState.WAITING),
    "550": (0, MailState.REFUSED),
    "drop_before": (0, MailState.HANDED),
    "drop_after": (1, MailState.HANDED),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_mail_server_that_fails_never_gets_a_mail_twice(office: Bridge, post: Post, kind: str) -> None:
    arrived, state = FAULTS[kind]
    post.control("POST", "faults", {"kind": kind, "count": 1})
    fail(office)
    send(office)
    assert [row.state for row in office.rows(Mail)] == [state]
    assert len(post.mails()) == arrived
    with office.outside.sessions.begin() as session:
        session.execute(update(Mail).values(not_before=func.now()))
    send(office)
    assert len(post.mails()) == (1 if state == MailState.WAITING else arrived)


def test_a_crash_while_mailing_sends_nothing_twice(office: Bridge, post: Post) -> None:
    class Dying:
        def send(self, to: str, subject: str, text: str, headers: Any = None, *, marker: UUID) -> None:
            mailer = open_mailer(office.outside.settings)
            assert mailer is not None
            mailer.send(to, subject, text, headers, marker=marker)
            raise KeyboardInterrupt

    fail(office)
    with pytest.raises(KeyboardInterrupt):
        send_due(office.outside, Dying())
    assert send(office) == 0
    assert len(post.mails()) == 1


def test_refused_credentials_are_one_mail_to_the_administrator(office: Bridge, post: Post) -> None:
    office.control("books", "PUT", "options", {"subscription_key": "another"})
    for number in range(3):
        office.hear(office.crm_save(None, **numbered_customer(number + 1)))
    for job in office.due():
        run_job(office.outside, job)
    assert send(office) == 1
    (mail,) = post.mails()
    assert mail["to"] == ["beheer@kantoor.example"]
    assert "office" in mail["subject"]
    assert send(office) == 0
