"""Bring what the CRM's users see into agreement with what became of their record, write by write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from adapters.base import Feedback as Crm
from adapters.base import Gate, Notice, SourceRecord
from adapters.errors import Forbidden, Missing, Rejected, Throttled, Unauthorised, Unavailable
from models.records import Fields, Relation
from models.tables import Feedback, RelationMapping, WriteIntent
from models.words import Box, JobState, MappingState, Origin, Outcome
from sync import intents, snapshots
from sync.feedback import mailing, wording
from sync.feedback.wanting import CONTENT_CONTEXT, TOLD_CONTEXT, digest, failing_issues, feedback_of
from sync.intake import record_changes
from sync.intents import Writing
from sync.logbook import log
from sync.work import Work

MESSAGE, UNTICK, TICK = "message", "untick", "tick"
NOTHING_WRITTEN = (Throttled, Unavailable, Unauthorised, Forbidden, Rejected, Missing)
"""Failures that say for certain that the call did nothing; after any other the intent stays open."""


def sync_feedback(work: Work) -> JobState:
    """Settle what is open, then tell of a failure or take back what was told."""
    row = _row(work)
    if row is None or not isinstance(work.source, Crm):
        return JobState.DONE
    try:
        _settle(work, work.source, row)
        if row.failed:
            _tell(work, work.source, row)
            _untick(work, work.source, row)
        else:
            _take_back(work, work.source, row)
    except Missing:
        _forget(work)
    return JobState.DONE


def _row(work: Work) -> Feedback | None:
    with work.outside.sessions.begin() as session:
        return feedback_of(session, work)


def _save(session: Session, row: Feedback, **values: Any) -> None:
    """Store single columns: what is to be told is decided by the record's own job meanwhile."""
    session.execute(
        update(Feedback)
        .where(Feedback.link_id == row.link_id, Feedback.kind == row.kind, Feedback.record_id == row.record_id)
        .values(**values)
    )
    for name, value in values.items():
        setattr(row, name, value)


def _forget(work: Work) -> None:
    """Drop what was told of a record that left the CRM, its timeline with it."""
    with work.outside.sessions.begin() as session:
        if (row := feedback_of(session, work)) is not None:
            session.delete(row)


def _write(
    work: Work, operation: str, fields: Fields, send: Callable[[Gate], None], marker: UUID | None = None
) -> UUID:
    """Make one write under an intent, which stays open when nobody knows what became of it."""
    opened = marker or uuid4()
    begun = False

    def gate() -> None:
        nonlocal begun
        intents.open_intent(work, Writing("", operation, fields), opened)
        begun = True

    try:
        send(gate)
    except NOTHING_WRITTEN:
        if begun:
            _close(work, opened, "refused")
        raise
    return opened


def _close(work: Work, marker: UUID, state: str) -> None:
    with work.outside.sessions.begin() as session:
        intents.settle(session, marker, state)


def _settle(work: Work, crm: Crm, row: Feedback) -> None:
    """Find out what became of an unanswered write. Raises Throttled until it can land no more."""
    with work.outside.sessions.begin() as session:
        intent = intents.open_one(session, work, "")
    if intent is None:
        return
    if datetime.now(UTC) < intent.locate_at:
        raise Throttled(intent.locate_at, "settling")
    if intent.operation == MESSAGE:
        _settle_message(work, crm, row, intent)
    else:
        _settle_box(work, crm, row, intent)


def _settle_message(work: Work, crm: Crm, row: Feedback, intent: WriteIntent) -> None:
    sign = _sign(intent.id)
    found = next((one.id for one in crm.messages(work.lease.record_id) if sign in one.content), None)
    if found is None:
        _close(work, intent.id, "absent")
        return
    text = str(work.subject.open(intent.sealed, intents.CONTEXT)["text"])
    _note_message(work, row, intent.id, found, text)


def _settle_box(work: Work, crm: Crm, row: Feedback, intent: WriteIntent) -> None:
    """Look whether the box changed; one that we unticked too late, or wrongly, is ticked again."""
    relation = _read(work)
    ticked = _ticked(work, relation)
    landed = ticked == (intent.operation == TICK)
    _close(work, intent.id, "done" if landed else "absent")
    if intent.operation == TICK or ticked:
        _set_box(work, row, Box.AS_LEFT)
    else:
        _after_untick(work, crm, row, relation)


def _tell(work: Work, crm: Crm, row: Feedback) -> None:
    """Put the newest words on the timeline, then take older ones off."""
    rules = work.rules.failure
    with work.outside.sessions.begin() as session:
        issues = failing_issues(session, work)
    if not rules.message or not issues:
        return
    words = wording.of_failure(issues, mailing.target_name(work), rules.language, unticked=row.untick)
    told = work.subject.open(row.told, TOLD_CONTEXT) if row.told is not None else None
    if words.text != told or not row.messages:
        _post(work, crm, row, words)
    _remove(work, crm, row, keep=1)


def _post(work: Work, crm: Crm, row: Feedback, words: wording.Words) -> None:
    marker = uuid4()
    posted: list[str] = []

    def send(gate: Gate) -> None:
        content = f"{words.text}\n\n{_sign(marker)}"
        posted.append(crm.post_message(work.lease.record_id, words.title, content, gate))

    _write(work, MESSAGE, {"text": words.text}, send, marker)
    _note_message(work, row, marker, posted[0], words.text)


def _sign(marker: UUID) -> str:
    """Write the marker by which a message is found again when its answer was lost."""
    return f"[boekbrug {marker.hex[:12]}]"


def _note_message(work: Work, row: Feedback, marker: UUID, message_id: str, text: str) -> None:
    with work.outside.sessions.begin() as session:
        intents.settle(session, marker, "done")
        _save(session, row, messages=[*row.messages, message_id], told=work.subject.seal(text, TOLD_CONTEXT))
        log(session, work, Outcome.TOLD, reason="timeline")


def _remove(work: Work, crm: Crm, row: Feedback, keep: int) -> None:
    """Take all but the newest messages off; removing one twice does no harm, so it needs no intent."""
    while len(row.messages) > keep:
        crm.remove_message(row.messages[0], lambda: None)
        with work.outside.sessions.begin() as session:
            _save(session, row, messages=row.messages[1:])


def _untick(work: Work, crm: Crm, row: Feedback) -> None:
    """Untick the box if the CRM still shows the version that failed; a newer one is synchronised instead."""
    if not row.untick or row.box == Box.UNTICKED:
        return
    relation = _read(work)
    if not _ticked(work, relation):
        _set_box(work, row, Box.AS_LEFT)
        return
    if not _failed_so(work, row, relation):
        _sync_newer(work)
        return
    # Before the call: a poll may see the empty box before we hear that it is empty.
    _set_box(work, row, Box.UNTICKING)
    marker = _write(work, UNTICK, {}, lambda gate: _flag(work, crm, False, gate))
    after = _read(work)
    _close(work, marker, "done")
    _after_untick(work, crm, row, after)


def _after_untick(work: Work, crm: Crm, row: Feedback, relation: Relation) -> None:
    """Keep the box unticked only if nobody changed the record around it, and it still is a failure."""
    if row.failed and _failed_so(work, row, relation):
        with work.outside.sessions.begin() as session:
            _save(session, row, box=Box.UNTICKED)
            _fail_mappings(session, work)
            log(session, work, Outcome.UNTICKED)
        return
    marker = _write(work, TICK, {}, lambda gate: _flag(work, crm, True, gate))
    _close(work, marker, "done")
    _set_box(work, row, Box.AS_LEFT)
    with work.outside.sessions.begin() as session:
        log(session, work, Outcome.TICKED_AGAIN)
    _sync_newer(work)


def _flag(work: Work, crm: Crm, ticked: bool, gate: Gate) -> None:
    crm.set_flag(work.lease.record_id, work.rules.flag or "", ticked, gate)


def _read(work: Work) -> Relation:
    """Read the record as it is now; the snapshot keeps it for whoever needs it next. Raises Missing."""
    record: SourceRecord = work.source.read(work.kind, work.lease.record_id)
    with work.outside.sessions.begin() as session:
        snapshots.store(session, work.outside.vault, work.source_info.id, [record])
    return work.source.relation(record, work.raw_rules)


def _ticked(work: Work, relation: Relation) -> bool:
    return relation.flags.get(work.rules.flag or "", False)


def _failed_so(work: Work, row: Feedback, relation: Relation) -> bool:
    return bool(work.subject.open(row.content, CONTENT_CONTEXT) == digest(relation))


def _sync_newer(work: Work) -> None:
    """Let the record's own job look at the newer version."""
    with work.outside.sessions.begin() as session:
        notices = [Notice(work.kind, work.lease.record_id)]
        now = datetime.now(UTC)
        record_changes(session, work.source_info.id, notices, Origin.FEEDBACK, work.lease.correlation_id, now)


def _set_box(work: Work, row: Feedback, box: Box) -> None:
    if row.box != box:
        with work.outside.sessions.begin() as session:
            _save(session, row, box=box)


def _fail_mappings(session: Session, work: Work) -> None:
    session.execute(
        update(RelationMapping)
        .where(
            RelationMapping.link_id == work.link.id,
            RelationMapping.kind == work.kind,
            RelationMapping.source_id == work.lease.record_id,
            RelationMapping.state == MappingState.ACTIVE,
        )
        .values(state=MappingState.FAILED)
    )


def _take_back(work: Work, crm: Crm, row: Feedback) -> None:
    """Take every message off; what the box shows by now is the user's."""
    had = bool(row.messages)
    _remove(work, crm, row, keep=0)
    with work.outside.sessions.begin() as session:
        current = feedback_of(session, work)
        if current is not None and not current.failed:
            session.delete(current)
        if had:
            log(session, work, Outcome.WITHDRAWN, reason="cured")
