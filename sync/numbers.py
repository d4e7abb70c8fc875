"""Choose the target's unique number for a new record, so that a lost answer can be found by it."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from adapters.base import Target
from models.records import Relation
from models.tables import Claim, NumberRange
from models.words import Role
from sync.index import number_in_use
from sync.intents import ANY_ROLE, NUMBER, number_refused, reserved_number, serves_other_role
from sync.work import Work


class RangeExhausted(Exception):
    """Say that the link's own number range has no number left."""


def choose_number(session: Session, work: Work, target: Target, relation: Relation, role: Role) -> tuple[int, bool]:
    """Return the number to create under, and whether the CRM's own number was passed over because it is taken."""
    earlier = reserved_number(session, work, role)
    if earlier is not None and not number_in_use(session, target.info.id, earlier):
        return earlier, False
    crm = target.number_from(relation) if work.rules.number == "crm" and _keeps_number(relation, role) else None
    if crm is None:
        return next_number(session, work, role), False
    if _free(session, work, role, crm):
        return crm, False
    return next_number(session, work, role), True


def _keeps_number(relation: Relation, role: Role) -> bool:
    """Tell whether the role takes the CRM's number: of a party in both roles the customer does."""
    return role == Role.CUSTOMER or Role.CUSTOMER not in relation.roles


def _free(session: Session, work: Work, role: Role, number: int) -> bool:
    if number_in_use(session, work.target_info.id, number):
        return False
    if number_refused(session, work, number) or serves_other_role(session, work, role, number):
        return False
    hashes = work.outside.vault.hashes(NUMBER, str(number))
    holder = session.execute(
        select(Claim.source_connection_id, Claim.source_id).where(
            Claim.target_connection_id == work.target_info.id,
            Claim.role == ANY_ROLE,
            Claim.identifier == NUMBER,
            Claim.value_hash.in_(hashes),
        )
    ).first()
    return holder is None or tuple(holder) == work.owner


def next_number(session: Session, work: Work, role: Role) -> int:
    """Take the next number of the link's own range that the index does not know. Raises RangeExhausted."""
    low, high = work.rules.number_range
    target_id = work.target_info.id
    session.execute(
        insert(NumberRange).values(target_connection_id=target_id, next_number=low).on_conflict_do_nothing()
    )
    while True:
        number: int | None = session.scalar(
            update(NumberRange)
            .where(NumberRange.target_connection_id == target_id)
            .values(next_number=NumberRange.next_number + 1)
            .returning(NumberRange.next_number - 1)
        )
        if number is None or number > high:
            raise RangeExhausted(f"{low}-{high}")
        if number >= low and _free(session, work, role, number):
            return number
