"""A mail is taken, certainly not taken, refused, or nobody knows: over real SMTP, with and without TLS."""

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from adapters.errors import AdapterError, OutcomeUnknown, Rejected, Unavailable
from adapters.mail import Mailer, open_mailer
from adapters.mail_causes import CAUSES
from adapters.mail_server import MailServer
from models.settings import Settings
from tests.adapters.mail_script import DROP, HANG, TRICKLE, Script
from tests.fixtures.sandboxes import StartSandbox

MARKER = UUID("6f3b0c1e-8a55-4f0e-9b7d-0a1b2c3d4e5f")
TO = "anna@kantoor.example"
SECONDS = 0.6
PASSWORD = "geh:eim/@%1"
WRITTEN = "geh%3Aeim%2F%40%251"


@dataclass
class Sink:
    """The sandbox's mail server."""

    control: str
    smtp: str

    def call(self, method: str, name: str, given: Any = None) -> Any:
        answer = requests.request(method, f"{self.control}/_control/{name}", json=given, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mailer(self, sender: str = "Boekbrug <boekbrug@kantoor.example>") -> Mailer:
        return Mailer(SecretStr(self.smtp), sender, 5)


@pytest.fixture
def sink(start_sandbox: StartSandbox) -> Sink:
    sink = Sink(start_sandbox("mail").url, "")
    sink.smtp = sink.call("GET", "addresses")["smtp"]
    return sink


StartScript = Callable[..., Script]


@pytest.fixture
def script() -> Iterator[StartScript]:
    started: list[Script] = []

    def start(*arguments: Any, **named: Any) -> Script:
        started.append(Script(*arguments, **named))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def mailer(server: Script, scheme: str = "smtp", login: str = "") -> Mailer:
    return Mailer(SecretStr(f"{scheme}://{login}127.0.0.1:{server.port}"), "boekbrug@kantoor.example", SECONDS)


def send(by: Mailer, to: str = TO, subject: str = "Niet gelukt", text: str = "Regel\n", **headers: str) -> None:
    by.send(to, subject, text, {name.replace("_", "-"): value for name, value in headers.items()}, marker=MARKER)


def test_a_mail_arrives_whole(sink: Sink) -> None:
    text = "Beste Anna,\n\n.\n.punt\nFrom hier: € 1.000 = één\n" + "lang " * 400 + "\neinde zonder regeleinde"
    sink.mailer().send(TO, "Zoë & Co: niet gelukt – € 5", text, {"X-Boekbrug": "relation"}, marker=MARKER)
    (mail,) = sink.call("GET", "mails")
    assert (mail["from"], mail["to"]) == ("boekbrug@kantoor.example", [TO])
    assert mail["subject"] == "Zoë & Co: niet gelukt – € 5"
    assert mail["text"].rstrip("\n") == text
    assert mail["html"] == "" and mail["attachments"] == []
    headers = mail["headers"]
    assert headers["From"] == "Boekbrug <boekbrug@kantoor.example>"
    assert headers["To"] == TO
    assert headers["Message-ID"] == f"<{MARKER}@kantoor.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Boekbrug"] == "relation"
    assert headers["Content-Type"].startswith('text/plain; charset="utf-8"')
    assert abs(parsedate_to_datetime(headers["Date"]) - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.parametrize("text", ["", "\r", "a\rb\r\nc\n", "\x00 \x1b \u2028 \ud800", "." * 3000, "\n" * 50])
def test_any_text_goes_over_the_wire_in_short_clean_lines(script: StartScript, text: str) -> None:
    server = script()
    send(mailer(server), text=text)
    assert server.text.endswith(b"\r\n") and server.text.isascii()
    for line in server.text.split(b"\r\n"):
        assert len(line) <= 998 and b"\r" not in line and b"\n" not in line and b"\x00" not in line


def test_a_name_with_other_letters_and_a_domain_too(sink: Sink) -> None:
    sink.mailer("Boekbrug Zoë <a@b.example>").send("info@zoë.example", "A", "B", marker=MARKER)
    (mail,) = sink.call("GET", "mails")
    assert mail["to"] == ["info@xn--zo-ija.example"]
    assert mail["headers"]["From"] == "Boekbrug Zoë <a@b.example>"


@pytest.mark.parametrize(
    ("at", "kind", "error", "kept"),
    [
        ("rcpt", "451", Unavailable, 0),
        ("rcpt", "550", Rejected, 0),
        ("data", "451", Unavailable, 0),
        ("data", "550", Rejected, 0),
        ("data", "drop_before", OutcomeUnknown, 0),
        ("data", "drop_after", OutcomeUnknown, 1),
    ],
)
def test_what_went_wrong_says_what_to_do(sink: Sink, at: str, kind: str, error: type[AdapterError], kept: int) -> None:
    sink.call("POST", "faults", {"kind": kind, "at": at})
    with pytest.raises(error) as caught:
        send(sink.mailer())
    assert type(caught.value) is error
    assert len(sink.call("GET", "mails")) == kept
    assert sink.call("GET", "stats")["connections"] == 1, "a mail is never sent twice"


CASES = [
    ("greeting", "421 busy", Unavailable),
    ("greeting", "554 no service", Unavailable),
    ("greeting", DROP, Unavailable),
    ("greeting", HANG, Unavailable),
    ("greeting", TRICKLE, Unavailable),
    ("EHLO", DROP, Unavailable),
    ("MAIL", "451 later", Unavailable),
    ("MAIL", "550 sender", Rejected),
    ("MAIL", DROP, Unavailable),
    ("RCPT", "450 greylisted", Unavailable),
    ("RCPT", "553 no such user", Rejected),
    ("RCPT", "354 what", Unavailable),
    ("RCPT", DROP, Unavailable),
    ("RCPT", HANG, Unavailable),
    ("DATA", "451 later", Unavailable),
    ("DATA", "554 no", Rejected),
    ("DATA", "250 ok", Unavailable),
    ("DATA", "nonsense", Unavailable),
    ("DATA", DROP, Unavailable),
    ("text", "452 full", Unavailable),
    ("text", "554 spam", Rejected),
    ("text", "354 more", OutcomeUnknown),
    ("text", "nonsense", OutcomeUnknown),
    ("text", DROP, OutcomeUnknown),
    ("text", HANG, OutcomeUnknown),
    ("text", TRICKLE, OutcomeUnknown),
]


@pytest.mark.parametrize(("verb", "reply", "error"), CASES)
def test_every_break_in_the_dialogue_is_a_decision(
    script: StartScript, verb: str, reply: str, error: type[AdapterError]
) -> None:
    server = script({verb: reply})
    begin = time.monotonic()
    with pytest.raises(error) as caught:
        send(mailer(server))
    assert type(caught.value) is error
    assert time.monotonic() - begin < SECONDS + 0.4
    assert bool(server.text) == (verb == "text")
    assert TO not in f"{caught.value} {getattr(caught.value, 'words', '')}"


@pytest.mark.parametrize("reply", [DROP, HANG, "421 no"])
def test_a_farewell_that_fails_changes_nothing(script: StartScript, reply: str) -> None:
    send(mailer(script({"QUIT": reply})))


def test_nobody_listening_is_unavailable(script: StartScript) -> None:
    server = script()
    server.stop()
    with pytest.raises(Unavailable):
        send(mailer(server))


def test_the_servers_words_are_kept_without_the_address(script: StartScript) -> None:
    with pytest.raises(Rejected) as caught:
        send(mailer(script({"RCPT": f"550-5.1.1 <{TO}> bsn 111222333\r\n550 is unknown"})))
    assert caught.value.words == "550 5.1.1 <***> bsn *** is unknown"
    assert caught.value.code in {cause.code for cause in CAUSES}


BREAKS = ["\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1c"]


@pytest.mark.parametrize("sign", BREAKS)
def test_no_header_can_be_smuggled_in(script: StartScript, sign: str) -> None:
    server = script()
    evil = f"A{sign}Bcc: x@y.example{sign}{sign}text"
    for given in (
        {"to": f"{TO}{sign}Bcc: x@y.example"},
        {"to": f"{TO}{sign}"},
        {"to": f"{TO}>{sign}RCPT TO:<x@y.example"},
        {"subject": evil},
        {"subject": f"A{sign}"},
        {"X_Boekbrug": evil},
        {f"X_Boek{sign}brug": "A"},
    ):
        with pytest.raises(Rejected):
            send(mailer(server), **given)
    with pytest.raises(ValueError, match="sender"):
        Mailer(SecretStr("smtp://localhost"), f"Boek{sign}brug <a@b.example>")
    assert server.heard == []


@pytest.mark.parametrize(
    "to",
    [
        "", "anna", "@b.example", "a@", "a@b@c", "a b@c.example", "Anna <a@b.example>", "a@b.example, c@d.example",
        "<a@b.example>", '"a b"@c.example', "a@b..example", "a@.example", "zoë@b.example", "a@" + "b" * 255,
        "a@b.example ", "@route:a@b.example", "a@[127.0.0.1]", "a@xn--\u2028.example", "a@" + "é" * 80 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_single_address_is_refused_unsent(script: StartScript, to: str) -> None:
    server = script()
    with pytest.raises(Rejected) as caught:
        send(mailer(server), to=to)
    assert caught.value.code == "mail.address"
    assert not to or to not in str(caught.value)
    assert server.heard == []


@pytest.mark.parametrize(
    "name", ["Bcc", "To", "Subject", "From", "Message-ID", "Content-Type", "X", "X-", "X-ë", "X-a b"]
)
def test_a_header_that_is_not_our_own_is_refused(script: StartScript, name: str) -> None:
    with pytest.raises(Rejected):
        mailer(script()).send(TO, "A", "B", {name: "c@d.example"}, marker=MARKER)


def test_a_login_is_made(sink: Sink) -> None:
    sink.smtp, plain = sink.smtp.replace("//", "//sandbox-user:sandbox-password@"), sink.smtp
    try:
        send(sink.mailer())
        assert len(sink.call("GET", "mails")) == 1
        sink.smtp = plain.replace("//", f"//sandbox-user:{WRITTEN}@")
        with pytest.raises(Unavailable) as caught:
            send(sink.mailer())
    finally:
        sink.smtp = plain
    assert "SMTPAuthenticationError" in str(caught.value)
    assert PASSWORD not in repr(caught.value)


def test_no_secret_shows() -> None:
    url = SecretStr(f"smtp+starttls://user:{WRITTEN}@mail.example")
    by = Mailer(url, "a@b.example")
    assert by.server.password == PASSWORD and by.server.port == 587
    settings = Settings.model_validate({"smtp_url": url.get_secret_value()})
    for shown in (repr(by), repr(by.server), repr(vars(by)), repr(settings), settings.model_dump_json()):
        assert "geh" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example", "http://mail.example", "smtp://", f"smtp://u:{WRITTEN}@h:port", "smtp://h:99999",
        "smtp://[::1", "smtp://geheim@h", "smtp://u:geheim@h/path", "smtp://u:geheim@h?x=1", "smtp://u:geh#eim@h",
        "smtp://u:gehéim@h",
    ],
)  # fmt: skip
def test_a_bad_url_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match="mail server") as caught:
        MailServer.parse(SecretStr(url))
    assert "geh" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize("sender", ["", "boekbrug", "a b@c.example", "Boekbrug", "x <>", "a@b.example, c@d.example"])
def test_a_bad_sender_is_refused_at_once(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        Mailer(SecretStr("smtp://localhost"), sender)


def test_the_settings_open_a_mailer() -> None:
    assert open_mailer(Settings.model_validate({})) is None
    assert open_mailer(Settings.model_validate({"smtp_url": ""})) is None
    by = open_mailer(Settings.model_validate({"smtp_url": "smtp://[::1]"}))
    assert by is not None
    assert (by.server.host, by.server.port, by.sender) == ("::1", 25, "boekbrug@localhost")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for `localhost` that is its own authority; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's context whose certificate this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


STARTTLS = {"EHLO": "250-scripted\r\n250 STARTTLS", "STARTTLS": "220 go"}


def secure(server: Script, scheme: str, host: str = "localhost") -> Mailer:
    return Mailer(SecretStr(f"{scheme}://{host}:{server.port}"), "boekbrug@kantoor.example", SECONDS)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_goes_over_tls(script: StartScript, tls: ssl.SSLContext, scheme: str) -> None:
    server = script(STARTTLS, tls, at_once=scheme == "smtps")
    send(secure(server, scheme))
    assert b"Niet gelukt" in server.text
    verbs = [line.split()[0].upper() for line in server.heard if line != "QUIT"]
    assert verbs == (["EHLO", "STARTTLS"] if "start" in scheme else []) + ["EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_for_another_host_stops_it(script: StartScript, tls: ssl.SSLContext, scheme: str) -> None:
    server = script(STARTTLS, tls, at_once=scheme == "smtps")
    with pytest.raises(Unavailable, match="SSL"):
        send(secure(server, scheme, "127.0.0.1"))
    assert not server.text


def test_without_starttls_nothing_goes_in_the_clear(script: StartScript) -> None:
    server = script()
    with pytest.raises(Unavailable):
        send(mailer(server, "smtp+starttls", f"user:{WRITTEN}@"))
    assert {line.split()[0].upper() for line in server.heard} <= {"EHLO", "QUIT"}


@pytest.mark.parametrize("reply", [HANG, TRICKLE])
def test_the_deadline_holds_over_tls(script: StartScript, tls: ssl.SSLContext, reply: str) -> None:
    server = script({"text": reply}, tls, at_once=True)
    begin = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        send(secure(server, "smtps"))
    assert time.monotonic() - begin < SECONDS + 0.4


def test_a_handshake_that_never_ends_is_cut(script: StartScript) -> None:
    server = script({"greeting": HANG})
    begin = time.monotonic()
    with pytest.raises(Unavailable, match="no answer in time"):
        send(mailer(server, "smtps"))
    assert time.monotonic() - begin < SECONDS + 0.4
