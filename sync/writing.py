"""Write to a target exactly once: intent and claims first, then the call, then everything it led to together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from adapters.base import Draft, Identity, Target, TargetRecord
from adapters.errors import Forbidden, Missing, Rejected, Throttled, Unauthorised, Unavailable, Unsupported
from models.records import Fields, Problem
from models.tables import RelationMapping, WriteIntent
from models.words import Outcome, Role
from sync import index, intents, mappings
from sync.intents import Writing
from sync.jobs import StaleLease
from sync.logbook import log
from sync.planning import Base, Update, new_base
from sync.work import Work

OPTIONAL_TRIES = 4
"""How many refused optional fields one write may leave out before the refusal stands."""
NOTHING_WRITTEN = (Throttled, Unavailable, Unauthorised, Forbidden, Unsupported)
"""Failures that say for certain that the call did nothing; after any other the intent stays open."""


@dataclass(frozen=True, slots=True)
class Written:
    """Hold what a write led to: the target's answer, what was sent, and what had to be left out."""

    record: TargetRecord
    draft: Draft
    marker: UUID
    refused: tuple[Problem, ...] = ()


def create(work: Work, role: Role, draft: Draft, number: int | None, identity: Identity | None) -> Written:
    """Create once. Raises Contested, NumberTaken, AlreadyExists, Rejected, OutcomeUnknown, Throttled, StaleLease."""

    def send(fields: Draft, gate: "_Gate") -> TargetRecord:
        return work.target.create(fields, role, number, gate)

    return _send(work, draft, Writing(role, "create", draft.fields, number=number, identity=identity), send)


def update(work: Work, role: Role, current: TargetRecord, draft: Draft, plan: Update) -> Written:
    """Overlay the plan's changes. Raises Rejected, Missing, OutcomeUnknown, Throttled, StaleLease."""

    def send(fields: Draft, gate: "_Gate") -> TargetRecord:
        changes = {name: value for name, value in plan.changes.items() if name in fields.fields}
        return work.target.update(current, changes, gate)

    return _send(work, draft, Writing(role, "update", plan.changes, target_id=current.id), send)


class _Gate:
    """Open the intent when the budget has granted the call, and remember its marker."""

    def __init__(self, work: Work, writing: Writing) -> None:
        self._work, self._writing = work, writing
        self.marker: UUID | None = None

    def __call__(self) -> None:
        self.marker = intents.open_intent(self._work, self._writing)


def _send(work: Work, draft: Draft, writing: Writing, send: Any) -> Written:
    refused: list[Problem] = []
    while True:
        gate = _Gate(work, replace(writing, fields=draft.fields if writing.operation == "create" else writing.fields))
        try:
            record = send(draft, gate)
        except Missing:
            _settle(work, gate, "refused")
            raise
        except Rejected as error:
            _settle(work, gate, "refused")
            smaller = work.target.without(draft, error.field) if error.field else None
            if smaller is None or len(refused) == OPTIONAL_TRIES:
                raise
            draft = smaller
            refused.append(Problem(error.code, error.field, False, {**error.params, "words": error.words}))
            continue
        except NOTHING_WRITTEN:
            _settle(work, gate, "refused")
            raise
        if gate.marker is None:
            raise AssertionError("a target wrote without passing its gate")
        return Written(record, draft, gate.marker, tuple(refused))


def _settle(work: Work, gate: _Gate, state: str) -> None:
    if gate.marker is not None:
        with work.outside.sessions.begin() as session:
            intents.settle(session, gate.marker, state)


def record_created(
    work: Work,
    role: Role,
    written: Written,
    wanted: Draft,
    matched_by: str,
    evidence: Mapping[str, Any],
    by: str,
) -> None:
    """Commit mapping, base, index, history, log and the settled intent of a create in one transaction."""
    work.wrote = True
    with work.outside.sessions.begin() as session:
        intents.settle(session, written.marker, "done")
        row = mappings.link_to(session, work, role, written.record, matched_by, evidence, by)
        _remember(session, work, row, written.record, wanted.fields, {})
        _still_refused(work, row, written, wanted, written.draft.fields)
        mappings.note(session, work, row, "created", after=written.draft.fields, by=by)
        outcome = Outcome.ADOPTED if matched_by == "adopted" else Outcome.CREATED
        log(session, work, outcome, role=role, changes=written.draft.fields, target_id=written.record.id)


def record_updated(work: Work, role: Role, written: Written, wanted: Draft, plan: Update) -> list[dict[str, Any]]:
    """Commit base, index, history, log and the settled intent together; returns the refusals that stand."""
    work.wrote = True
    with work.outside.sessions.begin() as session:
        intents.settle(session, written.marker, "done")
        row = mappings.mapping_of(session, work, role)
        if row is None:
            raise AssertionError("an update without a mapping")
        _remember(session, work, row, written.record, wanted.fields, mappings.read_base(work, row))
        _still_refused(work, row, written, wanted, plan.changes)
        mappings.note(session, work, row, "updated", before=plan.before, after=plan.changes)
        log(
            session,
            work,
            Outcome.UPDATED,
            role=role,
            changes=plan.changes,
            before=plan.before,
            target_id=written.record.id,
        )
        return row.refused


def record_unchanged(work: Work, role: Role, record: TargetRecord, wanted: Fields, reason: str) -> None:
    """Commit what the target turned out to hold, where nothing had to be written."""
    with work.outside.sessions.begin() as session:
        row = mappings.mapping_of(session, work, role)
        if row is None:
            raise AssertionError("nothing to remember without a mapping")
        session.refresh(row, with_for_update=True)
        if row.target_id != record.id:
            raise StaleLease(f"mapping {row.id} was changed by a person")
        base = mappings.read_base(work, row)
        mappings.write_base(work, row, new_base(wanted, base, record.fields, work.field_rules))
        index.store(session, work.outside.vault, work.target_info.id, [record])
        log(session, work, Outcome.NOTHING, role=role, reason=reason, target_id=record.id)


def _still_refused(work: Work, row: RelationMapping, written: Written, wanted: Draft, sent: Iterable[str]) -> None:
    """Keep a refusal until its field is sent again and taken."""
    again = set(sent)
    old = [one for one in row.refused if not again & flat_names(work.target, wanted, one["field"])]
    new = [{"cause": one.cause, "field": one.field, "params": dict(one.params)} for one in written.refused]
    row.refused = old + new


def flat_names(target: Target, draft: Draft, field: str) -> set[str]:
    """Return the target's fields that a canonical field fills."""
    rest = target.without(draft, field)
    return set(draft.fields) - set(rest.fields) if rest is not None else set()


def _remember(
    session: Session, work: Work, row: RelationMapping, record: TargetRecord, wanted: Fields, base: Base
) -> None:
    mappings.write_base(work, row, new_base(wanted, base, record.fields, work.field_rules))
    index.store(session, work.outside.vault, work.target_info.id, [record])
    index.learn_clock(session, work.target_info.id, record.modified_on)


def sent_fields(work: Work, intent: WriteIntent) -> Fields:
    """Open what an unsettled write had sent."""
    fields: Fields = work.subject.open(intent.sealed, intents.CONTEXT)
    return fields
