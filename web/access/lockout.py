"""Slow guessing down: after too many failures a name or an address is refused for a while, by every process."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.tables import SignIn
from models.vault import Vault

WINDOW = timedelta(minutes=15)
NAME_FAILURES = 5
ADDRESS_FAILURES = 20
"""More than for a name: a whole office shares one address."""
NAME, ADDRESS = "sign_in_name", "sign_in_address"
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Be one attempt that is under way; it counts as failed until it succeeds."""

    id: int


class LockedOut(Exception):
    """Refuse every password for a while, right or wrong."""

    def __init__(self, until: datetime) -> None:
        """Say from when a next attempt is heard."""
        super().__init__("too many failures")
        self.until = until


def begin(session: Session, vault: Vault, name: str, address: str) -> Attempt:
    """Write an attempt down as failed; to be committed before `check`, so that many at once count each other."""
    row = SignIn(
        name_hash=vault.hash(NAME, name.casefold()), address_hash=vault.hash(ADDRESS, address), succeeded=False
    )
    session.add(row)
    session.flush()
    return Attempt(row.id)


def check(session: Session, vault: Vault, attempt: Attempt, name: str, address: str) -> None:
    """Let an attempt go on. Raises LockedOut, and then forgets the attempt: asking on does not prolong the wait."""
    until = max(
        _until(session, SignIn.name_hash, vault.hashes(NAME, name.casefold()), NAME_FAILURES, attempt),
        _until(session, SignIn.address_hash, vault.hashes(ADDRESS, address), ADDRESS_FAILURES, attempt),
    )
    if until > NEVER:
        session.execute(delete(SignIn).where(SignIn.id == attempt.id))
        raise LockedOut(until)


def _until(
    session: Session, column: InstrumentedAttribute[bytes], hashes: list[bytes], limit: int, attempt: Attempt
) -> datetime:
    """Return until when the newest failures are too many; a success of that name begins the count anew."""
    own = column.in_(hashes)
    since = func.now() - WINDOW
    if column is SignIn.name_hash:
        last = select(func.max(SignIn.at)).where(own, SignIn.succeeded, SignIn.at > since).scalar_subquery()
        since = func.greatest(since, last)
    failures = select(SignIn.at).where(own, ~SignIn.succeeded, SignIn.at > since, SignIn.id != attempt.id)
    row = session.execute(failures.order_by(SignIn.at.desc()).offset(limit - 1).limit(1)).scalar()
    return NEVER if row is None else row + WINDOW


def succeed(session: Session, attempt: Attempt) -> None:
    """Mark an attempt as the right one; who was let in before may mistype anew."""
    session.execute(update(SignIn).where(SignIn.id == attempt.id).values(succeeded=True))
