"""Draw hour and day allowance from PostgreSQL in committed blocks, so losing Redis spends nothing twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from adapters.budget.script import Clock
from adapters.budget.windows import Window
from models.database import Sessions

LOCK_CLASS = 20_100
"""First half of the advisory lock's key; the second is the connection."""
BLOCK_SHARE = 100
"""A block is a hundredth of the limit: what a crash or an emptied Redis can cost."""

MARK = """INSERT INTO budget_block (connection_id, "window", number, calls, drawn_at)
          VALUES (:connection, 'epoch', 0, 0, :now) ON CONFLICT DO NOTHING"""
DELETE = """DELETE FROM budget_block WHERE connection_id = :connection AND "window" = :window
            AND closed_at <= CAST(:now AS timestamptz) - make_interval(secs => :keep) RETURNING calls"""
CLOSE = """UPDATE budget_block SET closed_at = :now WHERE connection_id = :connection AND "window" = :window
           AND closed_at IS NULL AND (number <> :number OR :left <= 0)"""
COUNT = """SELECT coalesce(sum(calls), 0), coalesce(max(number), 0), min(closed_at),
           bool_or(closed_at IS NULL)
           FROM budget_block WHERE connection_id = :connection AND "window" = :window"""
INSERT = """INSERT INTO budget_block (connection_id, "window", number, calls, drawn_at)
            VALUES (:connection, :window, :number, :calls, :now)"""


@dataclass(frozen=True, slots=True)
class Hand:
    """Hold which block Redis divides and what is left of it; zeros when it knows of none."""

    number: int
    left: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold what PostgreSQL says: a fresh block (`calls` 0: none) and the state of the whole window."""

    number: int
    calls: int
    remaining: int
    """Allowance beyond the block in hand."""
    freed: int
    """Calls that left the window since the last look."""
    look_seconds: float
    """When looking again may show something new."""


class Blocks:
    """Keep the durable windows of one connection; a block counts in full until it has certainly left."""

    def __init__(
        self, sessions: Sessions, connection_id: int, lease_seconds: float, clock: Clock | None = None
    ) -> None:
        """Take a lease as long as the longest call: its answer may come that long after its block closed."""
        self._sessions = sessions
        self._id = connection_id
        self._lease = lease_seconds
        self._clock = clock

    def start(self, begin: Callable[[bool], None]) -> bool:
        """Call `begin` with whether this connection never made a call: then nothing needs waiting out.

        False when somebody else is at it: whoever comes second must find the moment that the first has set.
        """
        with self._alone() as connection:
            if connection is None:
                return False
            done = connection.execute(text(MARK), {"connection": self._id, "now": self._now()})
            begin(bool(done.rowcount))
            return True

    def draw(self, window: Window, hand: Callable[[], Hand], deposit: Callable[[Drawn], None]) -> bool:
        """Bring the window up to date and hand the outcome over; False when somebody else is doing it.

        Every statement commits by itself, so a block is on disk before anybody divides it, and the lock is
        held until it was handed over, so nobody takes a block on its way for a lost one.
        """
        with self._alone() as connection:
            if connection is None:
                return False
            deposit(self._update(connection, window, hand()))
            return True

    @contextmanager
    def _alone(self) -> Iterator[Connection | None]:
        """Hold the connection's lock, or yield None without waiting for it."""
        key = {"kind": LOCK_CLASS, "connection": self._id % 2**31}
        with self._sessions() as session:
            engine = session.get_bind().engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :connection)"), key):
                yield None
                return
            try:
                yield connection
            except BaseException:
                # The lock ends with the session: certainly so when the session ends here.
                connection.invalidate()
                raise
            connection.execute(text("SELECT pg_advisory_unlock(:kind, :connection)"), key)

    def _update(self, connection: Connection, window: Window, hand: Hand) -> Drawn:
        """Drop what left the window, close what is spent or lost, and draw when nothing is in hand."""
        now, keep = self._now(), window.seconds + self._lease
        about = {"connection": self._id, "window": window.name, "now": now}
        freed = sum(connection.scalars(text(DELETE), about | {"keep": keep}).all())
        connection.execute(text(CLOSE), about | {"number": hand.number, "left": hand.left})
        counted, last, oldest, held = connection.execute(text(COUNT), about).one()
        remaining = max(0, window.calls - int(counted))
        calls = 0 if held else min(remaining, max(1, window.calls // BLOCK_SHARE))
        number = max(int(last), hand.number) + 1
        if calls:
            connection.execute(text(INSERT), about | {"number": number, "calls": calls})
        look = window.seconds / 60 if oldest is None else (oldest - now).total_seconds() + keep
        return Drawn(number, calls, remaining - calls, freed, max(look, window.seconds / 3600))

    def _now(self) -> datetime:
        """Return the moment; blocks last so long that a second between two machines does not matter."""
        return datetime.fromtimestamp(self._clock(), UTC) if self._clock else datetime.now(UTC)
