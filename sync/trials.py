"""Try keys out beside what runs: a trial is a connection of its own, switched off.

So its calls have a budget, its token a place, and a token that the vendor replaces at each use is not lost between
trying and keeping.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from adapters.base import ConnectionInfo
from adapters.budget import Budget, Permit
from adapters.errors import AdapterError
from adapters.outside import Outside
from models.tables import Connection
from models.words import Lane
from sync.config.loading import connection_info
from sync.contact import Checked, explained, opened

PASTED = "refresh_token"
"""The credential that an office copies from its own settings; it changes at each use, so it is kept as a token."""
LONGEST = 8192
"""Characters of a key; a longer text is something else that was pasted by mistake."""


class NotConnected(Exception):
    """Say why nothing was kept: a code, the field it is about, and the system's own words where it refused."""

    def __init__(self, code: str, place: str = "", checked: Checked | None = None) -> None:
        """Never hold what was pasted."""
        super().__init__(code)
        self.code = code
        self.place = place
        self.checked = checked


def looks_like_key(key: str) -> bool:
    """Tell whether a text can be a key or token: one piece that prints."""
    return 0 < len(key) <= LONGEST and key.isascii() and all(char.isprintable() and char != " " for char in key)


def judge_keys(pasted: Mapping[str, str]) -> None:
    """Look at what was pasted, key by key. Raises NotConnected."""
    for key, value in pasted.items():
        if not looks_like_key(value):
            raise NotConnected("no_key", key)


def add_trial(outside: Outside, row: Connection) -> None:
    """Store a trial. Raises NotConnected when its name is in use."""
    try:
        with outside.sessions.begin() as session:
            session.add(row)
            session.flush()
    except IntegrityError:
        raise NotConnected("taken", "name") from None


def discard_row(outside: Outside, connection_id: int) -> None:
    """Forget a trial and all that hangs on it."""
    with outside.sessions.begin() as session:
        session.execute(delete(Connection).where(Connection.id == connection_id))


def greeted(outside: Outside, row: Connection, counted_by: ConnectionInfo | None = None) -> Checked:
    """Ask who is there. Raises NotConnected with the refusal in words.

    `counted_by` is the connection whose allowance the call costs: to the vendor, trial and original are one.
    """
    try:
        info = connection_info(row, outside.vault)
        permit = _permit(outside, counted_by) if counted_by else None
        end = opened(replace(info, name=counted_by.name) if counted_by else info, outside)
        try:
            identity = end.identify()
        finally:
            if permit is not None:
                permit.release()
        findings = end.check() if counted_by is None else []
    except AdapterError as error:
        found = explained(error)
        raise NotConnected("refused", "", Checked(row.name, [found.finding], found.away)) from None
    checked = Checked(row.name, findings, identity=identity)
    if not checked.ok:
        raise NotConnected("refused", "", checked)
    return checked


def _permit(outside: Outside, info: ConnectionInfo) -> Permit:
    return Budget.of(info, outside).acquire(Lane.LIVE, outside.settings.deadline_seconds)
