"""The mails that were accepted, taken apart for whoever looks."""

import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


class Inbox:
    """Keep accepted mails in the order of arrival."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Take one mail apart and keep it; sender and recipients are those of the envelope."""
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(
            {
                "received_at": time.time(),
                "from": sender,
                "to": recipients,
                "subject": str(message["Subject"] or ""),
                "text": texts(message, "plain"),
                "html": texts(message, "html"),
                "headers": headers(message),
                "attachments": [part.get_filename() or "" for part in message.iter_attachments()],
            }
        )

    def found(self, recipient: str | None) -> list[dict[str, Any]]:
        """Return all mails, or those to one address."""
        return [mail for mail in self.mails if recipient is None or recipient in mail["to"]]


def texts(message: EmailMessage, kind: str) -> str:
    """Return every text part of a kind, decoded, its lines ending as the sender wrote them."""
    parts = [part for part in message.walk() if part.get_content_type() == f"text/{kind}"]
    return "\n".join(str(part.get_content()).replace("\r\n", "\n") for part in parts)


def headers(message: EmailMessage) -> dict[str, str]:
    """Return the headers, decoded; those sent more than once are joined by a comma."""
    return {name: ", ".join(map(str, message.get_all(name, ()))) for name in message}
