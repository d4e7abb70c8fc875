"""Hand one plain-text mail over to a real SMTP server, and know for certain whether it was taken."""

import smtplib
from collections.abc import Mapping
from contextlib import closing
from uuid import UUID

from pydantic import SecretStr

from adapters.deadline import Deadline
from adapters.errors import OutcomeUnknown, Rejected, Unavailable
from adapters.mail_causes import REFUSED
from adapters.mail_server import MailServer
from adapters.mail_session import Session
from adapters.mail_text import checked_address, compose, envelope_sender
from adapters.masking import mask
from models.settings import Settings

_LOST = (smtplib.SMTPException, OSError)
"""What a connection that breaks raises; TLS and time-outs are among them."""


class Mailer:
    """Send mails through one server. Cheap to make, holds no connection, may be shared by threads."""

    def __init__(self, url: SecretStr, sender: str, seconds: float = 30) -> None:
        """Take the server's address, the sender and the total time of one mail. Raises ValueError, without secrets."""
        self.server = MailServer.parse(url)
        self.sender = sender
        self._from = envelope_sender(sender)
        self._seconds = seconds

    def send(self, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None, *, marker: UUID) -> None:
        """Send once; returning means that the server took the mail over.

        The marker becomes the Message-ID, so that a mail can be recognised in the server's log. Raises Unavailable
        when it was certainly not taken and may be later; Rejected when it is refused, or is nothing to send;
        OutcomeUnknown when the connection ended after the text had begun to leave.
        """
        address = checked_address(to)
        body = compose(self.sender, address, subject, text, headers or {}, marker)
        with (
            Deadline(self._seconds) as deadline,
            closing(Session(self.server, self._from.domain, deadline)) as session,
        ):
            self._hand_over(session, address, body, deadline)

    def _hand_over(self, session: Session, address: str, body: bytes, deadline: Deadline) -> None:
        """Do the dialogue: up to the text nothing is taken, from its first byte on only the answer tells."""
        try:
            session.open()
            _judge(*session.command(f"MAIL FROM:<{self._from.addr_spec}>"), address)
            _judge(*session.command(f"RCPT TO:<{address}>"), address)
            _judge(*session.command("DATA", granted=3), address)
        except _LOST as error:
            raise Unavailable(f"mail server: {_what(error, deadline)}") from None
        try:
            verdict = session.text(body)
        except _LOST as error:
            raise OutcomeUnknown(f"mail server: {_what(error, deadline)}") from None
        _judge(*verdict, address)


def open_mailer(settings: Settings) -> Mailer | None:
    """Return the mailer of this process; None when no mail server is set. Raises ValueError on a bad setting."""
    if not settings.smtp_url:
        return None
    return Mailer(settings.smtp_url, settings.mail_from, settings.deadline_seconds)


def _judge(code: int, words: str, address: str) -> None:
    """Return when the server grants it. Raises Unavailable for not now, Rejected for never."""
    if code < 400:
        return
    said = mask(f"{code} {words}", [address])[:500]
    if code < 500:
        raise Unavailable(f"mail server: {said}")
    raise Rejected(REFUSED, words=said, params={"words": said})


def _what(error: Exception, deadline: Deadline) -> str:
    """Name a failure by its class only: its text may quote names and addresses."""
    return "no answer in time" if deadline.passed else type(error).__name__
