"""Bring one relation in one role into agreement with one target."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from adapters.base import Draft, Identity, TargetRecord
from adapters.errors import AlreadyExists, Missing, Throttled
from models.records import Problem, Relation
from models.tables import RelationMapping, Review
from models.words import JobState, Outcome, Role
from sync import index, mappings, reviews, writing
from sync.finding import find_match, look
from sync.intents import BUSY_SECONDS, Contested, NumberTaken, give_number_up
from sync.locating import ours, settle
from sync.logbook import log
from sync.mapped import given_up, sync_mapped
from sync.matching import Candidate, Doubtful, Linked, Match
from sync.numbers import RangeExhausted, choose_number
from sync.problems import raise_problems
from sync.work import Work
from sync.writing import Written

NUMBER_TRIES = 20
"""Numbers that may turn out taken in a row before the job waits for a fresher index."""


def sync_role(work: Work, relation: Relation, role: Role) -> JobState:
    """Settle what is open, then update the mapped record, or find or create it."""
    draft = work.target.draft(relation, role, work.raw_rules)
    settle(work, role)
    raise_problems(work, draft.problems, role)
    if any(problem.blocking for problem in draft.problems):
        return JobState.HELD
    with work.outside.sessions.begin() as session:
        row = mappings.mapping_of(session, work, role)
        decided = reviews.standing(session, work.link.id, work.kind, work.lease.record_id, role)
    if row is not None and not given_up(row, decided):
        state = sync_mapped(work, role, draft, row, decided)
        return state or _create(work, relation, role, draft, regardless=True)
    return _unmapped(work, relation, role, draft, decided)


def _unmapped(work: Work, relation: Relation, role: Role, draft: Draft, decided: Review | None) -> JobState:
    decision = decided.decision if decided is not None else None
    if decision == "never":
        return _left_out(work, role)
    if decision == "create":
        return _create(work, relation, role, draft, regardless=True)
    if decided is not None and decision == "use" and decided.decided_target_id:
        return _link(work, role, draft, decided.decided_target_id, "person", {}, decided.decided_by or "")
    state = _as_found(work, role, draft, find_match(work, relation, role))
    if state is not None:
        return state
    if not work.rules.create:
        raise_problems(work, [Problem("sync.no_create", "", True)], role)
        return JobState.HELD
    return _create(work, relation, role, draft, regardless=False)


def _as_found(work: Work, role: Role, draft: Draft, found: Match) -> JobState | None:
    """Link or ask; None when nothing was found."""
    if isinstance(found, Linked):
        return _link(work, role, draft, found.target_id, found.matched_by, found.evidence, "boekbrug")
    return _ask(work, role, found) if isinstance(found, Doubtful) else None


def _left_out(work: Work, role: Role) -> JobState:
    with work.outside.sessions.begin() as session:
        log(session, work, Outcome.EXCLUDED, role=role, reason="decided_never")
    return JobState.DONE


def _link(work: Work, role: Role, draft: Draft, target_id: str, matched_by: str, evidence: object, by: str) -> JobState:
    try:
        record = work.searched.get(target_id) or work.target.read(target_id)
    except Missing:
        with work.outside.sessions.begin() as session:
            index.forget(session, work.target_info.id, [target_id])
        return _ask(work, role, Doubtful("review.gone", [Candidate({}, target_id=target_id)]))
    if record.roles and role not in record.roles and not work.target.roles_share_record:
        return _ask(work, role, Doubtful("review.other_role", [Candidate({}, target_id=target_id)]))
    facts = dict(evidence) if isinstance(evidence, dict) else {}
    row = _tie(work, role, record, matched_by, facts, by)
    if not isinstance(row, RelationMapping):
        both = [Candidate({}, target_id=target_id), Candidate({}, source_id=row)]
        return _ask(work, role, Doubtful("review.taken", both))
    return sync_mapped(work, role, draft, row, None, current=record) or JobState.DONE


def _tie(
    work: Work, role: Role, record: TargetRecord, matched_by: str, facts: Mapping[str, Any], by: str
) -> RelationMapping | str:
    """Commit the mapping and return it, or the source record that has the relation already. Raises Throttled."""
    try:
        with work.outside.sessions.begin() as session:
            rival = mappings.holder_of(session, work, role, record.id)
            if rival is not None:
                return rival
            row = mappings.link_to(session, work, role, record, matched_by, facts, by)
            reviews.withdraw(session, work.link.id, work.kind, work.lease.record_id, role)
            log(session, work, Outcome.LINKED, role=role, reason=matched_by, target_id=record.id)
            return row
    except IntegrityError as error:
        # Somebody else was linked to it at this very moment; the next look sees that.
        raise Throttled(datetime.now(UTC) + timedelta(seconds=BUSY_SECONDS), "busy") from error


def _ask(work: Work, role: Role, doubt: Doubtful) -> JobState:
    with work.outside.sessions.begin() as session:
        reviews.ask(session, work.link.id, work.kind, work.lease.record_id, role, doubt, work.label)
        log(session, work, Outcome.REVIEW, role=role, reason=doubt.reason)
    return JobState.HELD


def _create(work: Work, relation: Relation, role: Role, draft: Draft, *, regardless: bool) -> JobState:
    """Create what was not found; `regardless` of doubles when a person said so."""
    identity: Identity | None = None if regardless else work.target.identity(relation)
    if work.target.numbered:
        return _create_numbered(work, relation, role, draft, identity)
    try:
        written = writing.create(work, role, draft, None, identity)
    except Contested as contested:
        return _ask(work, role, _doubles(contested))
    except AlreadyExists:
        state = _as_found(work, role, draft, find_match(work, relation, role, thorough=True))
        if state is None:
            raise
        return state
    return _created(work, role, draft, written)


def _create_numbered(work: Work, relation: Relation, role: Role, draft: Draft, identity: Identity | None) -> JobState:
    """Create under a number of its own, which a lost answer is found by."""
    for _ in range(NUMBER_TRIES):
        try:
            number, passed_over = _number(work, relation, role)
        except RangeExhausted as error:
            raise_problems(work, [Problem("sync.number_range", "number", True, {"range": str(error)})], role)
            return JobState.HELD
        try:
            written = writing.create(work, role, draft, number, identity)
        except NumberTaken:
            continue
        except Contested as contested:
            return _ask(work, role, _doubles(contested))
        except AlreadyExists:
            adopted = _adopt(work, role, draft, number)
            if adopted is None:
                _give_up(work, number)
                again = None if identity is None else _as_found(work, role, draft, look(work, role, identity))
                if again is not None:
                    return again
                continue
            written = adopted
        return _created(work, role, draft, written, _passed_over(relation, number) if passed_over else None)
    raise Throttled(datetime.now(UTC) + timedelta(seconds=BUSY_SECONDS), "numbers")


def _passed_over(relation: Relation, number: int) -> Problem:
    return Problem("sync.number_taken", "number", False, {"number": relation.number or "", "used": str(number)})


def _number(work: Work, relation: Relation, role: Role) -> tuple[int, bool]:
    with work.outside.sessions.begin() as session:
        return choose_number(session, work, work.target, relation, role)


def _adopt(work: Work, role: Role, draft: Draft, number: int) -> Written | None:
    """Adopt the holder of a number that our own intent reserved, if it is what we sent; else leave it alone."""
    found = work.target.locate(draft.fields, number)
    with work.outside.sessions.begin() as session:
        index.store(session, work.outside.vault, work.target_info.id, found)
    holder = ours(work, role, draft.fields, [one for one in found if one.active])
    return Written(holder, draft, uuid4()) if holder is not None else None


def _give_up(work: Work, number: int) -> None:
    with work.outside.sessions.begin() as session:
        give_number_up(session, work, number)


def _doubles(contested: Contested) -> Doubtful:
    holders = sorted({source for sources in contested.holders.values() for source in sources})
    evidence = dict.fromkeys(sorted(contested.holders), "agrees")
    return Doubtful("review.double_in_crm", [Candidate(dict(evidence), source_id=one) for one in holders])  # type: ignore[arg-type]


def _created(work: Work, role: Role, draft: Draft, written: Written, remark: Problem | None = None) -> JobState:
    writing.record_created(work, role, written, draft, "created", {}, "boekbrug")
    raise_problems(work, [*written.refused, *([remark] if remark else [])], role)
    return JobState.DONE
