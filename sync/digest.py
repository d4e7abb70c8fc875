"""Mail each week what went in, what is open and what changed state; numbers and causes only, nothing personal."""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.outside import Outside
from models.causes import Language
from models.settings import Settings
from models.tables import Link, Mail, User
from sync.digest_facts import Facts, gather
from sync.digest_text import write
from sync.feedback.mailing import CONTEXT

HOUR = time(7)
"""Monday, in the office's zone: there when the week's work begins."""
LATE = timedelta(days=1)
"""How long after its hour a digest is still worth sending, when nothing ran at the hour itself."""
WEEKS = UUID("6f0c2f2e-2a0b-4a3e-9c53-6f3d6a1c9b17")
"""Root of the mails' ids: week and receiver make the same id again, so that neither can be queued twice."""
KIND = "digest"

logger = structlog.get_logger()


def queue_digests(outside: Outside, now: datetime) -> int:
    """Queue the digest of the week that ended for everybody who wants it and has not got it; returns how many."""
    settings = outside.settings
    receivers, due = receivers_of(settings), due_at(now, ZoneInfo(settings.timezone))
    if settings.smtp_url is None or not receivers or due is None:
        return 0
    with outside.sessions.begin() as session:
        ids = {mail_id(due, to): to for to in receivers}
        known = set(session.scalars(select(Mail.id).where(Mail.id.in_(ids))))
        missing = {key: to for key, to in ids.items() if key not in known}
        if not missing:
            return 0
        link = session.scalar(select(Link).order_by(Link.id).limit(1))
        if link is None:
            return 0
        facts = gather(session, settings, due)
        queued = sum(_queue(session, outside, link, key, to, facts) for key, to in missing.items())
    logger.info("digest.queued", mails=queued)
    return queued


def due_at(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the Monday morning whose digest may be sent now; None while none may."""
    local = now.astimezone(zone)
    monday = (local - timedelta(days=local.weekday())).date()
    hour = datetime.combine(monday, HOUR, zone)
    return hour if hour <= local < hour + LATE else None


def receivers_of(settings: Settings) -> list[str]:
    """Return the addresses, each once whatever its capitals."""
    given = [*settings.digest_to.split(","), settings.admin_email or ""]
    found: dict[str, str] = {}
    for one in given:
        if "@" in one:
            found.setdefault(one.strip().lower(), one.strip())
    return list(found.values())


def mail_id(due: datetime, to: str) -> UUID:
    """Make the one id of a week's digest to one receiver."""
    return uuid5(WEEKS, f"{due.date().isoformat()} {to.lower()}")


def _queue(session: Session, outside: Outside, link: Link, key: UUID, to: str, facts: Facts) -> int:
    words = write(facts, _language(session, outside.settings, to))
    sealed = outside.vault.seal_json({"to": to, "subject": words.title, "text": words.text}, CONTEXT)
    row = {"id": key, "link_id": link.id, "connection_id": link.source_id, "kind": KIND, "record_id": ""}
    statement = insert(Mail).values(**row, sealed=sealed).on_conflict_do_nothing().returning(Mail.id)
    return int(session.scalar(statement) is not None)


def _language(session: Session, settings: Settings, to: str) -> Language:
    """Choose the receiver's own language where they are a user who chose one."""
    own = session.scalar(select(User.language).where(func.lower(User.email) == to.lower()).limit(1))
    return "en" if (own or settings.language) == "en" else "nl"
