"""Find out what became of a write whose answer never came, through the target's API and never its index."""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.base import Draft, Target, TargetRecord
from adapters.errors import Missing, Rejected, Throttled
from models.records import Fields
from models.tables import WriteIntent
from models.words import Role
from sync import intents, mappings
from sync.work import Work
from sync.writing import Written, record_created, sent_fields


def settle(work: Work, role: Role) -> None:
    """Settle the record's open write, if any; a create that did land is recorded as adopted. Raises Throttled."""
    if landed := locate(work, role):
        evidence = {"number" if work.target.numbered else "content": "agrees"}
        record_created(work, role, landed, landed.draft, "adopted", evidence, "boekbrug")


def locate(work: Work, role: Role) -> Written | None:
    """Settle the record's open write, if any: returns a create that did land, to be recorded as adopted.

    Raises Throttled until the vendor can no longer be working on it.
    """
    with work.outside.sessions.begin() as session:
        intent = intents.open_one(session, work, role)
        fields = sent_fields(work, intent) if intent is not None else {}
    if intent is None:
        return None
    if datetime.now(UTC) < intent.locate_at:
        raise Throttled(intent.locate_at, "settling")
    if intent.operation == "create":
        return _created(work, intent, fields)
    _updated(work, intent, fields)
    return None


def _updated(work: Work, intent: WriteIntent, fields: Fields) -> None:
    """Read once what became of an update: what arrived of it is ours, and no edit of the bookkeeper's."""
    record = read_or_none(work.target, intent.target_id) if intent.target_id is not None else None
    now: Fields = record.fields if record is not None else {}
    arrived = {
        name: [sent, now[name]]
        for name, sent in fields.items()
        if name in now and work.target.same(name, sent, now[name])
    }
    with work.outside.sessions.begin() as session:
        row = mappings.mapping_of(session, work, Role(intent.role))
        if row is not None and row.target_id == intent.target_id and arrived:
            base = {name: list(pair) for name, pair in mappings.read_base(work, row).items()}
            mappings.write_base(work, row, base | arrived)
    _close(work, intent, "done" if len(arrived) == len(fields) else "absent")


def _created(work: Work, intent: WriteIntent, fields: Fields) -> Written | None:
    record = ours(work, Role(intent.role), fields, work.target.locate(fields, intent.number))
    if record is not None:
        return Written(record, Draft(fields), intent.id)
    _close(work, intent, "absent")
    return None


def ours(work: Work, role: Role, sent: Fields, found: Sequence[TargetRecord]) -> TargetRecord | None:
    """Choose the one record that our own create must have left: it holds what we sent and is nobody else's."""
    fitting = [
        record
        for record in found
        if (role in record.roles or not record.roles or work.target.roles_share_record)
        and content_agrees(work.target, sent, record)
    ]
    with work.outside.sessions.begin() as session:
        free = [record for record in fitting if mappings.holder_of(session, work, role, record.id) is None]
    return free[0] if len(free) == 1 else None


def _close(work: Work, intent: WriteIntent, state: str) -> None:
    with work.outside.sessions.begin() as session:
        intents.settle(session, intent.id, state)
        tries = intents.unanswered(session, work, Role(intent.role))
    if tries == intents.UNANSWERED_LIMIT:
        raise Rejected("sync.unanswered", params={"times": str(tries)})


def content_agrees(target: Target, sent: Fields, record: TargetRecord) -> bool:
    """Tell whether a record holds what we sent: all of it that identifies, so a stranger is never adopted."""
    told = {name: value for name, value in sent.items() if value not in (None, "")}
    differing = [name for name, value in told.items() if not target.same(name, value, record.fields.get(name))]
    return len(differing) * 4 <= len(told)


def read_or_none(target: Target, target_id: str) -> TargetRecord | None:
    """Read a target record; None when it is gone."""
    try:
        return target.read(target_id)
    except Missing:
        return None
