"""Compare both sides from list pages with the plans of the live run, report the drift, and repair what may be."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.base import Notice, TargetRecord
from adapters.outside import Outside
from models.tables import Reconciliation, RelationMapping, Snapshot
from models.words import Kind, MappingState, Origin, Role
from sync import backfill, books, mappings, snapshots
from sync.candidates import Candidate, Sides, batches, remember_identities, roles_in
from sync.drift import Drift
from sync.intake import record_changes
from sync.planning import Hold, Nothing, Update, compare
from sync.rules import field_rules
from sync.subjects import subjects_of

FINDINGS_LIMIT = 5_000
"""Rows that one report keeps; the counts are complete."""
REPAIRABLE = ("differs", "unmapped", "missing_in_books", "gone_from_crm")


@dataclass
class Report:
    """Hold what a comparison found: counts of everything, rows up to a limit, ids and field names only."""

    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Drift] = field(default_factory=list)

    def add(self, drift: Drift) -> None:
        """Count a finding and keep its row while there is room."""
        self.counts[drift.finding] = self.counts.get(drift.finding, 0) + 1
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(drift)


def reconcile(outside: Outside, sides: Sides, *, repair: bool, progress: backfill.Progress) -> Report:
    """Read both sides whole, compare, store the report, and nudge the jobs that may repair."""
    report = Report()
    started = datetime.now(UTC)
    with outside.sessions.begin() as session:
        row = Reconciliation(link_id=sides.link.id, started_at=started)
        session.add(row)
    known = _known_before(outside, sides)
    reading = backfill.read_source(outside, sides, progress)
    _gone_from_crm(outside, sides, known, reading.started_at, report)
    found = {one.relation.id: one for batch in batches(outside, sides) for one in _indexed(outside, sides, batch)}
    for drift in _both_sides(outside, sides, found, report):
        report.add(drift)
    _store(outside, row.id, report)
    if repair:
        _repair(outside, sides, report, started)
    return report


def _indexed(outside: Outside, sides: Sides, batch: Sequence[Candidate]) -> Sequence[Candidate]:
    remember_identities(outside, sides, batch)
    return batch


def _known_before(outside: Outside, sides: Sides) -> set[str]:
    with outside.sessions.begin() as session:
        return snapshots.known_ids(session, sides.source.info.id, Kind.RELATION)


def _gone_from_crm(outside: Outside, sides: Sides, known: set[str], since: datetime, report: Report) -> None:
    """Report what a full reading no longer met: it was deleted or merged away."""
    connection_id = sides.source.info.id
    with outside.sessions.begin() as session:
        met = set(
            session.scalars(
                select(Snapshot.record_id).where(
                    Snapshot.connection_id == connection_id,
                    Snapshot.kind == Kind.RELATION,
                    Snapshot.started_at >= since,
                )
            )
        )
        gone = sorted(known - met)
        for record_id in gone:
            snapshots.mark_deleted(session, connection_id, Kind.RELATION, record_id)
        for mapping in _mapped_sources(session, sides, gone):
            report.add(Drift("gone_from_crm", mapping.source_id, mapping.role, mapping.target_id))


def _mapped_sources(session: Session, sides: Sides, ids: Sequence[str]) -> list[RelationMapping]:
    return list(
        session.scalars(
            select(RelationMapping).where(
                RelationMapping.target_connection_id == sides.target.info.id,
                RelationMapping.source_connection_id == sides.source.info.id,
                RelationMapping.state == MappingState.ACTIVE,
                RelationMapping.source_id.in_(ids),
            )
        )
    )


def _both_sides(outside: Outside, sides: Sides, found: dict[str, Candidate], report: Report) -> Iterator[Drift]:
    seen: set[str] = set()
    in_sync = 0
    for records in books.records_of(outside, sides):
        seen.update(record.id for record in records)
        for drift in _page(outside, sides, found, records):
            in_sync += drift is None
            if drift is not None:
                yield drift
    report.counts["in_sync"] = in_sync
    yield from _missing(outside, sides, found, seen)


def _page(
    outside: Outside, sides: Sides, found: dict[str, Candidate], records: Sequence[TargetRecord]
) -> list[Drift | None]:
    with outside.sessions.begin() as session:
        rows = session.scalars(
            select(RelationMapping).where(
                RelationMapping.target_connection_id == sides.target.info.id,
                RelationMapping.target_id.in_([record.id for record in records]),
                RelationMapping.state == MappingState.ACTIVE,
            )
        ).all()
        by_target: dict[str, list[RelationMapping]] = {}
        for row in rows:
            by_target.setdefault(row.target_id, []).append(row)
        ours = [row for row in rows if row.source_connection_id == sides.source.info.id]
        bases = _bases(session, outside, sides, ours)
    drifts: list[Drift | None] = []
    for record in records:
        if record.system_row:
            continue
        tied = by_target.get(record.id, [])
        if not tied:
            drifts.append(Drift("only_in_books", "", "", record.id))
        drifts += [
            _judge(sides, found, row, record, bases.get(row.id, {}))
            for row in tied
            if row.source_connection_id == sides.source.info.id
        ]
    return drifts


def _bases(
    session: Session, outside: Outside, sides: Sides, rows: Sequence[RelationMapping]
) -> dict[int, dict[str, tuple[object, object]]]:
    keys = subjects_of(session, outside.vault, sides.source.info.id, Kind.RELATION, [row.source_id for row in rows])
    return {
        row.id: {
            name: (pair[0], pair[1]) for name, pair in keys[row.source_id].open(row.base, mappings.BASE_CONTEXT).items()
        }
        for row in rows
        if row.base is not None and row.source_id in keys
    }


def _judge(
    sides: Sides,
    found: dict[str, Candidate],
    row: RelationMapping,
    record: TargetRecord,
    base: dict[str, tuple[object, object]],
) -> Drift | None:
    candidate = found.get(row.source_id)
    if candidate is None or candidate.blocked:
        return None
    if not record.active:
        return Drift("inactive_in_books", row.source_id, row.role, record.id)
    draft = sides.target.draft(candidate.relation, Role(row.role), sides.rules.model_dump())
    plan = compare(draft.fields, base, record.fields, field_rules(sides.rules), sides.target.same)  # type: ignore[arg-type]
    if isinstance(plan, Update):
        return Drift("differs", row.source_id, row.role, record.id, tuple(sorted(plan.changes)))
    if isinstance(plan, Hold):
        return Drift("both_changed", row.source_id, row.role, record.id, plan.fields)
    if isinstance(plan, Nothing) and plan.kept:
        return Drift("kept_in_books", row.source_id, row.role, record.id, plan.kept)
    return None


def _missing(outside: Outside, sides: Sides, found: dict[str, Candidate], seen: set[str]) -> Iterator[Drift]:
    with outside.sessions.begin() as session:
        rows = session.execute(
            select(RelationMapping.source_id, RelationMapping.role, RelationMapping.target_id).where(
                RelationMapping.target_connection_id == sides.target.info.id,
                RelationMapping.source_connection_id == sides.source.info.id,
                RelationMapping.state == MappingState.ACTIVE,
            )
        )
        mapped = {(source, role): target for source, role, target in rows}
    for (source, role), target in sorted(mapped.items()):
        if target not in seen:
            yield Drift("missing_in_books", source, role, target)
    for record_id, candidate in sorted(found.items()):
        for role in roles_in(sides.target, candidate.relation):
            if (record_id, role) not in mapped and not candidate.blocked:
                yield Drift("unmapped", record_id, role, "")


def _store(outside: Outside, row_id: int, report: Report) -> None:
    with outside.sessions.begin() as session:
        row = session.get_one(Reconciliation, row_id)
        row.finished_at = func.now()
        row.counts = dict(report.counts)
        row.findings = [asdict(one) for one in report.findings]


def _repair(outside: Outside, sides: Sides, report: Report, started: datetime) -> None:
    """Let ordinary bulk jobs do it: forget what we think stands there, so that they look and plan anew."""
    chosen = [one for one in report.findings if one.finding in REPAIRABLE]
    with outside.sessions.begin() as session:
        for one in chosen:
            if one.finding in ("differs", "missing_in_books"):
                _forget_base(session, outside, sides, one)
        notices = [Notice(Kind.RELATION, one) for one in sorted({drift.record_id for drift in chosen})]
        record_changes(session, sides.source.info.id, notices, Origin.RECONCILE, uuid4(), started)


def _forget_base(session: Session, outside: Outside, sides: Sides, drift: Drift) -> None:
    """Forget the fields that differ only, so that what the books may keep is not overwritten."""
    for row in _mapped_sources(session, sides, [drift.record_id]):
        if row.role != drift.role or row.base is None:
            continue
        keys = subjects_of(session, outside.vault, row.source_connection_id, Kind.RELATION, [row.source_id])
        subject = keys[row.source_id]
        base = subject.open(row.base, mappings.BASE_CONTEXT) if drift.fields else {}
        kept = {name: pair for name, pair in base.items() if name not in drift.fields}
        row.base = subject.seal(kept, mappings.BASE_CONTEXT) if kept else None
