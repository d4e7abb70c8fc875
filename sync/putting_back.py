"""Carry out what people asked to be undone, through the same guarded write as every other."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from adapters.base import Draft, TargetRecord
from adapters.errors import Forbidden, Missing, Rejected, Unsupported
from models.records import Fields, JsonScalar, Problem
from models.tables import RelationMapping, Undo
from models.vault import Unreadable
from models.words import MappingState, Outcome, Role
from sync import index, intents, mappings, writing
from sync.locating import settle
from sync.logbook import log
from sync.planning import Update
from sync.problems import raise_problems
from sync.undoing import split
from sync.wishes import CONTEXT, wishes
from sync.work import Work
from sync.writing import Written

PUT_BACK = "put_back"
REFUSED = (Rejected, Forbidden, Unsupported)
"""What no later try would change: the wish ends, so that it holds up no sync of the record."""

Wished = Mapping[str, Sequence[JsonScalar]]


def put_back(work: Work) -> None:
    """Put former values back before the record itself is looked at: what the CRM changed since then goes on top.

    Raises Throttled, Unavailable, Unauthorised, OutcomeUnknown, StaleLease; the wish then waits for the next run.
    """
    with work.outside.sessions.begin() as session:
        roles = [
            Role(row.role)
            for _, row in wishes(session, work.target_info.id, work.source_info.id, work.kind, work.lease.record_id)
        ]
    for role in roles:
        try:
            _carry_out(work, role)
        except REFUSED as error:
            _refused(work, role, error)


def _carry_out(work: Work, role: Role) -> None:
    settle(work, role)
    with work.outside.sessions.begin() as session:
        wish, row = _of_role(session, work, role)
        wished = _opened(work, wish)
    if wished is None or row.state != MappingState.ACTIVE or row.target_id != wish.target_id:
        _drop(work, role, "undo.relinked")
        return
    try:
        current = work.target.read(row.target_id)
        changes, done = split(wished, current.fields, work.target.same)
        written = _write(work, role, current, changes) if changes else None
    except Missing:
        _drop(work, role, "undo.gone")
        return
    _record(work, role, current, written, wished, done)


def _of_role(session: Session, work: Work, role: Role) -> tuple[Undo, RelationMapping]:
    found = wishes(session, work.target_info.id, work.source_info.id, work.kind, work.lease.record_id)
    wish, row = next((wish, row) for wish, row in found if row.role == role)
    return wish, row


def _opened(work: Work, wish: Undo) -> Wished | None:
    try:
        wished: Wished = work.subject.open(wish.sealed, CONTEXT)
    except Unreadable:
        return None
    return wished


def _write(work: Work, role: Role, current: TargetRecord, changes: Fields) -> Written:
    plan = Update(changes, {name: current.fields.get(name) for name in changes})
    return writing.update(work, role, current, Draft(changes), plan)


def _record(
    work: Work, role: Role, current: TargetRecord, written: Written | None, wished: Wished, done: Fields
) -> None:
    """Commit the settled intent, base, index, history and log, and end the wish, in one transaction.

    The base pairs what the CRM last sent with what stands there now: neither side has moved, so no sync overwrites
    it until the CRM changes the field.
    """
    record = current if written is None else written.record
    restored = {**done, **(written.draft.fields if written is not None else {})}
    before = {name: wished[name][1] for name in restored}
    with work.outside.sessions.begin() as session:
        if written is not None:
            intents.settle(session, written.marker, "done")
        wish, row = _of_role(session, work, role)
        base = {name: list(pair) for name, pair in mappings.read_base(work, row).items()}
        base |= {name: [wished[name][0], record.fields.get(name)] for name in restored}
        mappings.write_base(work, row, base)
        index.store(session, work.outside.vault, work.target_info.id, [record])
        if restored:
            mappings.note(session, work, row, PUT_BACK, before=before, after=restored, by=wish.by)
        outcome = Outcome.UPDATED if restored else Outcome.NOTHING
        reason = _reason(written, len(restored) == len(wished))
        log(session, work, outcome, role=role, reason=reason, changes=restored, before=before, target_id=row.target_id)
        session.delete(wish)
    if written is not None:
        raise_problems(work, written.refused, role)


def _reason(written: Written | None, whole: bool) -> str:
    if whole:
        return PUT_BACK
    return "undo.refused" if written is not None and written.refused else "undo.changed"


def _drop(work: Work, role: Role, reason: str) -> None:
    """End a wish that nothing can be done about any more, and say so in the log."""
    with work.outside.sessions.begin() as session:
        wish, row = _of_role(session, work, role)
        log(session, work, Outcome.NOTHING, role=role, reason=reason, target_id=row.target_id)
        session.delete(wish)


def _refused(work: Work, role: Role, error: Exception) -> None:
    _drop(work, role, "undo.refused")
    if isinstance(error, Rejected):
        problem = Problem(error.code, error.field, False, {**error.params, "words": error.words})
        raise_problems(work, [problem], role)
