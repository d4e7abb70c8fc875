"""Append one row per attempt: what was planned, what it cost, how it ended."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.tables import SyncLog
from models.words import Outcome
from sync.work import Work

CONTEXT = "plan"


def log(
    session: Session,
    work: Work,
    outcome: Outcome,
    *,
    role: str = "",
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    target_id: str | None = None,
) -> None:
    """Write the row; field names stand in the clear, their values under the record's own key."""
    source_calls, target_calls = work.calls
    values = None
    if changes:
        values = work.subject.seal({"before": dict(before or {}), "after": dict(changes)}, CONTEXT)
    waited = datetime.now(UTC) - work.lease.wanted_since
    session.add(
        SyncLog(
            link_id=work.link.id,
            job_id=work.lease.job_id,
            kind=work.kind,
            record_id=work.lease.record_id,
            role=role,
            outcome=outcome,
            reason=reason,
            fields=sorted(changes or {}),
            sealed=values,
            source_calls=source_calls - work.logged_calls[0],
            target_calls=target_calls - work.logged_calls[1],
            duration_ms=work.elapsed_ms,
            waited_ms=max(0, int(waited.total_seconds() * 1000)),
            target_id=target_id,
            correlation_id=work.lease.correlation_id,
        )
    )
    work.logged_calls = (source_calls, target_calls)
