import smtplib
import threading
import time

import pytest

from tests.sandbox.clients import MailSink, mail


def test_a_mail_is_kept_as_it_was_sent(sink: MailSink) -> None:
    sink.send("eva@kantoor.example", "bram@kantoor.example")
    (kept,) = sink.control("GET", "mails")
    assert kept["from"] == "boekbrug@kantoor.example"
    assert kept["to"] == ["eva@kantoor.example", "bram@kantoor.example"]
    assert kept["subject"] == kept["headers"]["Subject"] == "Niet gelukt: één relatie"
    assert kept["text"] == "Het KvK-nummer klopt niet.\nVink opnieuw aan; dat kost € 0.\n"
    assert kept["headers"]["X-Boekbrug-Cause"] == "REL-0006"
    assert abs(kept["received_at"] - time.time()) < 10


def test_html_and_attachments_are_told_apart(sink: MailSink) -> None:
    mixed = mail()
    mixed.add_alternative("<p>Niet gelukt</p>", subtype="html")
    mixed.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bijlage.pdf")
    with sink.connect() as smtp:
        smtp.send_message(mixed)
    (kept,) = sink.control("GET", "mails")
    assert kept["html"].strip() == "<p>Niet gelukt</p>"
    assert kept["text"].startswith("Het KvK-nummer")
    assert kept["attachments"] == ["bijlage.pdf"]


def test_mails_can_be_picked_by_recipient_and_thrown_away(sink: MailSink) -> None:
    sink.send("eva@kantoor.example")
    sink.send("bram@kantoor.example")
    assert len(sink.control("GET", "mails?to=bram@kantoor.example")) == 1
    assert sink.control("DELETE", "mails") == []
    assert sink.control("GET", "mails") == []


def test_the_control_address_knows_where_to_send(sink: MailSink) -> None:
    assert sink.control("GET", "addresses") == {"smtp": sink.smtp}


@pytest.mark.parametrize("code", [451, 550])
def test_a_mail_is_refused_as_often_as_told(sink: MailSink, code: int) -> None:
    sink.spoil(str(code), count=1)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        sink.send()
    assert refused.value.smtp_code == code
    assert sink.subjects() == []
    sink.send()
    assert len(sink.subjects()) == 1
    assert sink.control("GET", "stats") == {"connections": 2, "kept": 1, str(code): 1}


def test_one_recipient_is_refused(sink: MailSink) -> None:
    sink.spoil("550", at="rcpt", to="weg@kantoor.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sink.send("weg@kantoor.example")
    sink.send("weg@kantoor.example", "eva@kantoor.example")
    (kept,) = sink.control("GET", "mails")
    assert kept["to"] == ["eva@kantoor.example"]


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1)])
def test_the_connection_is_cut_without_an_answer(sink: MailSink, kind: str, kept: int) -> None:
    sink.spoil(kind, count=1)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="unexpectedly closed") as cut:
        sink.send()
    assert "timed out" not in str(cut.value)
    assert len(sink.subjects()) == kept


@pytest.mark.parametrize(("kind", "kept"), [("hang", 0), ("hang_after", 1)])
def test_nothing_is_said_until_the_sender_goes(sink: MailSink, kind: str, kept: int) -> None:
    sink.spoil(kind, count=1)
    began = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        sink.send(timeout=0.3)
    assert time.monotonic() - began >= 0.3
    assert len(sink.subjects()) == kept
    sink.send()
    assert len(sink.subjects()) == kept + 1


def test_a_hang_ends_in_a_cut_when_told(sink: MailSink) -> None:
    sink.spoil("hang", delay_ms=100)
    with pytest.raises(smtplib.SMTPServerDisconnected) as cut:
        sink.send()
    assert "timed out" not in str(cut.value)


def test_rules_show_their_hits_and_can_be_dropped(sink: MailSink) -> None:
    sink.spoil("451", skip=1, count=1)
    sink.send()
    with pytest.raises(smtplib.SMTPDataError):
        sink.send()
    (rule,) = sink.control("GET", "faults")
    assert (rule["kind"], rule["hits"]) == ("451", 1)
    assert sink.control("DELETE", "faults") == []


def test_a_sender_may_log_in_but_not_with_anything(sink: MailSink) -> None:
    with sink.connect() as smtp:
        smtp.login("sandbox-user", "sandbox-password")
        smtp.send_message(mail())
    with sink.connect() as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login("sandbox-user", "other")
    assert len(sink.subjects()) == 1


def test_many_senders_at_once_lose_nothing(sink: MailSink) -> None:
    threads = [threading.Thread(target=sink.send, args=(f"een{at}@kantoor.example",)) for at in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each["to"][0] for each in sink.control("GET", "mails")} == {f"een{at}@kantoor.example" for at in range(20)}


def test_wrong_control_calls_are_refused_with_a_reason(sink: MailSink) -> None:
    for wrong in ({"kind": "odd"}, {"kind": "hang", "at": "rcpt"}, {"kind": "451", "nothing": 1}):
        answer = sink.session.post(f"{sink.url}/_control/faults", json=wrong, timeout=5)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert sink.session.get(f"{sink.url}/_control/none", timeout=5).status_code == 404
