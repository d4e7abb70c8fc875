"""Compose a mail that can carry nothing but what was meant: one recipient, one subject, plain text."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from uuid import UUID

from adapters.errors import Rejected
from adapters.mail_causes import ADDRESS, MALFORMED

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
"""One bare address: no name, list, quotes, route or comment, which servers read differently from each other."""
_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}")
"""Extra headers are our own; all others are set here, once."""
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that end or corrupt a line somewhere: controls, lone surrogates, line and paragraph ends."""


def checked_address(to: str) -> str:
    """Return a recipient in its ASCII form. Raises Rejected, which does not quote it."""
    local, at, domain = to.rpartition("@")
    if at and not domain.isascii():
        try:
            to = f"{local}@{domain.encode('idna').decode('ascii')}"
        except UnicodeError:
            raise _no_address() from None
    if not _ADDRESS.fullmatch(to) or len(to) > 254 or ".." in to:
        raise _no_address()
    return to


def envelope_sender(sender: str) -> Address:
    """Read `name <address>` or a bare address from the setting. Raises ValueError."""
    named = getaddresses([sender])
    if len(named) != 1 or not _ADDRESS.fullmatch(named[0][1]) or not _one_line(sender):
        raise ValueError("the sender of mails is no address")
    try:
        return Address(display_name=named[0][0], addr_spec=named[0][1])
    except (HeaderParseError, IndexError):
        raise ValueError("the sender of mails is no address") from None


def compose(sender: str, to: str, subject: str, text: str, headers: Mapping[str, str], marker: UUID) -> bytes:
    """Return the mail as it goes over the wire. Raises Rejected for a line end where none may be."""
    if not _one_line(subject, *headers.values()) or not all(map(_NAME.fullmatch, headers)):
        raise Rejected(MALFORMED, words="a line end or control character in subject or header")
    author = envelope_sender(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = author
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{marker}@{author.domain}>"
    # Keeps absence notices and other programs from answering (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = value
    # Quoted-printable needs nothing of the servers on the way, and survives a lone CR or NUL in vendors' words.
    message.set_content(text.encode("utf-8", "replace").decode(), cte="quoted-printable")
    return message.as_bytes()


def _no_address() -> Rejected:
    return Rejected(ADDRESS, words="the recipient is not one bare address")


def _one_line(*values: str) -> bool:
    """Tell whether none of these could begin another header."""
    return not any(unicodedata.category(sign) in _BREAKS for value in values for sign in value)
