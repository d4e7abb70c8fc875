"""Bring one relation into agreement: read, judge, then per role find, plan and write."""

from dataclasses import replace

from sqlalchemy.orm import Session

from adapters.base import SourceRecord
from adapters.errors import Missing, Rejected, Unavailable
from models.records import Problem, Relation
from models.words import Box, ConnectionState, JobState, MappingState, Outcome, Role
from sync import mappings, reviews, snapshots, twins
from sync.candidates import judge, part_of, roles_in
from sync.doubles import look_again
from sync.feedback.wanting import box_of
from sync.logbook import log
from sync.problems import raise_problems
from sync.putting_back import put_back
from sync.roles import sync_role
from sync.work import Work


def sync_relation(work: Work) -> JobState:
    """Run the whole story of a relation and return the state its job ends in."""
    if work.undo:
        put_back(work)
    try:
        record = read_record(work)
    except Missing:
        return _deleted(work)
    parsed = work.source.relation(record, work.raw_rules)
    if not part_of(work.rules, parsed) and (left_out := _left_out(work, parsed)):
        return left_out
    # Only now, because this is what makes a record known again that was erased.
    _label(work, parsed)
    work.relation = parsed
    relation, problems = judge(work.target, work.rules, parsed)
    if not relation.roles:
        problems = (*problems, Problem("sync.no_role", "relation_type", True))
    _remember_identity(work, relation)
    raise_problems(work, problems)
    if any(problem.blocking for problem in problems):
        return JobState.HELD
    states = [_sync_role(work, relation, role) for role in roles_in(work.target, relation)]
    _retire_roles(work, relation)
    return JobState.HELD if JobState.HELD in states else JobState.DONE


def _sync_role(work: Work, relation: Relation, role: Role) -> JobState:
    """Bring one role into agreement; what its record is refused for holds up no other role."""
    try:
        return sync_role(work, relation, role)
    except Rejected as error:
        problem = Problem(error.code, error.field, True, {**error.params, "words": error.words})
        raise_problems(work, [problem], role)
        return JobState.HELD


def read_record(work: Work) -> SourceRecord:
    """Return a record that is at least as new as the event: the snapshot when it is, else fetched. Raises Missing."""
    lease, outside = work.lease, work.outside
    with outside.sessions.begin() as session:
        known = snapshots.load(
            session, outside.vault, work.source_info.id, lease.kind, lease.record_id, lease.wanted_at
        )
    if known is not None:
        return known
    if work.source_state != ConnectionState.ACTIVE:
        raise Unavailable(work.source_info.name)
    fetched = work.source.read(lease.kind, lease.record_id)
    with outside.sessions.begin() as session:
        snapshots.store(session, outside.vault, work.source_info.id, [fetched])
    return fetched


def _label(work: Work, relation: Relation) -> None:
    work.label = work.subject.seal(relation.name, "label")
    work.url = relation.url or ""


def _remember_identity(work: Work, relation: Relation) -> None:
    identity = replace(work.target.identity(relation), crm_id=None)
    with work.outside.sessions.begin() as session:
        twins.remember(
            session,
            work.outside.vault,
            work.link.id,
            work.source_info.id,
            {relation.id: dict.fromkeys(relation.roles, identity)},
        )


def _left_out(work: Work, parsed: Relation) -> JobState | None:
    """Leave a record alone that we unticked, unless somebody asked for a try; a user's own untick ends its part."""
    with work.outside.sessions.begin() as session:
        box = box_of(session, work)
    if box == Box.RETRYING:
        return None
    if box != Box.AS_LEFT:
        work.as_before = True
        return JobState.HELD
    work.relation = parsed
    return _excluded(work, "unticked")


def _excluded(work: Work, reason: str) -> JobState:
    """Break the tie and leave the target's record alone; ticking again finds the same one."""
    with work.outside.sessions.begin() as session:
        _break(session, work, reason, set(Role))
        twins.remember(session, work.outside.vault, work.link.id, work.source_info.id, {work.lease.record_id: {}})
        look_again(session, work)
        log(session, work, Outcome.EXCLUDED, reason=reason)
    return JobState.DONE


def _deleted(work: Work) -> JobState:
    """Remember that the CRM no longer has it; the books keep theirs, free for the record it merged into."""
    with work.outside.sessions.begin() as session:
        _break(session, work, "gone_from_crm", set(Role))
        snapshots.mark_deleted(session, work.source_info.id, work.kind, work.lease.record_id)
        twins.remember(session, work.outside.vault, work.link.id, work.source_info.id, {work.lease.record_id: {}})
        look_again(session, work)
        log(session, work, Outcome.DELETED, reason="gone_from_crm")
    return JobState.DONE


def _retire_roles(work: Work, relation: Relation) -> None:
    gone = set(Role) - relation.roles
    if gone and not work.target.roles_share_record:
        with work.outside.sessions.begin() as session:
            _break(session, work, "role_gone", gone)


def _break(session: Session, work: Work, reason: str, roles: set[Role]) -> None:
    for row in mappings.mappings_of(session, work):
        if row.state == MappingState.ACTIVE and Role(row.role) in roles:
            row.state = MappingState.BROKEN
            mappings.note(session, work, row, reason)
    for role in roles:
        reviews.withdraw(session, work.link.id, work.kind, work.lease.record_id, role)
