"""Say what a full run would do, by the functions of the live run and without writing to the target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from adapters.base import Draft, Identity, TargetRecord
from adapters.outside import Outside
from models.tables import Claim, Connection, RelationMapping
from models.words import ConnectionState, Kind, Lane, MappingState, Role
from sync import books, identity, mappings, reviews
from sync.candidates import Candidate, Sides, batches, remember_identities, roles_in
from sync.finding import find_match, look
from sync.jobs import Lease
from sync.locating import read_or_none
from sync.mapped import given_up
from sync.matching import Doubtful, Linked
from sync.patience import patient
from sync.planning import Hold, Update, compare, moved
from sync.work import Work

Deed = Literal["create", "link", "link_update", "update", "nothing", "review", "issue", "left_out"]
DEEDS: tuple[Deed, ...] = (
    "create",
    "link_update",
    "link",
    "update",
    "nothing",
    "review",
    "issue",
    "left_out",
)
"""In the order in which a summary lists them."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold what would be done for one relation in one role; ids, codes and names of fields only."""

    record_id: str
    role: str
    deed: Deed
    reason: str = ""
    """What matched, or the cause that stops it."""
    target_id: str = ""
    fields: tuple[str, ...] = ()


@dataclass
class _Run:
    """Hold one preview: the books as they stand, and what its own creates would claim."""

    outside: Outside
    sides: Sides
    books: Mapping[str, TargetRecord]
    states: tuple[ConnectionState, ConnectionState]
    claimed: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def work(self, record_id: str) -> Work:
        """Stand in for a job: the same questions are asked, nothing is leased."""
        link, now = self.sides.link, datetime.now(UTC)
        source, target = self.sides.source.info, self.sides.target.info
        lease = Lease(
            0, 0, 0, link.id, source.id, target.id, Kind.RELATION, record_id, Lane.BULK, now, now, UUID(int=0)
        )
        work = Work(self.outside, lease, link, source, target, *self.states)
        # Already open: what was counted of their calls stays in one place.
        work.source, work.target = self.sides.source, self.sides.target
        return work


def preview(outside: Outside, sides: Sides) -> Iterator[Planned]:
    """Yield the plan of every relation that takes part; reads lists only, where the target has one."""
    pages = books.records_of(outside, sides)
    found = {record.id: record for page in pages for record in page if not record.system_row}
    with outside.sessions.begin() as session:
        ends = [session.get_one(Connection, one) for one in (sides.link.source_id, sides.link.target_id)]
    states = (ConnectionState(ends[1].state), ConnectionState(ends[0].state))
    run = _Run(outside, sides, found, states)
    # All first: a double further on in the alphabet counts as well.
    for batch in batches(outside, sides):
        remember_identities(outside, sides, batch)
    for batch in batches(outside, sides):
        for candidate in batch:
            yield from _candidate(run, candidate)


def _candidate(run: _Run, candidate: Candidate) -> Iterator[Planned]:
    relation = candidate.relation
    blocking = [problem.cause for problem in candidate.problems if problem.blocking]
    if not relation.roles:
        blocking.append("sync.no_role")
    if blocking:
        yield Planned(relation.id, "", "issue", blocking[0])
        return
    work = run.work(relation.id)
    for role in roles_in(run.sides.target, relation):
        yield _role(run, work, candidate, role)


def _role(run: _Run, work: Work, candidate: Candidate, role: Role) -> Planned:
    draft = run.sides.target.draft(candidate.relation, role, work.raw_rules)
    blocking = [problem.cause for problem in draft.problems if problem.blocking]
    if blocking:
        return Planned(candidate.relation.id, role, "issue", blocking[0])
    with run.outside.sessions.begin() as session:
        row = mappings.mapping_of(session, work, role)
        decided = reviews.standing(session, work.link.id, work.kind, candidate.relation.id, role)
    if row is not None and not given_up(row, decided):
        return _mapped(run, work, draft, row)
    match decided.decision if decided is not None else None:
        case "never":
            return Planned(candidate.relation.id, role, "left_out", "decided_never")
        case "create":
            return Planned(candidate.relation.id, role, "create", "decided_create", fields=tuple(draft.fields))
        case "use":
            return _linked(run, work, role, draft, decided.decided_target_id or "", "person")  # type: ignore[union-attr]
    return _unmapped(run, work, candidate, role, draft)


def _mapped(run: _Run, work: Work, draft: Draft, row: RelationMapping) -> Planned:
    base = mappings.read_base(work, row)
    target = run.sides.target
    same, active = target.same, row.state == MappingState.ACTIVE
    if active and base and not moved(draft.fields, base, work.field_rules, same):
        return Planned(row.source_id, row.role, "nothing", "unchanged", row.target_id)
    current = run.books.get(row.target_id)
    if current is None:
        return Planned(row.source_id, row.role, "review", "review.gone", row.target_id)
    plan = compare(draft.fields, base, current.fields, work.field_rules, same)
    if isinstance(plan, Hold):
        return Planned(row.source_id, row.role, "review", plan.reason, row.target_id, plan.fields)
    if isinstance(plan, Update):
        return Planned(row.source_id, row.role, "update", "", row.target_id, tuple(sorted(plan.changes)))
    return Planned(row.source_id, row.role, "nothing", "equal", row.target_id)


def _unmapped(run: _Run, work: Work, candidate: Candidate, role: Role, draft: Draft) -> Planned:
    record_id = candidate.relation.id
    identifiers = run.sides.target.identity(candidate.relation)
    listed = run.sides.target.listed
    found = look(work, role, identifiers) if listed else patient(lambda: find_match(work, candidate.relation, role))
    if isinstance(found, Linked):
        return _linked(run, work, role, draft, found.target_id, found.matched_by)
    if isinstance(found, Doubtful):
        return Planned(record_id, role, "review", found.reason)
    if not work.rules.create:
        return Planned(record_id, role, "issue", "sync.no_create")
    if _contested(run, work, role, identifiers):
        return Planned(record_id, role, "review", "review.double_in_crm")
    return Planned(record_id, role, "create", fields=tuple(draft.fields))


def _linked(run: _Run, work: Work, role: Role, draft: Draft, target_id: str, matched_by: str) -> Planned:
    record_id, current = work.lease.record_id, run.books.get(target_id)
    if current is None and not run.sides.target.listed:
        current = patient(lambda: read_or_none(run.sides.target, target_id))
    if current is None:
        return Planned(record_id, role, "review", "review.gone", target_id)
    plan = compare(draft.fields, {}, current.fields, work.field_rules, run.sides.target.same)
    if isinstance(plan, Update):
        return Planned(record_id, role, "link_update", matched_by, target_id, tuple(sorted(plan.changes)))
    return Planned(record_id, role, "link", matched_by, target_id)


def _contested(run: _Run, work: Work, role: Role, identifiers: Identity) -> bool:
    """Tell whether an earlier create, of this preview or of the past, claims one of the identifiers."""
    record_id = work.lease.record_id
    named = {name: value for name, value in identity.values(identifiers).items() if name in identity.CLAIMED}
    hashes = [one for name, value in named.items() for one in run.outside.vault.hashes(name, value)]
    rivals = select(Claim.source_connection_id, Claim.source_id).where(
        Claim.target_connection_id == work.target_info.id, Claim.role == role, Claim.value_hash.in_(hashes)
    )
    with run.outside.sessions.begin() as session:
        held = any(tuple(rival) != work.owner for rival in session.execute(rivals))
    if held or any((role, name, value) in run.claimed for name, value in named.items()):
        return True
    run.claimed |= {(role, name, value): record_id for name, value in named.items()}
    return False
