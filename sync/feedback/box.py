"""Untick the box of a record that failed, and only of the version that failed."""

from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from adapters.base import Feedback as Crm
from adapters.base import Gate, Notice, SourceRecord
from models.records import Relation
from models.tables import Feedback, RelationMapping, WriteIntent
from models.words import Box, MappingState, Origin, Outcome
from sync import snapshots
from sync.feedback.wanting import CONTENT_CONTEXT, digest
from sync.feedback.writes import close, save, write
from sync.intake import record_changes
from sync.logbook import log
from sync.work import Work

UNTICK, TICK = "untick", "tick"


def untick(work: Work, crm: Crm, row: Feedback) -> None:
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
    marker = write(work, UNTICK, {}, lambda gate: _flag(work, crm, False, gate))
    after = _read(work)
    close(work, marker, "done")
    _after_untick(work, crm, row, after)


def settle_box(work: Work, crm: Crm, row: Feedback, intent: WriteIntent) -> None:
    """Look whether the box changed; one that we unticked too late, or wrongly, is ticked again."""
    relation = _read(work)
    ticked = _ticked(work, relation)
    landed = ticked == (intent.operation == TICK)
    close(work, intent.id, "done" if landed else "absent")
    if ticked:
        _set_box(work, row, Box.AS_LEFT)
    elif row.box != Box.RETRYING:
        _after_untick(work, crm, row, relation)


def tick_back(work: Work, crm: Crm, row: Feedback) -> None:
    """Tick the box of a record that went through although we had unticked it, because somebody asked for a try."""
    if row.box != Box.RETRYING:
        return
    if not _ticked(work, _read(work)):
        marker = write(work, TICK, {}, lambda gate: _flag(work, crm, True, gate))
        close(work, marker, "done")
        with work.outside.sessions.begin() as session:
            log(session, work, Outcome.TICKED_AGAIN)
    _set_box(work, row, Box.AS_LEFT)


def _after_untick(work: Work, crm: Crm, row: Feedback, relation: Relation) -> None:
    """Keep the box unticked only if nobody changed the record around it, and it still is a failure."""
    if row.failed and _failed_so(work, row, relation):
        with work.outside.sessions.begin() as session:
            save(session, row, box=Box.UNTICKED)
            _fail_mappings(session, work)
            log(session, work, Outcome.UNTICKED)
        return
    marker = write(work, TICK, {}, lambda gate: _flag(work, crm, True, gate))
    close(work, marker, "done")
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
            save(session, row, box=box)


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
