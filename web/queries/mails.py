"""Read the mails that a server refused; who they were for is opened for an operator's screen only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.mail_causes import REFUSED
from models.causes import Language
from models.tables import Link, Mail
from models.vault import Unreadable, Vault
from models.words import MailState
from sync.causes import catalogue
from sync.feedback.mailing import CONTEXT
from sync.feedback.resending import ERASED
from sync.subjects import known_subjects

MOST = 100
"""Refused mails that are shown; the oldest first, as those wait longest."""


@dataclass(frozen=True, slots=True)
class MailRow:
    """Hold one refused mail, ready to be shown."""

    mail: Mail
    link: str
    to: str = field(repr=False)
    subject: str = field(repr=False)

    @property
    def erased(self) -> bool:
        """Tell whether nothing is left of it to send."""
        return not self.subject or self.mail.reason == ERASED

    def what(self, language: Language) -> str:
        """Tell what the server said."""
        return catalogue().find(REFUSED).what(language, {"words": self.mail.reason or "-"})


def refused_count(session: Session) -> int:
    """Count the refused mails."""
    return session.scalar(select(func.count()).where(Mail.state == MailState.REFUSED)) or 0


def refused(session: Session, vault: Vault, *, whole: bool) -> list[MailRow]:
    """Return the refused mails, oldest first; `whole` shows the recipient's address, else only its beginning."""
    rows = session.execute(
        select(Mail, Link.name)
        .join(Link, Link.id == Mail.link_id)
        .where(Mail.state == MailState.REFUSED)
        .order_by(Mail.created_at, Mail.id)
        .limit(MOST)
    ).all()
    opened = _opened(session, vault, [row[0] for row in rows])
    return [_row(row[0], row[1], opened[row[0].id], whole=whole) for row in rows]


def _row(mail: Mail, link: str, content: Mapping[str, Any], *, whole: bool) -> MailRow:
    to = str(content.get("to", ""))
    return MailRow(mail, link, to if whole else hidden(to), str(content.get("subject", "")))


def hidden(address: str) -> str:
    """Show the first letter of an address and of its host."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host[:1]}•••" if host else "•••" if name else ""


def _opened(session: Session, vault: Vault, mails: Sequence[Mail]) -> dict[Any, Mapping[str, Any]]:
    keys = {
        (source, kind): known_subjects(
            session, vault, source, kind, [m.record_id for m in mails if (m.connection_id, m.kind) == (source, kind)]
        )
        for source, kind in {(mail.connection_id, mail.kind) for mail in mails if mail.record_id}
    }
    found: dict[Any, Mapping[str, Any]] = {}
    for mail in mails:
        subject = keys.get((mail.connection_id, mail.kind), {}).get(mail.record_id)
        try:
            if not mail.record_id:
                found[mail.id] = vault.open_json(mail.sealed, CONTEXT)
            else:
                found[mail.id] = subject.open(mail.sealed, CONTEXT) if subject is not None else {}
        except Unreadable:
            found[mail.id] = {}
    return found
