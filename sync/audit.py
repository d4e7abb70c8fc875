"""Write down what a person or application did, in the transaction that does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models.tables import Audit


@dataclass(frozen=True, slots=True)
class Actor:
    """Name who acts, and by which way in: `page`, `api` or `command`."""

    by: str
    via: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Name what is acted on: a kind of row (`mapping`, `issue`, `user`, ...) and its id."""

    kind: str
    id: str


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: Subject,
    *,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    correlation_id: UUID | None = None,
) -> None:
    """Append one row; `before` and `after` hold ids, states and names of fields, never a personal value."""
    session.add(
        Audit(
            by=actor.by,
            via=actor.via,
            action=action,
            subject_kind=subject.kind,
            subject_id=subject.id,
            reason=reason,
            before=dict(before or {}),
            after=dict(after or {}),
            correlation_id=correlation_id,
        )
    )
