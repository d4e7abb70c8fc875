"""Let records that wait because of a double look again once that double takes no part any more."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Review
from models.words import Origin
from sync.intake import record_changes
from sync.work import Work


def look_again(session: Session, work: Work) -> None:
    """Nudge the jobs whose open question names this record: it was merged, deleted or unticked."""
    asking = session.scalars(
        select(Review.record_id)
        .where(
            Review.link_id == work.link.id,
            Review.kind == work.kind,
            Review.decision.is_(None),
            Review.superseded_at.is_(None),
            Review.candidates.contains([{"source_id": work.lease.record_id}]),
        )
        .distinct()
    ).all()
    notices = [Notice(work.kind, one) for one in asking if one != work.lease.record_id]
    record_changes(
        session,
        work.source_info.id,
        notices,
        Origin.DECISION,
        work.lease.correlation_id,
        datetime.now(UTC),
    )
