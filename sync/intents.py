"""Commit what is about to be written, and reserve its identifiers, before the first byte leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.base import Identity
from adapters.errors import Throttled
from models.records import Fields
from models.tables import Claim, WriteIntent
from models.words import Role
from sync.identity import CLAIMED, values
from sync.jobs import confirm
from sync.matching import EXACT_NAME
from sync.work import Work

CONTEXT = "intent"
CLAIM_CONTEXT = "claim"
ANY_ROLE = "*"
NUMBER = "number"
LEGAL_NUMBERS = frozenset({"bsn", "rsin"})
"""Each belongs to one person or company only."""
LEASE_MARGIN_SECONDS = 30
"""A lease outlives the write's deadline by this much (design §2.5), or as long again if that is shorter."""
BUSY_SECONDS = 1.0
UNANSWERED_LIMIT = 5
"""Writes in a row that may go unanswered and not land before a person must look."""


class Contested(Exception):
    """Say that other source records hold claims on what this one was about to create."""

    def __init__(self, holders: Mapping[str, Sequence[str]]) -> None:
        super().__init__("identifiers are claimed by another source record")
        self.holders = holders
        """Identifier name -> ids of the source records that hold it."""


class NumberTaken(Exception):
    """Say that the number is claimed for another record; choose the next one."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Hold one write about to happen."""

    role: str
    operation: str
    fields: Fields
    number: int | None = None
    target_id: str | None = None
    identity: Identity | None = None
    """What a create claims; None when a person said to create regardless of doubles."""


def open_intent(work: Work, writing: Writing, marker: UUID | None = None) -> UUID:
    """Check the fence, commit the intent and its claims. Raises StaleLease, Contested, NumberTaken, Throttled."""
    deadline = work.outside.settings.deadline_seconds
    marker = marker or uuid4()
    try:
        with work.outside.sessions.begin() as session:
            confirm(session, work.lease, deadline + min(LEASE_MARGIN_SECONDS, deadline))
            session.add(_row(session, work, writing, marker))
            session.flush()
            _claim(session, work, writing, marker)
    except IntegrityError as error:
        raise Throttled(datetime.now(UTC) + timedelta(seconds=BUSY_SECONDS), "busy") from error
    return marker


def _row(session: Session, work: Work, writing: Writing, marker: UUID) -> WriteIntent:
    settings = work.outside.settings
    wait = timedelta(seconds=settings.deadline_seconds + settings.settle_seconds)
    return WriteIntent(
        id=marker,
        job_id=work.lease.job_id,
        fence=work.lease.fence,
        target_connection_id=work.target_info.id,
        source_connection_id=work.source_info.id,
        kind=work.kind,
        source_id=work.lease.record_id,
        role=writing.role,
        operation=writing.operation,
        number=writing.number,
        target_id=writing.target_id,
        sealed=work.subject.seal(dict(writing.fields), CONTEXT),
        locate_at=func.clock_timestamp() + wait,
    )


def _claim(session: Session, work: Work, writing: Writing, marker: UUID) -> None:
    number = {} if writing.number is None else {NUMBER: str(writing.number)}
    if _insert_claims(session, work, ANY_ROLE, number, marker):
        raise NumberTaken(str(writing.number))
    if writing.identity is not None:
        chosen = {name: value for name, value in values(writing.identity).items() if name in CLAIMED}
        holders = _insert_claims(session, work, writing.role, chosen, marker)
        if holders and not _told_apart(session, work, writing.role, chosen, holders):
            raise Contested(holders)


def _told_apart(
    session: Session, work: Work, role: str, ours: Mapping[str, str], holders: Mapping[str, Sequence[str]]
) -> bool:
    """Tell whether only the name is shared and both sides hold a legal number, which then differs."""
    if set(holders) != {EXACT_NAME} or not LEGAL_NUMBERS & set(ours):
        return False
    query = select(Claim.source_id).where(
        Claim.target_connection_id == work.target_info.id,
        Claim.role == role,
        Claim.identifier.in_(LEGAL_NUMBERS),
        Claim.source_id.in_(holders[EXACT_NAME]),
    )
    return set(session.scalars(query)) == set(holders[EXACT_NAME])


def _insert_claims(
    session: Session, work: Work, role: str, names: Mapping[str, str], marker: UUID
) -> dict[str, list[str]]:
    """Reserve each value under every valid key; returns who else holds one."""
    hashes = {name: work.outside.vault.hashes(name, value) for name, value in names.items()}
    pairs = sorted((name, one) for name, many in hashes.items() for one in many)
    if not pairs:
        return {}
    subject = work.subject
    sealed = {name: subject.seal(value, CLAIM_CONTEXT) for name, value in names.items()}
    rows = [
        {
            "target_connection_id": work.target_info.id,
            "role": role,
            "identifier": name,
            "value_hash": value,
            "source_connection_id": work.source_info.id,
            "kind": work.kind,
            "source_id": work.lease.record_id,
            "intent_id": marker,
            "sealed": sealed[name],
        }
        for name, value in pairs
    ]
    session.execute(insert(Claim).values(rows).on_conflict_do_nothing())
    held = session.execute(
        select(Claim.identifier, Claim.source_connection_id, Claim.source_id).where(
            Claim.target_connection_id == work.target_info.id,
            Claim.role == role,
            tuple_(Claim.identifier, Claim.value_hash).in_(pairs),
        )
    )
    holders: dict[str, list[str]] = {}
    for name, connection_id, source_id in held:
        if (connection_id, source_id) != work.owner:
            holders.setdefault(name, []).append(source_id)
    return holders


def settle(session: Session, marker: UUID, state: str) -> None:
    """Close an intent: `done`, `refused` (nothing was written) or `absent` (it never landed)."""
    session.execute(
        update(WriteIntent)
        .where(WriteIntent.id == marker, WriteIntent.state == "open")
        .values(state=state, settled_at=func.now())
    )
    if state != "done":
        # Through the owner, who has an index; a claim's intent has none.
        session.execute(
            delete(Claim).where(
                WriteIntent.id == marker,
                Claim.target_connection_id == WriteIntent.target_connection_id,
                Claim.source_connection_id == WriteIntent.source_connection_id,
                Claim.source_id == WriteIntent.source_id,
                Claim.intent_id == marker,
                Claim.identifier != NUMBER,
            )
        )


def open_one(session: Session, work: Work, role: str) -> WriteIntent | None:
    """Return the record's unsettled write in a role, whichever link or worker began it."""
    return session.scalar(
        select(WriteIntent).where(_of_record(work), WriteIntent.role == role, WriteIntent.state == "open")
    )


def give_number_up(session: Session, work: Work, number: int) -> None:
    """Remember that a number turned out to be a stranger's, so that no retry sends it again."""
    session.execute(update(WriteIntent).where(_of_record(work), WriteIntent.number == number).values(state="taken"))


def number_refused(session: Session, work: Work, number: int) -> bool:
    """Tell whether the record met a stranger under this number before."""
    query = select(WriteIntent.id).where(_of_record(work), WriteIntent.number == number, WriteIntent.state == "taken")
    return session.scalar(query.limit(1)) is not None


def serves_other_role(session: Session, work: Work, role: Role, number: int) -> bool:
    """Tell whether the record's create in another role was sent under this number; it may still land."""
    query = select(WriteIntent.id).where(
        _of_record(work), WriteIntent.number == number, WriteIntent.role != role, WriteIntent.state != "taken"
    )
    return session.scalar(query.limit(1)) is not None


def unanswered(session: Session, work: Work, role: Role) -> int:
    """Count the writes in a row of a record and role that never landed and were never answered."""
    states = session.scalars(
        select(WriteIntent.state)
        .where(_of_record(work), WriteIntent.role == role)
        .order_by(WriteIntent.opened_at.desc())
        .limit(UNANSWERED_LIMIT)
    )
    return len(list(takewhile(lambda state: state == "absent", states)))


def _of_record(work: Work) -> ColumnElement[bool]:
    return and_(
        WriteIntent.target_connection_id == work.target_info.id,
        WriteIntent.source_connection_id == work.source_info.id,
        WriteIntent.kind == work.kind,
        WriteIntent.source_id == work.lease.record_id,
    )


def reserved_number(session: Session, work: Work, role: Role) -> int | None:
    """Return the number that an earlier try of this create reserved; every retry re-sends the same one."""
    return session.scalar(
        select(WriteIntent.number)
        .where(
            _of_record(work),
            WriteIntent.role == role,
            WriteIntent.operation == "create",
            WriteIntent.state.in_(("absent", "refused")),
        )
        .order_by(WriteIntent.opened_at.desc())
        .limit(1)
    )
