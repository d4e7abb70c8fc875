"""Queue and send mail: one per episode of an issue, at most once each, because it is marked before it leaves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.errors import OutcomeUnknown, Rejected, Unavailable
from adapters.outside import Outside
from models.tables import Issue, Link, Mail
from models.vault import Erased
from models.words import Kind, MailState
from sync.feedback import wording
from sync.intake import JOB_SAVER
from sync.subjects import subject_of
from sync.work import Work

CONTEXT = "mail"
RETRY_SECONDS = 30
MOST_RETRY_SECONDS = 3600
GIVE_UP_TRIES = 100
"""About four days of an unreachable mail server."""

logger = structlog.get_logger()


class Mailer(Protocol):
    """Hand a mail to a server. Raises Unavailable, Rejected, OutcomeUnknown."""

    def send(self, to: str, subject: str, text: str, headers: Mapping[str, str] | None = None, *, marker: UUID) -> None:
        """Send one plain text; the marker becomes its Message-ID."""


def tell_user(session: Session, work: Work, issues: Sequence[Issue]) -> None:
    """Queue one mail about the issues that nobody was mailed about yet."""
    fresh = [issue for issue in issues if issue.mailed_at is None]
    recipient = _recipient(work)
    if not fresh or recipient is None or work.outside.settings.smtp_url is None:
        return
    rules = work.rules.failure
    failure = wording.of_failure(
        issues, target_name(work), rules.language, unticked=rules.untick and work.rules.flag is not None
    )
    label = work.relation.name if work.relation is not None else ""
    words = wording.of_mail(failure, label, work.url, rules.language)
    sealed = work.subject.seal({"to": recipient, "subject": words.title, "text": words.text}, CONTEXT)
    session.add(
        Mail(
            id=uuid4(),
            link_id=work.link.id,
            connection_id=work.source_info.id,
            kind=work.kind,
            record_id=work.lease.record_id,
            sealed=sealed,
        )
    )
    for issue in fresh:
        issue.mailed_at = func.now()


def target_name(work: Work) -> str:
    """Name the target as users know it: by its system."""
    return NAMES.get(work.books_system, work.books_system)


NAMES = {"snelstart": "SnelStart", "nextens": "Nextens", "exact": "Exact Online"}


def _recipient(work: Work) -> str | None:
    """Choose who saved, else the relation's manager, else the link's address."""
    saver = work.outside.vault.open_json(work.lease.saved_by, JOB_SAVER) if work.lease.saved_by else None
    manager = work.relation.manager_email if work.relation is not None else None
    return next((one for one in (saver, manager, work.rules.failure.mail_to) if one and "@" in str(one)), None)


def tell_administrator(session: Session, outside: Outside, link: Link, kind: Kind, words: str) -> None:
    """Queue one mail per episode about credentials that are refused; the open issue is the episode."""
    settings = outside.settings
    if settings.smtp_url is None or settings.admin_email is None:
        return
    issue = session.scalar(
        select(Issue)
        .where(Issue.link_id == link.id, Issue.record_id == "", Issue.closed_at.is_(None), Issue.mailed_at.is_(None))
        .with_for_update(skip_locked=True)
        .limit(1)
    )
    if issue is None:
        return
    issue.mailed_at = func.now()
    told = wording.of_consent(link.name, words, "en" if settings.language == "en" else "nl")
    content = {"to": settings.admin_email, "subject": told.title, "text": told.text}
    sealed = outside.vault.seal_json(content, CONTEXT)
    session.add(Mail(id=uuid4(), link_id=link.id, connection_id=link.source_id, kind=kind, record_id="", sealed=sealed))


def waiting(session: Session) -> bool:
    """Tell whether a mail is due."""
    query = select(Mail.id).where(Mail.state == MailState.WAITING, Mail.not_before <= func.clock_timestamp())
    return session.scalar(query.limit(1)) is not None


def send_due(outside: Outside, mailer: Mailer) -> int:
    """Send what is due, one by one; returns how many a server took."""
    sent = 0
    while (found := _take(outside)) is not None:
        mail_id, content = found
        state, reason = _hand_over(mailer, mail_id, content)
        _record(outside, mail_id, state, reason)
        sent += state == MailState.SENT
        if state == MailState.WAITING:
            break
    return sent


def _take(outside: Outside) -> tuple[UUID, dict[str, Any]] | None:
    """Mark the next mail as handed over and return it; what was erased meanwhile is dropped."""
    with outside.sessions.begin() as session:
        row = session.scalar(
            select(Mail)
            .where(Mail.state == MailState.WAITING, Mail.not_before <= func.clock_timestamp())
            .order_by(Mail.not_before)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.state, row.handed_at, row.tries = MailState.HANDED, func.now(), row.tries + 1
        try:
            return row.id, _opened(session, outside, row)
        except Erased:
            row.state, row.reason = MailState.REFUSED, "erased"
    return _take(outside)


def _opened(session: Session, outside: Outside, row: Mail) -> dict[str, Any]:
    if not row.record_id:
        return dict(outside.vault.open_json(row.sealed, CONTEXT))
    subject = subject_of(session, outside.vault, row.connection_id, Kind(row.kind), row.record_id)
    return dict(subject.open(row.sealed, CONTEXT))


def _hand_over(mailer: Mailer, mail_id: UUID, content: dict[str, Any]) -> tuple[MailState, str]:
    try:
        mailer.send(content["to"], content["subject"], content["text"], marker=mail_id)
    except Unavailable as error:
        return MailState.WAITING, str(error)
    except Rejected as error:
        return MailState.REFUSED, error.words
    except OutcomeUnknown:
        # It may have arrived. A second copy is worse than a mail that only the log knows to be doubtful.
        return MailState.HANDED, "unknown"
    return MailState.SENT, ""


def _record(outside: Outside, mail_id: UUID, state: MailState, reason: str) -> None:
    with outside.sessions.begin() as session:
        row = session.get_one(Mail, mail_id)
        given_up = state == MailState.WAITING and row.tries >= GIVE_UP_TRIES
        row.state, row.reason = MailState.REFUSED if given_up else state, reason
        if state == MailState.WAITING:
            pause = min(MOST_RETRY_SECONDS, RETRY_SECONDS * 2 ** min(row.tries, 10))
            row.not_before = func.clock_timestamp() + timedelta(seconds=pause)
    logger.info("mail.handled", mail=str(mail_id), state=state.value)
