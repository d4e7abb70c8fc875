"""List the menu, and count what waits for a person in one question."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

BADGES = text("""
SELECT (SELECT count(*) FROM review WHERE decision IS NULL AND superseded_at IS NULL) AS reviews,
    (SELECT count(*) FROM issue WHERE closed_at IS NULL AND ignored_at IS NULL) AS issues
""")


@dataclass(frozen=True, slots=True)
class Entry:
    """Be one line of the menu."""

    path: str
    word: str
    role: str = "viewer"
    badge: str = ""


MENU = (
    Entry("/", "menu.overview"),
    Entry("/mappings", "menu.mappings"),
    Entry("/reviews", "menu.reviews", badge="reviews"),
    Entry("/issues", "menu.issues", badge="issues"),
    Entry("/log", "menu.log"),
    Entry("/connections", "menu.connections"),
    Entry("/links", "menu.links"),
    Entry("/users", "menu.users", "administrator"),
    Entry("/audit", "menu.audit", "administrator"),
)


def badges(session: Session) -> dict[str, int]:
    """Count open reviews and issues that nobody put aside."""
    row = session.execute(BADGES).one()
    return {"reviews": row.reviews, "issues": row.issues}
