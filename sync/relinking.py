"""Tie a CRM record to another target record, after showing what that would overwrite; the former is left alone."""

import re
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.base import Draft, SourceRecord, TargetRecord
from adapters.errors import AdapterError, Missing, Rejected
from adapters.outside import Outside
from models.records import Fields, JsonScalar, Problem, Relation
from models.tables import Link, RelationMapping
from models.vault import Erased
from models.words import Kind, Lane, MappingState, Role
from sync import reviews, snapshots, ties
from sync.candidates import Sides, judge, part_of
from sync.planning import Hold, Same, Update, compare
from sync.rules import field_rules
from sync.ties import Changed, Deed, Refused, Seen

TARGET_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z:_-]{0,99}")
"""What a target's id may look like; it becomes part of an address there, so nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """Hold one field: what the CRM says, what stands in the target, what will; None leaves it as it is."""

    name: str
    wanted: JsonScalar = field(repr=False)
    now: JsonScalar = field(repr=False)
    will_be: JsonScalar = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold what tying a record to a target record would do, by the plan of the live run."""

    mapping_id: int
    seen: Seen
    target_id: str
    number: str | None
    fields: tuple[FieldPlan, ...]
    asked: tuple[str, ...]
    """Fields that a person would be asked about first, as the link's rules say."""
    kept: tuple[str, ...]
    """Fields where the target's own value stands, as the link's rules say."""
    problems: tuple[Problem, ...]
    """What would stop the write until it is put right in the CRM."""
    same: Same = field(repr=False)

    @property
    def overwritten(self) -> tuple[str, ...]:
        """Name the fields that would be written."""
        return tuple(one.name for one in self.fields if one.will_be is not None)


def preview(outside: Outside, mapping_id: int, target_id: str) -> Preview:
    """Plan a relink and write nothing; reads the target once. Raises Refused."""
    row, sides = open_mapping(outside, mapping_id)
    draft, problems = _draft(outside, sides, row)
    record = _chosen(outside, sides, row, target_id)
    plan = compare(draft.fields, {}, record.fields, field_rules(sides.rules), sides.target.same)
    changes: Fields = plan.changes if isinstance(plan, Update) else {}
    return Preview(
        row.id,
        Seen(row.target_id, row.state),
        record.id,
        record.number,
        tuple(_field(name, draft, record, changes) for name in draft.fields),
        plan.fields if isinstance(plan, Hold) else (),
        () if isinstance(plan, Hold) else getattr(plan, "kept", ()),
        problems,
        sides.target.same,
    )


def relink(outside: Outside, mapping_id: int, target_id: str, seen: Seen, deed: Deed) -> Changed:
    """Tie a record to another target record and synchronise it at once; the caller wakes. Raises Refused.

    What was known of the former record is forgotten, so that every owned field is compared with the new one.
    """
    row, sides = open_mapping(outside, mapping_id)
    _draft(outside, sides, row)
    record = _chosen(outside, sides, row, target_id)
    try:
        with outside.sessions.begin() as session:
            return _tie(session, mapping_id, record, seen, deed)
    except IntegrityError as error:
        # Somebody else was tied to it at this very moment; the next look says who.
        raise Refused("mapping.busy") from error


def _tie(session: Session, mapping_id: int, record: TargetRecord, seen: Seen, deed: Deed) -> Changed:
    row = ties.hold(session, mapping_id, seen)
    ties.require_free(session, row, record.id, record.number)
    before = ties.told(row)
    reviews.supersede(session, row.link_id, row.kind, row.source_id, row.role)
    row.target_id, row.target_number = record.id, record.number
    row.base, row.refused = None, []
    row.matched_by, row.evidence, row.decided_by = "person", {}, deed.actor.by
    row.state = MappingState.ACTIVE
    return ties.finish(session, row, "mapping.relink", "relinked", deed, before)


def open_mapping(outside: Outside, mapping_id: int) -> tuple[RelationMapping, Sides]:
    """Return a mapping with both sides of its link, opened as for a live change. Raises Refused."""
    with outside.sessions.begin() as session:
        row = ties.find(session, mapping_id)
        name = session.get_one(Link, row.link_id).name
    return row, Sides.open(outside, name, Lane.LIVE)


def _draft(outside: Outside, sides: Sides, row: RelationMapping) -> tuple[Draft, tuple[Problem, ...]]:
    """Draft the record as the next job will, from what was last read of it. Raises Refused."""
    parsed = parsed_relation(outside, sides, row)
    if not part_of(sides.rules, parsed) and row.state != MappingState.FAILED:
        raise Refused("mapping.not_ticked")
    relation, problems = judge(sides.target, sides.rules, parsed)
    draft = sides.target.draft(relation, Role(row.role), sides.rules.model_dump())
    return draft, tuple(one for one in (*problems, *draft.problems) if one.blocking)


def parsed_relation(outside: Outside, sides: Sides, row: RelationMapping) -> Relation:
    """Parse the record as it was last read; one that is not stored is read now. Raises Refused."""
    return sides.source.relation(_record(outside, sides, row), sides.rules.model_dump())


def _record(outside: Outside, sides: Sides, row: RelationMapping) -> SourceRecord:
    try:
        with outside.sessions.begin() as session:
            known = snapshots.load(
                session, outside.vault, row.source_connection_id, Kind(row.kind), row.source_id, None
            )
        return known or sides.source.read(Kind(row.kind), row.source_id)
    except Erased:
        raise Refused("mapping.erased") from None
    except Missing:
        raise Refused("mapping.gone_from_crm") from None
    except AdapterError:
        raise Refused("mapping.unreachable", system=sides.source.info.name) from None


def _chosen(outside: Outside, sides: Sides, row: RelationMapping, target_id: str) -> TargetRecord:
    """Read the target record that was chosen. Raises Refused for one that cannot be had, saying why."""
    if target_id == row.target_id and row.state == MappingState.ACTIVE:
        raise Refused("mapping.same")
    record = _read(sides, target_id)
    if not record.active:
        raise Refused("mapping.inactive")
    if record.roles and row.role not in record.roles and not sides.target.roles_share_record:
        raise Refused("mapping.other_role")
    with outside.sessions.begin() as session:
        ties.require_free(session, row, record.id, record.number)
    return record


def _read(sides: Sides, target_id: str) -> TargetRecord:
    if not TARGET_ID.fullmatch(target_id):
        raise Refused("mapping.absent")
    try:
        record = sides.target.read(target_id)
    except (Missing, Rejected):
        raise Refused("mapping.absent") from None
    except AdapterError:
        raise Refused("mapping.unreachable", system=sides.target.info.name) from None
    if record.system_row:
        raise Refused("mapping.absent")
    return record


def _field(name: str, draft: Draft, record: TargetRecord, changes: Fields) -> FieldPlan:
    will_be = (changes[name] if changes[name] is not None else "") if name in changes else None
    return FieldPlan(name, draft.fields[name], record.fields.get(name), will_be)
