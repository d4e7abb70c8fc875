"""Read reports of comparisons; their rows stand in one value, which PostgreSQL filters and pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models.vault import Vault
from sync.comparisons import ASKED, RECONCILE_LOCK
from sync.drift import FINDINGS
from web.progress import held_locks
from web.queries.names import names_at

PAGE = 50
PAGES = 100
"""Of rows that a report can have (sync.reconcile.FINDINGS_LIMIT)."""
REPORTS = 50
Finding = Literal[
    "", "differs", "both_changed", "kept_in_books", "inactive_in_books", "missing_in_books", "unmapped",
    "only_in_books", "gone_from_crm",
]  # fmt: skip
"""What rows may be filtered by; empty for all."""
FINE = ("in_sync", "kept_in_books", "only_in_books")
"""Findings that ask nothing of anybody; shown last."""

ONE = text("""
SELECT report.id, report.link_id, link.name AS link, link.enabled, report.started_at, report.finished_at,
    report.counts, report.read, report."of" AS total
FROM reconciliation AS report JOIN link ON link.id = report.link_id WHERE report.id = :id
""")
ROWS = text("""
SELECT one.value ->> 'finding' AS finding, one.value ->> 'record_id' AS record_id, one.value ->> 'role' AS role,
    one.value ->> 'target_id' AS target_id, one.value -> 'fields' AS fields
FROM reconciliation AS report, jsonb_array_elements(report.findings) WITH ORDINALITY AS one (value, place)
WHERE report.id = :id AND (:finding = '' OR one.value ->> 'finding' = :finding)
ORDER BY one.place OFFSET :skip LIMIT :rows
""")
LIST = text("""
SELECT report.id, report.link_id, link.name AS link, link.enabled, report.started_at, report.finished_at,
    report.counts, report.read, report."of" AS total
FROM reconciliation AS report JOIN link ON link.id = report.link_id
WHERE report.id < :before AND (CAST(:link AS bigint) IS NULL OR report.link_id = :link)
ORDER BY report.id DESC LIMIT :rows
""")
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Hold one comparison without its rows."""

    id: int
    link_id: int
    link: str
    link_enabled: bool
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    """Finding -> how many, in the order in which people read them."""
    read: int
    total: int | None
    running: bool

    @property
    def state(self) -> str:
        """Return `finished`, `running`, `asked` or `broken_off`."""
        if self.finished_at is not None:
            return "finished"
        if self.running:
            return "running"
        return "asked" if datetime.now(self.started_at.tzinfo) - self.started_at < ASKED else "broken_off"


def read_report(session: Session, report_id: int) -> ReportLine | None:
    """Return one report without its rows."""
    row = session.execute(ONE, {"id": report_id}).one_or_none()
    return None if row is None else _line(row, held_locks(session.connection()) if row.finished_at is None else set())


def read_reports(session: Session, link_id: int | None = None, before: int = NEWEST) -> list[ReportLine]:
    """Return the newest reports before an id."""
    rows = session.execute(LIST, {"link": link_id, "before": before, "rows": REPORTS}).all()
    held = held_locks(session.connection()) if any(row.finished_at is None for row in rows) else set()
    return [_line(row, held) for row in rows]


def _line(row: Row[Any], held: set[int]) -> ReportLine:
    counts = {name: row.counts[name] for name in FINDINGS if row.counts.get(name)}
    running = row.finished_at is None and RECONCILE_LOCK + row.link_id in held
    return ReportLine(
        row.id,
        row.link_id,
        row.link,
        row.enabled,
        row.started_at,
        row.finished_at,
        counts,
        row.read,
        row.total,
        running,
    )


def read_rows(session: Session, report_id: int, finding: str = "", page: int = 1) -> tuple[Sequence[Row[Any]], bool]:
    """Return one page of a report's rows, and whether there are more."""
    asked = {"id": report_id, "finding": finding, "skip": PAGE * (page - 1), "rows": PAGE + 1}
    rows = session.execute(ROWS, asked).all()
    return rows[:PAGE], len(rows) > PAGE


def names_of(session: Session, vault: Vault, link_id: int, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Return the names of the relations of some rows by record id, for a person's screen."""
    places = {(link_id, row.record_id) for row in rows if row.record_id}
    return {record_id: name for (_, record_id), name in names_at(session, vault, places).items()}


def all_rows(session: Session, report_id: int, finding: str = "") -> Iterator[Row[Any]]:
    """Return every row that a report keeps (sync.reconcile.FINDINGS_LIMIT at most)."""
    yield from session.execute(ROWS, {"id": report_id, "finding": finding, "skip": 0, "rows": None})
