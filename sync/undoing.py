"""Plan to put back what a write overwrote, and remember the wish for the record's next job."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Notice
from adapters.outside import Outside
from models.records import Fields, JsonScalar
from models.tables import Link, RelationMapping, SyncLog, Undo
from models.vault import Subject, Unreadable, Vault
from models.words import Kind, Lane, MappingState, Origin, Outcome
from sync import audit, logbook, mappings
from sync.audit import Actor
from sync.candidates import Sides
from sync.intake import JobRef, record_changes
from sync.locating import read_or_none
from sync.planning import Base, Same
from sync.subjects import known_subjects
from sync.wishes import CONTEXT

Verdict = Literal["restore", "changed", "already"]
"""`restore`: our value stands there still; `changed`: somebody's later value does; `already`: the former one does."""


class CannotUndo(Exception):
    """Say, by a code of the pages' words, why a write is not undone; nothing was changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class FieldUndo:
    """Hold one field of a write: what stood there before, what was written, what stands there now."""

    name: str
    former: JsonScalar = field(repr=False)
    wrote: JsonScalar = field(repr=False)
    now: JsonScalar = field(repr=False)
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """Hold what undoing one write would put back."""

    log_id: int
    at: datetime
    link_id: int
    link: str
    source_connection_id: int
    kind: Kind
    record_id: str
    role: str
    target_id: str
    mapping_id: int
    correlation_id: UUID
    fields: tuple[FieldUndo, ...]
    base: Base = field(repr=False)
    subject: Subject = field(repr=False)
    same: Same = field(repr=False)

    @property
    def default(self) -> tuple[str, ...]:
        """Name the fields that are put back unless asked otherwise: those that nobody changed since."""
        return tuple(one.name for one in self.fields if one.verdict == "restore")

    @property
    def possible(self) -> tuple[str, ...]:
        """Name the fields that can be put back."""
        return tuple(one.name for one in self.fields if one.verdict != "already")

    def fingerprint(self, vault: Vault) -> str:
        """Digest what stands there now, so that a form is worth only what it showed; tells nothing of the values."""
        shown = json.dumps([self.log_id, self.target_id, [[one.name, one.now] for one in self.fields]])
        return vault.hash(CONTEXT, shown).hex()


def plan_fields(before: Fields, after: Fields, base: Base, now: Fields, same: Same) -> tuple[FieldUndo, ...]:
    """Judge each field of a write by what stands there now; the target may have stored it in a form of its own."""

    def verdict(name: str, former: JsonScalar, wrote: JsonScalar, stands: JsonScalar) -> Verdict:
        if same(name, former, stands):
            return "already"
        stored = name in base and same(name, wrote, base[name][0]) and same(name, base[name][1], stands)
        return "restore" if stored or same(name, wrote, stands) else "changed"

    return tuple(
        FieldUndo(name, before.get(name), wrote, now.get(name), verdict(name, before.get(name), wrote, now.get(name)))
        for name, wrote in sorted(after.items())
    )


def split(wished: Mapping[str, Sequence[JsonScalar]], now: Fields, same: Same) -> tuple[Fields, Fields]:
    """Return the fields to write and those that hold their former value by now; what else stands there is left."""
    former = {name: values[2] for name, values in wished.items()}
    done = {name: value for name, value in former.items() if same(name, value, now.get(name))}
    seen = {name for name, values in wished.items() if same(name, values[1], now.get(name))}
    return {name: value for name, value in former.items() if name in seen and name not in done}, done


def plan(outside: Outside, log_id: int) -> UndoPlan:
    """Read the write, the tie and, in one call, what stands there now. Raises CannotUndo, AdapterError."""
    with outside.sessions.begin() as session:
        row, link = _entry(session, log_id)
        mapping = _tie(session, row, link)
        subject = known_subjects(session, outside.vault, link.source_id, row.kind, [row.record_id]).get(row.record_id)
        values, base = _opened(subject, row, mapping)
    target = Sides.open(outside, link.name, Lane.LIVE).target
    current = read_or_none(target, mapping.target_id)
    if current is None or subject is None:
        raise CannotUndo("undo.gone")
    return UndoPlan(
        row.id,
        row.at,
        link.id,
        link.name,
        link.source_id,
        Kind(row.kind),
        row.record_id,
        row.role,
        mapping.target_id,
        mapping.id,
        row.correlation_id,
        plan_fields(values["before"], values["after"], base, current.fields, target.same),
        base,
        subject,
        target.same,
    )


def _entry(session: Session, log_id: int) -> tuple[SyncLog, Link]:
    row = session.scalar(select(SyncLog).where(SyncLog.id == log_id))
    link = session.get(Link, row.link_id) if row is not None else None
    if row is None or link is None:
        raise CannotUndo("undo.unknown")
    if row.outcome in (Outcome.CREATED, Outcome.ADOPTED):
        raise CannotUndo("undo.created")
    if row.outcome != Outcome.UPDATED:
        raise CannotUndo("undo.nothing_written")
    return row, link


def _tie(session: Session, row: SyncLog, link: Link) -> RelationMapping:
    mapping = session.scalar(
        select(RelationMapping).where(
            RelationMapping.target_connection_id == link.target_id,
            RelationMapping.source_connection_id == link.source_id,
            RelationMapping.kind == row.kind,
            RelationMapping.source_id == row.record_id,
            RelationMapping.role == row.role,
        )
    )
    _require_tie(session, mapping, row.target_id or "")
    assert mapping is not None
    return mapping


def _require_tie(session: Session, mapping: RelationMapping | None, target_id: str) -> None:
    if mapping is None or mapping.state != MappingState.ACTIVE:
        raise CannotUndo("undo.not_active")
    if mapping.target_id != target_id:
        raise CannotUndo("undo.relinked")
    if session.get(Undo, mapping.id) is not None:
        raise CannotUndo("undo.waiting")


def _opened(subject: Subject | None, row: SyncLog, mapping: RelationMapping) -> tuple[dict[str, Fields], Base]:
    """Open the values of a write and the tie's base; once the record was erased nobody can."""
    if subject is None or row.sealed is None:
        raise CannotUndo("undo.no_values")
    try:
        values = subject.open(row.sealed, logbook.CONTEXT)
        base = subject.open(mapping.base, mappings.BASE_CONTEXT) if mapping.base is not None else {}
    except Unreadable as error:
        raise CannotUndo("undo.no_values") from error
    return values, {name: (pair[0], pair[1]) for name, pair in base.items()}


def undo(
    outside: Outside,
    log_id: int,
    actor: Actor,
    reason: str,
    *,
    names: Collection[str] | None = None,
    seen: str | None = None,
) -> tuple[UndoPlan, list[JobRef]]:
    """Ask for former values to be put back; the caller wakes the jobs.

    `names` None takes what nobody changed since; `seen` is the fingerprint of what the person was shown.
    Raises CannotUndo, AdapterError.
    """
    planned = plan(outside, log_id)
    if seen is not None and seen != planned.fingerprint(outside.vault):
        raise CannotUndo("undo.stale")
    chosen = set(planned.default if names is None else names)
    if not chosen <= set(planned.possible):
        raise CannotUndo("undo.no_such_field")
    if not chosen:
        raise CannotUndo("undo.nothing")
    with outside.sessions.begin() as session:
        return planned, _wish(session, planned, chosen, actor, reason)


def _wish(session: Session, planned: UndoPlan, chosen: set[str], actor: Actor, reason: str) -> list[JobRef]:
    mapping = session.get(RelationMapping, planned.mapping_id, with_for_update=True)
    _require_tie(session, mapping, planned.target_id)
    correlation_id = uuid4()
    values = {
        one.name: [planned.base.get(one.name, (one.wrote,))[0], one.now, one.former]
        for one in planned.fields
        if one.name in chosen
    }
    asked = {"log_id": planned.log_id, "target_id": planned.target_id, "reason": reason, "by": actor.by}
    sealed = planned.subject.seal(values, CONTEXT)
    row = insert(Undo).values(mapping_id=planned.mapping_id, sealed=sealed, correlation_id=correlation_id, **asked)
    session.execute(row)
    audit.record(
        session,
        actor,
        "relation.undo",
        audit.Subject("mapping", str(planned.mapping_id)),
        reason=reason,
        before={"log_id": planned.log_id, "target_id": planned.target_id},
        after={"put_back": sorted(chosen)},
        correlation_id=correlation_id,
    )
    notices = [Notice(planned.kind, planned.record_id)]
    now = datetime.now(UTC)
    return record_changes(session, planned.source_connection_id, notices, Origin.DECISION, correlation_id, now)
