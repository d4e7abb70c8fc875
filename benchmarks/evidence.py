"""Write down everything about what went wrong, so that its cause can be found afterwards."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.agreement import Violation
from benchmarks.measure import say
from benchmarks.world import World

QUERIES = {
    "jobs": "SELECT * FROM sync_job WHERE record_id = :record",
    "mappings": "SELECT id, link_id, role, target_id, target_number, state, matched_by, evidence, "
    "created_at, updated_at FROM relation_mapping WHERE source_id = :record",
    "intents": "SELECT id, fence, role, operation, number, target_id, state, opened_at, locate_at, "
    "settled_at FROM write_intent WHERE source_id = :record ORDER BY opened_at",
    "log": "SELECT at, link_id, role, outcome, reason, fields, source_calls, target_calls, "
    "duration_ms, target_id FROM sync_log WHERE record_id = :record ORDER BY at",
    "events": "SELECT received_at, origin FROM change_event WHERE record_id = :record ORDER BY received_at",
    "reviews": "SELECT id, role, reason, candidates, decision, opened_at, superseded_at FROM review "
    "WHERE record_id = :record",
    "issues": "SELECT role, cause, field, times, blocking, opened_at, seen_at, closed_at FROM issue "
    "WHERE record_id = :record",
    "feedback": "SELECT link_id, failed, untick, box, messages, updated_at FROM feedback WHERE record_id = :record",
    "mails": "SELECT id, link_id, state, reason, tries, created_at, handed_at FROM mail WHERE record_id = :record",
    "snapshot": "SELECT started_at, record_updated_at, deleted FROM snapshot WHERE record_id = :record",
}
MOST = 40


def dump(world: World, found: Sequence[Violation], out: Path | None) -> None:
    """Keep rows, stand-ins' records and the processes' logs of what was violated."""
    folder = (out or Path(tempfile.mkdtemp(prefix="boekbrug-evidence-"))) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    relaties = {row["id"]: row for row in world.relaties()}
    writes = world.control("books", "GET", "stats?records=1")["writes_per_record"]
    if "tax" in world.sandboxes:
        relaties |= {row["Id"]: row for rows in world.control("tax", "GET", "state").values() for row in rows}
        writes |= world.control("tax", "GET", "stats?records=1")["writes_per_record"]
    for number, one in enumerate(found[:MOST]):
        told = {
            "violation": [one.rule, one.what, one.record_id, one.relatie_id],
            "relatie": relatie(relaties, one.relatie_id),
            "writes": writes.get(one.relatie_id),
            **{name: _rows(world, query, one.record_id) for name, query in QUERIES.items()},
        }
        (folder / f"{number:02}.json").write_text(json.dumps(told, indent=1, default=str))
    shutil.copytree(world.folder / "log", folder / "log", dirs_exist_ok=True)
    say(f"{len(found)} violations, the evidence stands beside the result")
    if out is None:
        print(folder)


def relatie(relaties: dict[str, dict[str, Any]], key: str) -> dict[str, Any] | None:
    """Return the relatie without what is empty."""
    row = relaties.get(key)
    return {name: value for name, value in row.items() if value} if row else None


def _rows(world: World, query: str, record: str) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in world.rows(query, record=record)]  # noqa: SLF001 - SQLAlchemy's own name
