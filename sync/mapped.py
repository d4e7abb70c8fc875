"""Update a record that is mapped already: no call when nothing moved, one read and one write when it did."""

from collections.abc import Sequence
from typing import Any

from adapters.base import Draft, TargetRecord
from adapters.errors import Missing
from models.records import Problem
from models.tables import RelationMapping, Review
from models.words import JobState, MappingState, Outcome, Policy, Role
from sync import index, mappings, reviews, writing
from sync.locating import read_or_none
from sync.logbook import log
from sync.matching import Candidate, Doubtful
from sync.planning import Hold, Rules, Update, compare, moved
from sync.problems import raise_problems
from sync.work import Work


def sync_mapped(
    work: Work,
    role: Role,
    draft: Draft,
    row: RelationMapping,
    decided: Review | None,
    current: TargetRecord | None = None,
) -> JobState | None:
    """Bring the mapped record up to date; None when it is gone and a person said to create it again."""
    base = mappings.read_base(work, row)
    rules = _rules(work, decided)
    active = row.state == MappingState.ACTIVE
    if current is None:
        if active and base and not moved(draft.fields, base, rules, work.target.same) and rules is work.field_rules:
            return _nothing(work, role, row, decided)
        current = read_or_none(work.target, row.target_id)
    if current is None:
        return _gone(work, role, row, decided)
    if not active and not _reactivate(work, row):
        return JobState.HELD
    plan = compare(draft.fields, base, current.fields, rules, work.target.same)
    if isinstance(plan, Hold):
        return _ask(work, role, plan, row)
    refused: Sequence[Any] = row.refused
    if isinstance(plan, Update):
        try:
            refused = _write(work, role, current, draft, plan)
        except Missing:
            return _gone(work, role, row, decided)
    else:
        writing.record_unchanged(work, role, current, draft.fields, "equal")
    return _done(work, role, refused, decided)


def _write(work: Work, role: Role, current: TargetRecord, draft: Draft, plan: Update) -> Sequence[Any]:
    written = writing.update(work, role, current, draft, plan)
    return writing.record_updated(work, role, written, draft, plan)


def given_up(row: RelationMapping, decided: Review | None) -> bool:
    """Tell whether a person, asked about this very tie since our last write, chose something else instead."""
    if decided is None:
        return False
    if decided.reason == reviews.BROKEN:
        return row.state != MappingState.ACTIVE
    if not _since_last_write(row, decided):
        return False
    if decided.decision == "use":
        return decided.decided_target_id != row.target_id
    if row.state == MappingState.ACTIVE:
        return False
    return decided.reason == "review.taken" or (decided.reason, decided.decision) == ("review.gone", "never")


def _since_last_write(row: RelationMapping, decided: Review) -> bool:
    return decided.decided_at is not None and decided.decided_at > row.updated_at


def _rules(work: Work, decided: Review | None) -> Rules:
    """Let a person's answer to `both sides changed` decide this run."""
    if decided is None or decided.reason != "review.both_changed" or decided.decision not in ("use", "never"):
        return work.field_rules
    winner = Policy.CRM if decided.decision == "use" else Policy.BOOKS
    return Rules(work.field_rules.blank_empty, {"*": winner})


def _nothing(work: Work, role: Role, row: RelationMapping, decided: Review | None) -> JobState:
    with work.outside.sessions.begin() as session:
        log(session, work, Outcome.NOTHING, role=role, reason="unchanged", target_id=row.target_id)
    return _done(work, role, row.refused, decided)


def _done(work: Work, role: Role, refused: Sequence[Any], decided: Review | None) -> JobState:
    """Withdraw doubts that are answered by now and keep the refusals that still stand."""
    if decided is None and not refused:
        return JobState.DONE
    with work.outside.sessions.begin() as session:
        reviews.withdraw(session, work.link.id, work.kind, work.lease.record_id, role)
        reviews.supersede(session, work.link.id, work.kind, work.lease.record_id, role, "review.both_changed")
    standing = [Problem(one["cause"], one["field"], False, one.get("params", {})) for one in refused]
    raise_problems(work, standing, role)
    return JobState.DONE


def _reactivate(work: Work, row: RelationMapping) -> bool:
    """Take a broken tie up again: the same record as before, unless another relation has it now."""
    role = Role(row.role)
    with work.outside.sessions.begin() as session:
        rival = mappings.holder_of(session, work, role, row.target_id)
        if rival is None:
            fresh = mappings.held(session, work, row)
            fresh.state = MappingState.ACTIVE
            mappings.note(session, work, fresh, "ticked_again")
            return True
        doubt = Doubtful(
            "review.taken",
            [Candidate({}, target_id=row.target_id), Candidate({}, source_id=rival)],
        )
        reviews.ask(session, work.link.id, work.kind, work.lease.record_id, role, doubt, work.label)
        log(session, work, Outcome.REVIEW, role=role, reason=doubt.reason)
    return False


def _ask(work: Work, role: Role, plan: Hold, row: RelationMapping) -> JobState:
    evidence = dict.fromkeys(plan.fields, "differs")
    doubt = Doubtful(plan.reason, [Candidate(evidence, target_id=row.target_id)])  # type: ignore[arg-type]
    with work.outside.sessions.begin() as session:
        reviews.ask(session, work.link.id, work.kind, work.lease.record_id, role, doubt, work.label)
        log(session, work, Outcome.REVIEW, role=role, reason=plan.reason, target_id=row.target_id)
    return JobState.HELD


def _gone(work: Work, role: Role, row: RelationMapping, decided: Review | None) -> JobState | None:
    """Ask what to do about a mapped record that left the target; a person's earlier `create` is carried out."""
    asked = decided is not None and decided.reason == "review.gone" and _since_last_write(row, decided)
    if decided is not None and asked and decided.decision == "create":
        return None
    with work.outside.sessions.begin() as session:
        index.forget(session, work.target_info.id, [row.target_id])
        if decided is not None and asked and decided.decision == "never":
            mappings.held(session, work, row).state = MappingState.BROKEN
            log(session, work, Outcome.EXCLUDED, role=role, reason="decided_never")
            return JobState.DONE
        doubt = Doubtful("review.gone", [Candidate({}, target_id=row.target_id)])
        reviews.ask(session, work.link.id, work.kind, work.lease.record_id, role, doubt, work.label)
        log(session, work, Outcome.REVIEW, role=role, reason=doubt.reason, target_id=row.target_id)
    return JobState.HELD
