"""Read what the pages of links show; every question is bounded and indexed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models.tables import Link
from sync.config.loading import PAUSED
from sync.mapping_document import Mapping as FieldMapping
from sync.mapping_document import mapping_of

MOST = 50

LINKS = text("""
SELECT link.name, link.enabled, link.rules, source.name AS source, source.system AS source_system,
    source.enabled AND source.state = 'active' AS source_works, target.name AS target,
    target.system AS target_system, target.enabled AND target.state = 'active' AS target_works
FROM link JOIN connection AS source ON source.id = link.source_id
    JOIN connection AS target ON target.id = link.target_id
WHERE link.name > :after AND NOT jsonb_exists(link.rules, '_removed') ORDER BY link.name LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one link with its two ends."""

    row: Row[Any]

    @property
    def paused(self) -> Mapping[str, Any] | None:
        """Return who paused it, when and why."""
        return paused_in(self.row.rules)

    @property
    def state(self) -> str:
        """Return the code of its state."""
        return state_of(self.row.rules, self.row.enabled)


def paused_in(rules: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return who paused a link, when and why."""
    return rules.get(PAUSED)


def state_of(rules: Mapping[str, Any], enabled: bool) -> str:
    """Return the code of a link's state."""
    if paused_in(rules):
        return "paused"
    return "running" if enabled else "off"


def listed(session: Session, after: str = "") -> tuple[Sequence[Line], bool]:
    """Return a page of links by name, and whether more follow."""
    rows = session.execute(LINKS, {"after": after, "most": MOST + 1}).all()
    return [Line(row) for row in rows[:MOST]], len(rows) > MOST


def found(session: Session, name: str) -> FieldMapping | None:
    """Return one link with its ends, rules and fields."""
    return mapping_of(session, name)


def state(link: Link) -> str:
    """Return the code of one link's state."""
    return state_of(link.rules, link.enabled)
