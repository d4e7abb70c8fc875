"""Put issues aside with a reason, and take that back; each is written into the audit trail as it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, null, select, update
from sqlalchemy.orm import Session

from adapters.masking import mask
from models.tables import Issue
from sync.audit import Actor, Subject, record

REASON_CHARACTERS = 500


class ReasonNeeded(ValueError):
    """Say that nothing is put aside without a reason: a colleague must be able to see why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Name all open issues of one link that have one cause in one field."""

    link_id: int
    cause: str
    field: str = ""

    def holds(self) -> list[ColumnElement[bool]]:
        """Return the conditions of its open issues, in the order of their index."""
        return [
            Issue.link_id == self.link_id,
            Issue.cause == self.cause,
            Issue.field == self.field,
            Issue.closed_at.is_(None),
        ]


def ignore(
    session: Session, actor: Actor, group: Group, reason: str, *, issue_id: int | None = None, up_to: int | None = None
) -> int:
    """Put a group's open issues aside, or one of them; returns how many. Raises ReasonNeeded.

    They stay open and count as wrong until they are cured; only nobody is called to them any more. An issue that opens
    later is seen again. `up_to` is the highest id that the person saw, so that nothing unseen is put aside.
    """
    kept = mask(" ".join(reason.split()))[:REASON_CHARACTERS]
    if not kept:
        raise ReasonNeeded("a reason is needed")
    chosen = [*_chosen(group, issue_id, up_to), Issue.ignored_at.is_(None)]
    values = {"ignored_at": func.now(), "ignored_by": actor.by, "ignored_reason": kept}
    return _change(session, actor, "issue.ignore", group, chosen, values, kept, issue_id)


def take_back(session: Session, actor: Actor, group: Group, *, issue_id: int | None = None) -> int:
    """Ask for attention again for a group's ignored issues, or one of them; returns how many."""
    chosen = [*_chosen(group, issue_id, None), Issue.ignored_at.is_not(None)]
    values = {"ignored_at": null(), "ignored_by": "", "ignored_reason": ""}
    return _change(session, actor, "issue.take_back", group, chosen, values, "", issue_id)


def group_of(session: Session, issue_id: int) -> Group | None:
    """Return the group of one open issue; None when it is closed or was never there."""
    row = session.execute(
        select(Issue.link_id, Issue.cause, Issue.field).where(Issue.id == issue_id, Issue.closed_at.is_(None))
    ).first()
    return None if row is None else Group(row.link_id, row.cause, row.field)


def _chosen(group: Group, issue_id: int | None, up_to: int | None) -> list[ColumnElement[bool]]:
    one = [] if issue_id is None else [Issue.id == issue_id]
    seen = [] if up_to is None else [Issue.id <= up_to]
    return [*group.holds(), *one, *seen]


def _change(
    session: Session,
    actor: Actor,
    action: str,
    group: Group,
    chosen: Sequence[ColumnElement[bool]],
    values: dict[str, Any],
    reason: str,
    issue_id: int | None,
) -> int:
    done = session.execute(
        update(Issue).where(*chosen).values(values).execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if done:
        subject = Subject("issue", str(issue_id)) if issue_id is not None else Subject("cause", group.cause)
        after = {"link_id": group.link_id, "cause": group.cause, "field": group.field, "issues": done}
        record(session, actor, action, subject, reason=reason, after=after)
    return int(done)
