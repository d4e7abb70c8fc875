"""Lay a doubtful match out for a person: the CRM's record, what each candidate holds, and what each answer would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from adapters import registry
from adapters.base import Draft, TargetRecord
from adapters.errors import AdapterError, Missing
from adapters.outside import Outside
from models.records import Fields, Relation
from models.tables import Connection, Link, RelationMapping, Review, TargetEntry
from models.vault import Erased, Unreadable
from models.words import ConnectionState, Kind, Lane, MappingState, Policy, Role
from sync import snapshots
from sync.candidates import Sides, judge
from sync.config.loading import connection_info
from sync.mappings import BASE_CONTEXT
from sync.planning import Base, Plan, Rules, compare
from sync.rules import field_rules, relation_rules
from sync.subjects import known_subjects

MOST_CANDIDATES = 5
"""Candidates that are read from the target when a person opens the question: a call each."""
DEADLINE_SECONDS = 8
"""What a person waits for one call before the page says that the target is away."""

State = Literal["read", "gone", "away", "unread", "unknown"]
"""Read just now or from a snapshot; gone from the target; the target is away; not asked; nothing is stored."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Hold one candidate: a record of the target, or another one of the CRM."""

    target_id: str
    source_id: str
    evidence: Mapping[str, str]
    state: State
    fields: Fields = field(default_factory=dict, repr=False)
    name: str = field(default="", repr=False)
    number: str = ""
    active: bool = True
    roles: tuple[str, ...] = ()
    taken_by: str = ""
    """The CRM record that the target's record is tied to already."""
    tied_to: str = ""
    """The target record that a CRM record is tied to."""
    plan: Plan | None = field(default=None, repr=False)
    """What using it would write."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Hold one question with all that a person needs to answer it."""

    review: Review
    sides: Sides
    source_name: str
    target_name: str
    relation: Relation | None = field(repr=False)
    """None where the CRM's record is not stored, or was erased."""
    draft: Draft | None = field(repr=False)
    tied_to: str
    """The target record that this one is actively tied to."""
    candidates: Sequence[Weighed]


def weigh(outside: Outside, review: Review) -> Weighing:
    """Read what a question is about; each candidate in the target costs one call. Raises LookupError."""
    quick = replace(outside.once(), settings=outside.settings.model_copy(update={"deadline_seconds": DEADLINE_SECONDS}))
    sources = [review.record_id, *(one["source_id"] for one in review.candidates if one.get("source_id"))]
    with outside.sessions.begin() as session:
        sides, awake, ends = _sides(session, outside, quick, review.link_id)
        relations = _relations(session, outside, sides, sources[: MOST_CANDIDATES + 1])
        known = _Known.read(session, sides, review)
        tie, base = _tie(session, outside, sides, review)
    drafts = {one: _draft(sides, found, Role(review.role)) for one, found in relations.items()}
    draft = drafts.get(review.record_id)
    found = _targets(sides, review, awake=awake)
    weighed = [
        _target(sides, review, one, found, known, draft, base)
        if one.get("target_id")
        else _source(one, relations, drafts, known)
        for one in review.candidates
    ]
    return Weighing(review, sides, ends[0], ends[1], relations.get(review.record_id), draft, tie, weighed)


def _sides(session: Session, outside: Outside, quick: Outside, link_id: int) -> tuple[Sides, bool, tuple[str, str]]:
    """Open both ends, and tell whether the target may be called and what both are called."""
    link = session.get_one(Link, link_id)
    ends = {
        one.id: one
        for one in session.scalars(select(Connection).where(Connection.id.in_([link.source_id, link.target_id])))
    }
    source, target = (connection_info(ends[one], outside.vault) for one in (link.source_id, link.target_id))
    sides = Sides(
        link,
        relation_rules(link.rules),
        registry.open_source(source, quick, Lane.LIVE),
        registry.open_target(target, quick, Lane.LIVE),
    )
    books = ends[link.target_id]
    return sides, books.enabled and books.state == ConnectionState.ACTIVE, (source.name, target.name)


@dataclass(frozen=True, slots=True)
class _Known:
    """Hold what the database knows of the candidates."""

    entries: Mapping[str, TargetEntry]
    holders: Mapping[str, str]
    """Target record -> CRM record that it is tied to."""
    ties: Mapping[str, str]
    """CRM record -> target record that it is tied to."""

    @classmethod
    def read(cls, session: Session, sides: Sides, review: Review) -> "_Known":
        """Look them up by their ids."""
        targets = [one["target_id"] for one in review.candidates if one.get("target_id")]
        sources = [one["source_id"] for one in review.candidates if one.get("source_id")]
        connection = sides.target.info.id
        entries = session.scalars(
            select(TargetEntry).where(TargetEntry.connection_id == connection, TargetEntry.target_id.in_(targets))
        )
        tied = session.execute(
            select(RelationMapping.target_id, RelationMapping.source_connection_id, RelationMapping.source_id).where(
                RelationMapping.target_connection_id == connection,
                RelationMapping.kind == review.kind,
                RelationMapping.role == review.role,
                RelationMapping.state == MappingState.ACTIVE,
                or_(
                    RelationMapping.target_id.in_(targets),
                    and_(
                        RelationMapping.source_connection_id == sides.source.info.id,
                        RelationMapping.source_id.in_(sources),
                    ),
                ),
            )
        ).all()
        return cls(
            {one.target_id: one for one in entries},
            {row.target_id: row.source_id for row in tied if row.source_id != review.record_id},
            {row.source_id: row.target_id for row in tied if row.source_connection_id == sides.source.info.id},
        )


def _relations(session: Session, outside: Outside, sides: Sides, ids: Sequence[str]) -> dict[str, Relation]:
    """Parse the stored records of the CRM, judged as a run would."""
    raw_rules = sides.rules.model_dump()
    found = {}
    for record in snapshots.load_many(session, outside.vault, sides.source.info.id, Kind.RELATION, ids):
        try:
            found[record.id] = judge(sides.target, sides.rules, sides.source.relation(record, raw_rules))[0]
        except (ValueError, Unreadable, Erased):
            continue
    return found


def _draft(sides: Sides, relation: Relation, role: Role) -> Draft:
    return sides.target.draft(relation, role, sides.rules.model_dump())


def _tie(session: Session, outside: Outside, sides: Sides, review: Review) -> tuple[str, Base]:
    """Return the target record of the active tie, and what it holds since our last write."""
    row = session.execute(
        select(RelationMapping.base, RelationMapping.target_id, RelationMapping.state).where(
            RelationMapping.target_connection_id == sides.target.info.id,
            RelationMapping.source_connection_id == sides.source.info.id,
            RelationMapping.kind == review.kind,
            RelationMapping.source_id == review.record_id,
            RelationMapping.role == review.role,
        )
    ).first()
    if row is None:
        return "", {}
    tied_to = row.target_id if row.state == MappingState.ACTIVE else ""
    keys = known_subjects(session, outside.vault, sides.source.info.id, review.kind, [review.record_id])
    if row.base is None or review.record_id not in keys:
        return tied_to, {}
    try:
        opened = keys[review.record_id].open(row.base, BASE_CONTEXT)
    except Unreadable:
        return tied_to, {}
    return tied_to, {name: (pair[0], pair[1]) for name, pair in opened.items()}


Read = Mapping[str, TargetRecord | State]


def _targets(sides: Sides, review: Review, *, awake: bool) -> Read:
    """Read the candidates one by one, until one call says that the target is away."""
    found: dict[str, TargetRecord | State] = {}
    ids = [one["target_id"] for one in review.candidates if one.get("target_id")]
    for target_id in ids[:MOST_CANDIDATES]:
        if not awake:
            found[target_id] = "away"
            continue
        try:
            found[target_id] = sides.target.read(target_id)
        except Missing:
            found[target_id] = "gone"
        except AdapterError:
            found[target_id], awake = "away", False
    return found


def _target(
    sides: Sides,
    review: Review,
    candidate: Mapping[str, object],
    found: Read,
    known: _Known,
    draft: Draft | None,
    base: Base,
) -> Weighed:
    target_id = str(candidate["target_id"])
    given = _given(candidate)
    holder = known.holders.get(target_id, "")
    read = found.get(target_id, "unread")
    if isinstance(read, TargetRecord):
        return Weighed(
            target_id, "", given, "read", read.fields, name_in(read.fields), read.number or "", read.active,
            tuple(sorted(read.roles)), holder, plan=_plan(sides, review, draft, base, read.fields),
        )  # fmt: skip
    entry = known.entries.get(target_id)
    if entry is None:
        return Weighed(target_id, "", given, read, taken_by=holder)
    roles = tuple(str(one) for one in entry.roles)
    return Weighed(
        target_id, "", given, read, number=entry.number or "", active=entry.active, roles=roles, taken_by=holder
    )


def _plan(sides: Sides, review: Review, draft: Draft | None, base: Base, current: Fields) -> Plan | None:
    """Plan as a run would that was told to use this record."""
    if draft is None:
        return None
    rules = field_rules(sides.rules)
    if review.reason == "review.both_changed":
        rules = Rules(rules.blank_empty, {"*": Policy.CRM})
        return compare(draft.fields, base, current, rules, sides.target.same)
    return compare(draft.fields, {}, current, rules, sides.target.same)


def _source(
    candidate: Mapping[str, object], relations: Mapping[str, Relation], drafts: Mapping[str, Draft], known: _Known
) -> Weighed:
    source_id = str(candidate["source_id"])
    relation, tied = relations.get(source_id), known.ties.get(source_id, "")
    if relation is None:
        return Weighed("", source_id, _given(candidate), "unknown", tied_to=tied)
    fields = drafts[source_id].fields
    return Weighed("", source_id, _given(candidate), "read", fields, relation.name, relation.number or "", tied_to=tied)


def _given(candidate: Mapping[str, object]) -> dict[str, str]:
    evidence = candidate.get("evidence")
    return {str(name): str(verdict) for name, verdict in evidence.items()} if isinstance(evidence, Mapping) else {}


def name_in(fields: Fields) -> str:
    """Read a name from whichever field of the target holds one."""
    whole = fields.get("naam") or fields.get("Naam")
    parts = (fields.get(name) for name in ("Voornaam", "Tussenvoegsels", "Achternaam"))
    return str(whole or " ".join(str(one).strip() for one in parts if one))
