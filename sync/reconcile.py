"""Compare both sides from list pages with the plans of the live run, report the drift, and repair what may be."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from adapters.base import TargetRecord
from adapters.outside import Outside
from models.tables import Reconciliation, RelationMapping, Snapshot
from models.words import Kind, MappingState, Role
from sync import backfill, books, mappings, snapshots
from sync.candidates import Candidate, Sides, batches, remember_identities, roles_in
from sync.drift import Drift
from sync.planning import Hold, Nothing, Update, compare
from sync.repairing import mapped_sources, repair_findings
from sync.rules import field_rules
from sync.subjects import subjects_of

FINDINGS_LIMIT = 5_000
"""Rows that one report keeps; the counts are complete."""


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


def reconcile(
    outside: Outside, sides: Sides, *, repair: bool, progress: backfill.Progress, row_id: int | None = None
) -> Report:
    """Read both sides whole, compare, store the report, and nudge the jobs that may repair.

    `row_id` is the report that was asked for; without it a new one is begun.
    """
    report = Report()
    started = datetime.now(UTC)
    row_id = _begin(outside, sides, started, row_id)
    known = _known_before(outside, sides)
    reading = backfill.read_source(outside, sides, _noted(outside, row_id, progress))
    _gone_from_crm(outside, sides, known, reading.started_at, report)
    found = {one.relation.id: one for batch in batches(outside, sides) for one in _indexed(outside, sides, batch)}
    for drift in _both_sides(outside, sides, found, report):
        report.add(drift)
    _store(outside, row_id, report)
    if repair:
        with outside.sessions.begin() as session:
            repair_findings(session, outside.vault, sides.link, report.findings, started)
    return report


def _begin(outside: Outside, sides: Sides, started: datetime, row_id: int | None) -> int:
    with outside.sessions.begin() as session:
        row = Reconciliation(link_id=sides.link.id) if row_id is None else session.get_one(Reconciliation, row_id)
        row.started_at, row.read, row.of = started, 0, None
        session.add(row)
        session.flush()
        return row.id


def _noted(outside: Outside, row_id: int, progress: backfill.Progress) -> backfill.Progress:
    """Write down how far the reading is, for whoever looks at the page."""

    def note(done: int, total: int | None) -> None:
        with outside.sessions.begin() as session:
            session.execute(update(Reconciliation).where(Reconciliation.id == row_id).values(read=done, of=total))
        progress(done, total)

    return note


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
        for mapping in mapped_sources(session, sides.link, gone):
            report.add(Drift("gone_from_crm", mapping.source_id, mapping.role, mapping.target_id))


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
