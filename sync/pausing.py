"""Pause and resume a connection or a link: changes are still heard and wait, nothing is lost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Connection, Link
from sync.audit import Actor, Subject, record
from sync.config.loading import PAUSED, REMOVED, TRIAL, wished_on

Noun = Literal["connection", "link"]
TABLES: Mapping[Noun, type[Connection] | type[Link]] = {"connection": Connection, "link": Link}
LONGEST_REASON = 300


class NotPaused(Exception):
    """Say why nothing was done, as a code: `gone`, `off`, `paused`, `running` or `reason`."""

    def __init__(self, code: str, by: str = "") -> None:
        """Name who was first, where somebody was."""
        super().__init__(code)
        self.code = code
        self.by = by


def pause(session: Session, actor: Actor, noun: Noun, name: str, reason: str) -> None:
    """Switch it off until somebody resumes it, whatever a file that is applied meanwhile says. Raises NotPaused."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise NotPaused("reason")
    row = _row(session, noun, name)
    if paused := pause_of(row):
        raise NotPaused("paused", paused["by"])
    if not row.enabled:
        raise NotPaused("off")
    _keep(row, {"by": actor.by, "at": datetime.now(UTC).isoformat(), "reason": reason, "enabled": True})
    row.enabled = False
    _note(session, actor, noun, row, "pause", reason)


def resume(session: Session, actor: Actor, noun: Noun, name: str) -> None:
    """Take the pause away; what waited goes on at the dispatcher's next look. Raises NotPaused."""
    row = _row(session, noun, name)
    if not pause_of(row):
        raise NotPaused("running" if row.enabled else "off")
    wish = wished_on(row)
    _keep(row, None)
    row.enabled = wish
    _note(session, actor, noun, row, "resume")


def pause_of(row: Connection | Link) -> Mapping[str, Any] | None:
    """Return who paused it, when and why; None when nobody did."""
    return _notes(row).get(PAUSED)


def _row(session: Session, noun: Noun, name: str) -> Connection | Link:
    row = session.scalar(select(TABLES[noun]).where(TABLES[noun].name == name).with_for_update())
    assert row is None or isinstance(row, Connection | Link)
    if row is None or _notes(row).get(REMOVED) or TRIAL in _notes(row):
        raise NotPaused("gone")
    return row


def _notes(row: Connection | Link) -> Mapping[str, Any]:
    return row.options if isinstance(row, Connection) else row.rules


def _keep(row: Connection | Link, paused: Mapping[str, Any] | None) -> None:
    rest = {key: value for key, value in _notes(row).items() if key != PAUSED}
    notes = rest if paused is None else {**rest, PAUSED: dict(paused)}
    if isinstance(row, Connection):
        row.options = notes
    else:
        row.rules = notes


def _note(session: Session, actor: Actor, noun: Noun, row: Connection | Link, deed: str, reason: str = "") -> None:
    after = {"enabled": row.enabled}
    subject = Subject(noun, row.name)
    record(session, actor, f"{noun}.{deed}", subject, reason=reason, before={"enabled": deed == "pause"}, after=after)


def runs(session: Session, noun: Noun, name: str) -> bool:
    """Tell whether it is on."""
    return bool(session.scalar(select(TABLES[noun].enabled).where(TABLES[noun].name == name)))
