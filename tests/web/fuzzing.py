"""Furnish an office to be fuzzed, and steer requests to what stands in it, so that more is reached than 404s."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.records import Problem
from models.tables import Connection, Issue, Link, Reconciliation, RelationMapping, Review, SyncLog, Undo
from models.words import Kind, MappingState, Outcome
from sync import issues, pausing, reviews
from sync.audit import Actor
from tests.fixtures.bridge import Bridge
from tests.web.conftest import Office
from tests.web.office import furnish
from web.pages import PAGES

ROWS = 3
"""Records of each sort; the first is known to the stand-ins, the others are rows only."""
CAUSE = "check.kvk"
SILENT, SPARE = "-silent", "-spare"
"""What the names end in of a second office, which nothing listens behind, and of a third, which is paused."""
NAMES = {
    "connections": ("crm", "books", f"books{SILENT}", f"books{SPARE}"),
    "links": ("office", f"office{SILENT}", f"office{SPARE}"),
}
"""Who may be meant by `name` in an address."""

Row = Mapping[str, Any]
"""Name of a parameter or field -> a value that exists."""

WHOLE = {
    "POST /api/changes": ("connection", "kind", "record_id"),
    "POST /api/issues/retry": ("issue",),
    "POST /api/issues/ignore": ("issue", "reason"),
    "POST /api/undo": ("log_id",),
    "POST /api/mappings/search": ("number",),
    "POST /api/mappings/{mapping_id}/preview": ("target_id",),
    "PUT /api/mappings/{mapping_id}/target": ("was_target_id", "was_state", "target_id"),
    "POST /api/mappings/{mapping_id}/break": ("was_target_id", "was_state"),
    "POST /api/mappings/{mapping_id}/restore": ("was_target_id", "was_state"),
    "POST /api/mappings/bulk": ("action", "mappings"),
    "POST /api/reviews/{review_id}/decision": ("decision",),
    "POST /api/connections/{name}/pause": ("reason",),
    "POST /api/links/{name}/pause": ("reason",),
}
"""Operation -> the fields of a body that it carries out, the first time."""

ODD: tuple[Any, ...] = (
    "\0", "a\nb", "%2e%2e/", "\u0663", "a" * 201, " ", "'\"\\;--", "=1+1", "123456782", "1-1", "9" * 17, "null",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-30T23:59:60Z", "9" * 17 + "-" + "9" * 18,
    0, -1, 2**31, 2**63 - 1, 2**63, 10**40, 1.5, True,
)  # fmt: skip
"""What databases, addresses and parsers stumble over."""
ODD_TEXT = st.sampled_from(ODD).map(str)
ODDER: tuple[Any, ...] = ("\ud800", "", None, [], {}, [None], {"id": 1})
"""What only a body can hold."""


@dataclass
class Stage:
    """Hold the office with what the stand-ins know, to be put as it was before each operation."""

    office: Office
    bridge: Bridge
    free: list[str]
    """Records of the books that nobody is tied to."""
    ties: dict[int, tuple[str, bytes | None]] = field(default_factory=dict)
    silent: int = 0

    def remember(self) -> None:
        """Keep how the ties stand now, after real runs, and add the ends that do not answer."""
        self.ties = {row.id: (row.target_id, row.base) for row in self.bridge.mappings()}
        self.silent = furnish(self.office.runtime, SILENT)[1]
        furnish(self.office.runtime, SPARE)

    def lay(self) -> list[Row]:
        """Put everything as an operation may want it, and return consistent rows of what exists."""
        with self.office.runtime.sessions.begin() as session:
            session.execute(delete(Undo))
            session.execute(update(RelationMapping).values(state=MappingState.BROKEN))
            for mapping_id, (target_id, base) in self.ties.items():
                kept = {"state": MappingState.ACTIVE, "target_id": target_id, "base": base}
                session.execute(update(RelationMapping).where(RelationMapping.id == mapping_id).values(kept))
            _pause(session)
            return [self._row(session, number) for number in range(ROWS)]

    def _row(self, session: Session, number: int) -> Row:
        link = session.get_one(Link, self.silent if number else self.office.link)
        name = f"organization:{uuid4().hex}"
        tie = _tie(link, name) if number else session.get_one(RelationMapping, min(self.ties))
        broken = _tie(link, f"{name}b", MappingState.BROKEN)
        report, review = _report(link, tie.source_id, number), _review(link, f"{name}r", self.free[0])
        never = _review(link, broken.source_id, "")
        never.decision, never.decided_by, never.decided_at = "never", "anna", func.now()
        session.add_all([tie, broken, report, review, never, _attempt(link, tie)])
        issues.raise_issue(session, link.id, Kind.RELATION, tie.source_id, Problem(CAUSE, "kvk", False))
        session.flush()
        issue = session.scalars(select(Issue.id).where(Issue.record_id == tie.source_id)).first()
        written = session.scalars(select(func.max(SyncLog.id)).where(SyncLog.outcome == Outcome.UPDATED)).one()
        wish = {"id": tie.id, "was_target_id": tie.target_id, "was_state": "active"}
        return {
            **wish, "mapping_id": tie.id, "target_id": self.free[number], "link_id": link.id, "link": link.name,
            "record_id": tie.source_id, "log_id": written, "cause": CAUSE, "field": "kvk", "review_id": review.id,
            "shown": reviews.stamp(review), "report_id": report.id, "connection": "crm", "kind": "relation",
            "search": tie.source_id, "number": tie.target_id, "reason": "because", "subject_id": str(tie.id),
            "issue": issue, "decision": "never", "action": "sync", "mappings": [wish], "by": tie.decided_by,
            "broken": {"mapping_id": broken.id, "was_target_id": broken.target_id, "was_state": "broken"},
        }  # fmt: skip


def _pause(session: Session) -> None:
    """Leave one connection and one link paused, and the others running."""
    for noun, table in pausing.TABLES.items():
        for row in session.scalars(select(table)):
            assert isinstance(row, Connection | Link)
            paused = row.name in (f"books{SPARE}", f"office{SPARE}")
            if bool(pausing.pause_of(row)) and not paused:
                pausing.resume(session, Actor("test", "command"), noun, row.name)
            elif not pausing.pause_of(row) and paused:
                pausing.pause(session, Actor("test", "command"), noun, row.name, "because")


def _tie(link: Link, source_id: str, state: MappingState = MappingState.ACTIVE) -> RelationMapping:
    ends = {"source_connection_id": link.source_id, "target_connection_id": link.target_id}
    more = {"role": "customer", "target_id": uuid4().hex, "matched_by": "kvk", "state": state}
    return RelationMapping(link_id=link.id, kind="relation", source_id=source_id, **ends, **more)


def _report(link: Link, record_id: str, number: int) -> Reconciliation:
    finding = {"finding": "differs", "record_id": record_id, "role": "customer", "target_id": "t", "fields": ["naam"]}
    row = Reconciliation(link_id=link.id, findings=[finding], counts={"differs": 1, "in_sync": 3})
    row.finished_at = None if number == ROWS - 1 else func.now()
    return row


def _review(link: Link, record_id: str, target_id: str) -> Review:
    candidates = [
        {"target_id": target_id, "evidence": {"kvk": "agrees"}},
        {"source_id": "organization:x", "evidence": {}},
    ]
    row = Review(link_id=link.id, kind="relation", record_id=record_id, role="customer", candidates=candidates)
    row.reason = "review.name_only"
    return row


def _attempt(link: Link, tie: RelationMapping) -> SyncLog:
    row = SyncLog(link_id=link.id, job_id=1, kind="relation", record_id=tie.source_id, role="customer")
    row.outcome, row.correlation_id, row.target_id, row.reason = Outcome.ISSUE, uuid4(), tie.target_id, CAUSE
    return row


def requests_to(operation: Any, rows: list[Row]) -> st.SearchStrategy[Case[Any]]:
    """Draw requests as the description has them or not, and aim half of them at what exists."""
    modes = [GenerationMode.POSITIVE]
    if operation.query or operation.body:
        modes.append(GenerationMode.NEGATIVE)
    # Made once: making one costs more than drawing from it.
    return _aimed(operation, rows, [operation.as_strategy(generation_mode=mode) for mode in modes])


@st.composite
def _aimed(draw: st.DrawFn, operation: Any, rows: list[Row], drawn: list[st.SearchStrategy[Case[Any]]]) -> Case[Any]:
    aim = draw(st.sampled_from(("as drawn", "known", "whole", "whole", "odd")))
    case: Case[Any] = draw(drawn[0] if aim == "whole" else draw(st.sampled_from(drawn)))
    if aim in ("known", "whole"):
        row = _named(draw(st.sampled_from(rows)), operation, draw)
        if aim == "whole":
            case.headers.clear()
            if operation.label in WHOLE:
                case.body = {name: row[name] for name in WHOLE[operation.label]}
        for holder in _holders(case):
            holder.update({name: row[name] for name in holder if name in row})
    elif aim == "odd":
        _spoil(case, draw)
    return case


def _named(row: Row, operation: Any, draw: st.DrawFn) -> Row:
    """Fill in what depends on the operation."""
    noun = operation.path.split("/")[2]
    named = {**row, "name": draw(st.sampled_from(NAMES.get(noun, ("x",))))}
    if noun in ("mappings", "reconciliations"):
        named["link"] = row["link_id"]
    return named | (row["broken"] if operation.path.endswith("/restore") else {})


def _holders(case: Case[Any]) -> list[dict[str, Any]]:
    return [one for one in (case.path_parameters, case.query, case.body) if isinstance(one, dict)]


def _spoil(case: Case[Any], draw: st.DrawFn) -> None:
    """Put one odd value somewhere."""
    holders = [one for one in _holders(case) if one]
    if not holders:
        return
    holder = draw(st.sampled_from(holders))
    name = draw(st.sampled_from(sorted(holder)))
    value = draw(st.sampled_from(ODD + (ODDER if holder is case.body else ())))
    holder[name] = value if holder is case.body else str(value)


@dataclass(frozen=True)
class PageRequest:
    """Hold a request to a page: filled address, and what goes with it in the address or a form."""

    method: str
    path: str
    given: Mapping[str, Any]


LEAVES = frozenset({"/sign-out", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/back", "/access/flower"})
"""Addresses that are about who one is, with tests of their own."""


def page_routes() -> Sequence[APIRoute]:
    """Return the routes of all pages."""
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    return [route for route in routes if route.path not in LEAVES]


@st.composite
def page_requests(draw: st.DrawFn, rows: list[Row]) -> PageRequest:
    """Draw a request with what a page takes: existing values, odd ones, or whatever text."""
    route = draw(st.sampled_from(page_routes()))
    noun = route.path.split("/")[1]
    row = {**draw(st.sampled_from(rows)), "name": draw(st.sampled_from(NAMES.get(noun, ("x",))))}
    row["link"] = row["link_id"] if noun in ("mappings", "reconciliations", "log") else row["link"]
    straight = draw(st.booleans())

    def value(name: str) -> str:
        known = st.just(str(row.get(name, row["mapping_id"])))
        return draw(known if straight else known | ODD_TEXT | st.text(max_size=20).filter(_encodable))

    taken = [name for name in _taken(route.dependant) if (name in row if straight else draw(st.booleans()))]
    path = re.sub(r"{(\w+)(:path)?}", lambda found: value(found[1]).replace("/", "") or "x", route.path)
    return PageRequest(draw(st.sampled_from(sorted(route.methods or ()))), path, {name: value(name) for name in taken})


def _taken(asker: Dependant) -> list[str]:
    """Name what a route takes from address and form, a form that is read into a model among it."""
    names = []
    for one in (*asker.query_params, *asker.body_params):
        names += list(getattr(one.field_info.annotation, "model_fields", None) or [one.alias])
    return names + [name for inner in asker.dependencies for name in _taken(inner)]


def _encodable(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode() == text
