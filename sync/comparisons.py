"""Ask for a comparison of a link's sides, at most one at a time."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import Link, Reconciliation
from sync.audit import Actor, Subject, record

RECONCILE_LOCK = 0x60E6B4_0000_0000
"""Start of our own range of advisory lock numbers, one per link: whoever compares holds it."""
ASKED = timedelta(hours=1)
"""Until then a report that was asked for and not begun is taken up again instead of asked for twice."""
COMPARE = "reconciliation.ask"


def ask(session: Session, link_id: int, actor: Actor) -> Reconciliation | None:
    """Begin a report, or return the one that is under way; None where there is no such link, or it is switched off."""
    link = session.scalar(select(Link).where(Link.id == link_id, Link.enabled).with_for_update())
    if link is None:
        return None
    open_one = session.scalar(
        select(Reconciliation)
        .where(
            Reconciliation.link_id == link_id,
            Reconciliation.finished_at.is_(None),
            Reconciliation.started_at > func.now() - ASKED,
        )
        .order_by(Reconciliation.started_at.desc())
        .limit(1)
    )
    row = open_one or Reconciliation(link_id=link_id)
    session.add(row)
    session.flush()
    if open_one is None:
        record(session, actor, COMPARE, Subject("reconciliation", str(row.id)), after={"link": link.name})
    return row
