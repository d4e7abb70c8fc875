"""Call a system to see whether it answers us, and say in words what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import registry
from adapters.base import ConnectionInfo, Finding, Source, Target
from adapters.breaker import Breaker
from adapters.errors import AdapterError, Forbidden, Throttled, Unauthorised, Unavailable
from adapters.outside import Outside
from models.tables import Connection
from models.vault import Unreadable
from models.words import Lane
from sync.config.loading import CHECKED, connection_info


@dataclass(frozen=True, slots=True)
class Explained:
    """Hold what a failure means to a person; `away` when trying again later may help."""

    nl: str
    en: str
    away: bool = False

    @property
    def finding(self) -> Finding:
        """Return it as a line of a check."""
        return Finding(False, self.nl, self.en)


UNREADABLE = Explained(
    "Een opgeslagen geheim is met geen van de sleutels te openen. Zet de vroegere sleutel terug in "
    "BOEKBRUG_SECRET_KEYS (of het sleutelbestand).",
    "A stored secret opens with none of the keys. Put the former key back in BOEKBRUG_SECRET_KEYS (or the key file).",
)


def explained(error: AdapterError) -> Explained:
    """Put a failure of an outside system in words."""
    if isinstance(error, Throttled):
        when = error.retry_at.isoformat(timespec="seconds")
        return Explained(f"De aanroepen zijn op; weer vanaf {when}.", f"No calls left; again from {when}.", True)
    if isinstance(error, Unauthorised | Forbidden):
        return Explained(
            f"Het systeem weigert de toegang ({error}). Controleer de sleutel en zijn rechten.",
            f"The system refuses access ({error}). Check the key and its rights.",
        )
    if isinstance(error, Unavailable):
        return Explained("Het systeem antwoordt niet.", "The system does not answer.", True)
    return Explained(f"Het systeem weigert: {error}", f"The system refuses: {error}")


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what checking one connection found."""

    name: str
    findings: Sequence[Finding]
    away: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    identity: str = ""
    """The administration or environment, in the system's own words; "" where it was not asked."""

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.away and all(finding.ok for finding in self.findings)


def opened(info: ConnectionInfo, outside: Outside) -> Source | Target:
    """Open a connection on whichever side of a link its system stands."""
    source = "source" in registry.roles_of(info.system)
    return (registry.open_source if source else registry.open_target)(info, outside, Lane.LIVE)


def check_row(row: Connection, outside: Outside) -> Checked:
    """Check one connection; one that waited for its user and works goes on. What goes wrong is a finding too."""
    try:
        info = connection_info(row, outside.vault)
        checked = Checked(row.name, opened(info, outside).check())
    except AdapterError as error:
        found = explained(error)
        return Checked(row.name, [found.finding], found.away)
    except Unreadable:
        return Checked(row.name, [UNREADABLE.finding])
    if checked.ok:
        Breaker(info.id, outside).renewed()
    return checked


def remember(session: Session, connection_id: int, checked: Checked) -> None:
    """Keep what a test found beside the connection, for whoever opens its page."""
    row = session.scalar(select(Connection).where(Connection.id == connection_id).with_for_update())
    if row is None:
        return
    former = row.options.get(CHECKED) or {}
    findings = [{"ok": one.ok, "nl": one.nl, "en": one.en} for one in checked.findings]
    kept = {
        "at": checked.at.isoformat(),
        "ok": checked.ok,
        "identity": checked.identity or former.get("identity", ""),
        "findings": findings,
    }
    row.options = {**row.options, CHECKED: kept}


def remembered(options: dict[str, Any]) -> Checked | None:
    """Return what the last test on a page found."""
    kept = options.get(CHECKED)
    if not kept:
        return None
    findings = [Finding(one["ok"], one["nl"], one["en"]) for one in kept["findings"]]
    return Checked("", findings, at=datetime.fromisoformat(kept["at"]), identity=kept["identity"])
