"""Decide, in the transaction that ends an attempt, what the CRM's users must be told of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from hashlib import sha256

from sqlalchemy import case, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.records import Relation
from models.tables import Feedback, Issue, SyncJob
from models.words import Box, JobState, Kind, Lane
from sync.feedback import mailing
from sync.feedback.wording import concerns_users
from sync.work import Work

CONTENT_CONTEXT = "feedback.content"
TOLD_CONTEXT = "feedback.told"


def feedback_of(session: Session, work: Work) -> Feedback | None:
    """Return what is told and to be told of the record."""
    return session.get(Feedback, (work.link.id, work.kind, work.lease.record_id))


def box_of(session: Session, work: Work) -> Box:
    """Tell whose doing it is that a box is not ticked."""
    row = feedback_of(session, work)
    return Box.AS_LEFT if row is None else Box(row.box)


def try_again(session: Session, jobs: Sequence[SyncJob]) -> None:
    """Let records that we unticked run once more because somebody asks for it, ticked or not."""
    keys = [(job.link_id, Kind(job.kind).about.value, job.record_id) for job in jobs]
    session.execute(
        update(Feedback)
        .where(tuple_(Feedback.link_id, Feedback.kind, Feedback.record_id).in_(keys), Feedback.box == Box.UNTICKED)
        .values(box=Box.RETRYING)
    )


def after_attempt(session: Session, work: Work, state: JobState) -> None:
    """Want users told of a failure, or a former failure taken back."""
    rules = work.rules.failure
    if work.relation is None or not (rules.message or rules.untick or rules.mail):
        return
    if state == JobState.HELD and any(concerns_users(problem.cause) for problem in work.failures):
        _want(session, work, work.relation)
        if rules.mail:
            mailing.tell_user(session, work, failing_issues(session, work))
        _queue(session, work)
        return
    row = feedback_of(session, work)
    if row is not None:
        # Also where it was taken back before and the CRM refused that.
        row.failed = False
        _queue(session, work)


def failing_issues(session: Session, work: Work) -> Sequence[Issue]:
    """Return the open issues of the record that stop it and that its users can mend."""
    found = session.scalars(
        select(Issue).where(
            Issue.link_id == work.link.id,
            Issue.kind == work.kind,
            Issue.record_id == work.lease.record_id,
            Issue.blocking,
            Issue.closed_at.is_(None),
        )
    ).all()
    return [issue for issue in found if concerns_users(issue.cause)]


def digest(relation: Relation) -> str:
    """Digest what a user can change of a record, apart from its checkboxes."""
    plain = replace(relation, flags={}, updated_at=None)
    content = {**asdict(plain), "roles": sorted(plain.roles)}
    return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _want(session: Session, work: Work, relation: Relation) -> None:
    values = {
        "link_id": work.link.id,
        "kind": work.kind,
        "record_id": work.lease.record_id,
        "connection_id": work.source_info.id,
        "failed": True,
        "untick": work.rules.failure.untick and work.rules.flag is not None and not work.wrote,
        "content": work.subject.seal(digest(relation), CONTENT_CONTEXT),
        "updated_at": func.now(),
    }
    statement = insert(Feedback).values(values)
    changed = {name: values[name] for name in ("failed", "untick", "content", "updated_at")}
    # It ran, so the box was ticked again, unless somebody asked for a try or we are unticking it at this very moment.
    box = case(
        (Feedback.box == Box.UNTICKED, Box.AS_LEFT.value),
        (Feedback.box == Box.RETRYING, Box.UNTICKED.value),
        else_=Feedback.box,
    )
    session.execute(
        statement.on_conflict_do_update(index_elements=["link_id", "kind", "record_id"], set_={**changed, "box": box})
    )


def _queue(session: Session, work: Work) -> None:
    """Make the record's feedback job due; like every job there is one, wanted as often as it is asked for."""
    kind = Kind(f"{work.kind}_feedback")
    statement = insert(SyncJob).values(
        link_id=work.link.id,
        source_connection_id=work.source_info.id,
        target_connection_id=work.source_info.id,
        kind=kind,
        record_id=work.lease.record_id,
        lane=work.lane if work.lane == Lane.BULK else Lane.LIVE,
        wanted_at=func.clock_timestamp(),
        wanted_since=func.clock_timestamp(),
        not_before=func.clock_timestamp(),
        correlation_id=work.lease.correlation_id,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id", "kind", "record_id"],
            set_={
                "wanted": SyncJob.wanted + 1,
                "state": JobState.DUE,
                "wanted_at": statement.excluded.wanted_at,
                "wanted_since": statement.excluded.wanted_since,
                "not_before": statement.excluded.not_before,
                "lane": statement.excluded.lane,
                "correlation_id": statement.excluded.correlation_id,
            },
        )
    )
