"""Send a refused mail again as a mail of its own, or put it aside: each mail itself leaves at most once."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Mail
from models.words import MailState
from sync.audit import Actor, Subject, record

ERASED = "erased"
"""Reason of a mail whose record was erased: nothing is left of it to send."""


def send_again(session: Session, actor: Actor, mail_id: UUID) -> bool:
    """Queue a copy of a refused mail under a Message-ID of its own; False when it is not refused any more.

    The content is sealed under the record's key and copied as it is, so it is not opened here.
    """
    row = _refused(session, mail_id)
    if row is None or row.reason == ERASED:
        return False
    copy = Mail(
        id=uuid4(),
        link_id=row.link_id,
        connection_id=row.connection_id,
        kind=row.kind,
        record_id=row.record_id,
        sealed=row.sealed,
    )
    session.add(copy)
    row.state = MailState.SETTLED
    record(session, actor, "mail.send_again", Subject("mail", str(mail_id)), after={"mail": str(copy.id)})
    return True


def put_aside(session: Session, actor: Actor, mail_id: UUID) -> bool:
    """Take a refused mail off the list without sending it; False when it is not refused any more."""
    row = _refused(session, mail_id)
    if row is None:
        return False
    row.state = MailState.SETTLED
    record(session, actor, "mail.put_aside", Subject("mail", str(mail_id)))
    return True


def _refused(session: Session, mail_id: UUID) -> Mail | None:
    query = select(Mail).where(Mail.id == mail_id, Mail.state == MailState.REFUSED)
    return session.scalar(query.with_for_update())
