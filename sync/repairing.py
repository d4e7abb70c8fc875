"""Put right what a comparison found, by ordinary bulk jobs that look and plan anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.base import Notice
from models.tables import Audit, Connection, Link, Reconciliation, RelationMapping
from models.vault import Vault
from models.words import Kind, MappingState, Origin
from sync import mappings
from sync.audit import Actor, Subject, record
from sync.drift import Drift
from sync.forecast import seconds_for
from sync.intake import JobRef, record_changes
from sync.subjects import subjects_of

SOURCE_CALLS = 1
"""Each record is read anew: what the report's reading held may be old."""
CALLS: Mapping[str, float] = {"differs": 2, "unmapped": 1.01, "missing_in_books": 1, "gone_from_crm": 0}
"""Finding that can be repaired -> calls of the target: look and write, a create with its share of a list, a look."""
REPAIRABLE = tuple(CALLS)
FORGET = ("differs", "missing_in_books")
BATCH = 500
REPAIR = "reconciliation.repair"
SUBJECT = "reconciliation"


class NotRepairable(Exception):
    """Say why a report cannot be repaired: `unfinished` or `nothing`."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Hold what a repair would put to work, before anybody confirms it."""

    counts: Mapping[str, int]
    records: int
    source_calls: int
    target_calls: int
    seconds: float


def report_findings(report: Reconciliation) -> list[Drift]:
    """Return the stored rows of a report."""
    return [Drift(**{**one, "fields": tuple(one["fields"])}) for one in report.findings]


def estimate(session: Session, report: Reconciliation) -> Repair:
    """Tell what repairing a report would ask of both systems."""
    chosen = _repairable(report_findings(report))
    counts = {name: sum(one.finding == name for one in chosen) for name in REPAIRABLE}
    records = len({one.record_id for one in chosen})
    target = round(sum(CALLS[name] * count for name, count in counts.items()))
    link = session.get_one(Link, report.link_id)
    ends = {row.id: row.limits for row in session.scalars(select(Connection).where(Connection.id.in_(_ends(link))))}
    source = records * SOURCE_CALLS
    seconds = max(seconds_for(source, ends[link.source_id]), seconds_for(target, ends[link.target_id]))
    return Repair({name: count for name, count in counts.items() if count}, records, source, target, seconds)


def _ends(link: Link) -> tuple[int, int]:
    return link.source_id, link.target_id


def repair_report(session: Session, vault: Vault, report: Reconciliation, actor: Actor) -> list[JobRef]:
    """Put the findings of a stored report to work and write down who asked. Raises NotRepairable.

    The report may be old: every job reads both sides anew, so what is right by now stays as it is.
    """
    if report.finished_at is None:
        raise NotRepairable("unfinished")
    chosen = _repairable(report_findings(report))
    if not chosen:
        raise NotRepairable("nothing")
    jobs = repair_findings(session, vault, session.get_one(Link, report.link_id), chosen, datetime.now(UTC))
    counts = {name: sum(one.finding == name for one in chosen) for name in REPAIRABLE}
    record(session, actor, REPAIR, Subject(SUBJECT, str(report.id)), after={"jobs": len(jobs), **counts})
    return jobs


def last_repair(session: Session, report_id: int) -> Audit | None:
    """Return who had a report repaired last."""
    query = select(Audit).where(Audit.subject_kind == SUBJECT, Audit.subject_id == str(report_id))
    return session.scalar(query.where(Audit.action == REPAIR).order_by(Audit.at.desc()).limit(1))


def _repairable(findings: Iterable[Drift]) -> list[Drift]:
    return [one for one in findings if one.finding in REPAIRABLE]


def repair_findings(
    session: Session, vault: Vault, link: Link, findings: Iterable[Drift], heard_at: datetime
) -> list[JobRef]:
    """Nudge the jobs, and forget what we think stands there, so that they look and plan anew.

    What was read of the CRM before `heard_at` does not serve these jobs.
    """
    chosen = _repairable(findings)
    forget = [one for one in chosen if one.finding in FORGET]
    for start in range(0, len(forget), BATCH):
        _forget_bases(session, vault, link, forget[start : start + BATCH])
    notices = [Notice(Kind.RELATION, one) for one in sorted({drift.record_id for drift in chosen})]
    return record_changes(session, link.source_id, notices, Origin.RECONCILE, uuid4(), heard_at)


def _forget_bases(session: Session, vault: Vault, link: Link, drifts: Sequence[Drift]) -> None:
    """Forget the fields that differ only, so that what the books may keep is not overwritten."""
    told = {(one.record_id, one.role, one.target_id): one.fields for one in drifts}
    rows = mapped_sources(session, link, [one.record_id for one in drifts], lock=True)
    keys = subjects_of(session, vault, link.source_id, Kind.RELATION, [row.source_id for row in rows])
    for row in rows:
        fields = told.get((row.source_id, row.role, row.target_id))
        if fields is None or row.base is None or row.source_id not in keys:
            continue
        subject = keys[row.source_id]
        base = subject.open(row.base, mappings.BASE_CONTEXT) if fields else {}
        kept = {name: pair for name, pair in base.items() if name not in fields}
        row.base = subject.seal(kept, mappings.BASE_CONTEXT) if kept else None


def mapped_sources(session: Session, link: Link, ids: Sequence[str], *, lock: bool = False) -> list[RelationMapping]:
    """Return the active mappings of source records of a link's two ends."""
    query = select(RelationMapping).where(
        RelationMapping.target_connection_id == link.target_id,
        RelationMapping.source_connection_id == link.source_id,
        RelationMapping.state == MappingState.ACTIVE,
        RelationMapping.source_id.in_(ids),
    )
    return list(session.scalars(query.order_by(RelationMapping.id).with_for_update() if lock else query))
