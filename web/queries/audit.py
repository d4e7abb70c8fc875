"""Read who did what: the newest first, narrowed down, a page at a time by its last row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from adapters.masking import mask
from models.tables import Audit

PAGE = 50
BATCH = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Narrow the trail down; what is empty narrows nothing."""

    by: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Not itself included."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what rows must meet; each stands on an index that ends in the time."""
        named = [
            (Audit.by, self.by),
            (Audit.action, self.action),
            (Audit.subject_kind, self.subject_kind),
            (Audit.subject_id, self.subject_id),
        ]
        found: list[ColumnElement[bool]] = [column == value for column, value in named if value]
        if self.since is not None:
            found.append(Audit.at >= self.since)
        if self.until is not None:
            found.append(Audit.at < self.until)
        return found


def read_audit(session: Session, wanted: Wanted, before: int | None = None, size: int = PAGE) -> Sequence[Audit]:
    """Return a page, and one row more where there is a next; `before` is the id of the last row shown."""
    query = select(Audit).where(*wanted.conditions()).order_by(Audit.at.desc(), Audit.id.desc()).limit(size + 1)
    if before is not None:
        last = session.get(Audit, before)
        if last is None:
            return []
        query = query.where(_older(last))
    return session.scalars(query).all()


def _older(last: Audit) -> ColumnElement[bool]:
    return (Audit.at < last.at) | ((Audit.at == last.at) & (Audit.id < last.id))


def all_audit(session: Session, wanted: Wanted) -> Iterator[Audit]:
    """Return every row, read in batches, however many there are."""
    query = select(Audit).where(*wanted.conditions()).order_by(Audit.at.desc(), Audit.id.desc())
    yield from session.scalars(query.execution_options(yield_per=BATCH))


def in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what stood before or after as lines; a number that might be a person's is masked once more."""
    return [(key, mask(_plain(value))) for key, value in sorted(values.items())]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return "" if value is None else str(value)
