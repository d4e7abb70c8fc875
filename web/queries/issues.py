"""Read what went wrong, grouped by cause, for pages, API and commands alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from models.causes import Cause, Language, Mover
from models.tables import Issue, Link, SyncJob
from models.vault import Vault
from models.words import Kind
from sync.causes import catalogue
from sync.ignoring import Group
from sync.labels import names
from web.words.fields import field_name

PAGE = 50
MOVERS: tuple[Mover, ...] = ("crm_user", "bookkeeper", "administrator", "vendor", "boekbrug")
UNKNOWN_MOVER: Mover = "administrator"
"""Whose move a code is that no catalogue knows (models.causes.Catalogue)."""
CLOSED_DAYS = 30
EXPORT_BATCH = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Narrow the open issues down."""

    link: str = ""
    mover: str = ""
    cause: str = ""
    ignored: bool = False
    """Whether those that were put aside are shown too."""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Hold one cause in one field of one link, with all that its open issues share."""

    group: Group
    link: str
    records: int
    ignored: int
    since: datetime
    blocking: bool
    up_to: int
    """Highest id among them: what was not there yet when a person looked has a higher one."""
    of_connection: bool
    """Whether it is the connection's own trouble and no record's."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Values for the sentences that all its records share."""

    @property
    def cause(self) -> Cause:
        """Return the cause with its sentences."""
        return catalogue().find(self.group.cause)

    def field_name(self, language: Language) -> str:
        """Name the field that it is about."""
        return field_name(self.group.field, language)

    def what(self, language: Language) -> str:
        """Tell what happened."""
        return self.cause.what(language, {"code": self.group.cause, **self.params})

    def do(self, language: Language) -> str:
        """Tell what to do about it."""
        return self.cause.do(language, {"code": self.group.cause, **self.params})


@dataclass(frozen=True, slots=True)
class IssueRow:
    """Hold one issue of one record, ready to be shown."""

    issue: Issue
    name: str = field(repr=False)
    waits: bool = False
    """Whether the record's job is in the queue: it is being tried again."""

    def what(self, language: Language) -> str:
        """Tell what happened to this record."""
        return catalogue().find(self.issue.cause).what(language, self._params)

    def do(self, language: Language) -> str:
        """Tell what to do about it."""
        return catalogue().find(self.issue.cause).do(language, self._params)

    @property
    def _params(self) -> dict[str, str]:
        return {"code": self.issue.cause, **self.issue.params}

    @property
    def mover(self) -> Mover:
        """Tell whose move it is."""
        return catalogue().find(self.issue.cause).mover

    @property
    def words(self) -> str:
        """Return the vendor's own words, masked when they were stored."""
        return str(self.issue.params.get("words", ""))

    @property
    def url(self) -> str:
        """Return where the record is opened in the CRM; nothing that is no web address."""
        return self.issue.url if self.issue.url.startswith(("https://", "http://")) else ""


def groups(session: Session, wanted: Filter, *, page: int = 1, limit: int = PAGE) -> tuple[list[IssueGroup], bool]:
    """Return one page of groups, what stops records first, and whether there are more."""
    held = func.count(Issue.record_id.distinct())
    query = (
        select(
            Issue.link_id,
            Link.name,
            Issue.cause,
            Issue.field,
            held.label("records"),
            func.count(Issue.ignored_at).label("ignored"),
            func.min(Issue.opened_at).label("since"),
            func.bool_or(Issue.blocking).label("blocking"),
            func.max(Issue.id).label("up_to"),
            func.bool_or(Issue.record_id == "").label("of_connection"),
        )
        .join(Link, Link.id == Issue.link_id)
        .where(Issue.closed_at.is_(None), *_conditions(wanted))
        .group_by(Issue.link_id, Link.name, Issue.cause, Issue.field)
        .order_by(func.bool_or(Issue.blocking).desc(), held.desc(), Issue.cause, Issue.field, Link.name)
        .limit(limit + 1)
        .offset((page - 1) * limit)
    )
    found = [_group(row) for row in session.execute(query)]
    shared = _shared(session, found[:limit], ignored=wanted.ignored)
    return [replace(one, params=shared.get(one.group, {})) for one in found[:limit]], len(found) > limit


def _group(row: Any) -> IssueGroup:
    return IssueGroup(
        Group(row.link_id, row.cause, row.field),
        row.name,
        row.records,
        row.ignored,
        row.since,
        row.blocking,
        row.up_to,
        row.of_connection,
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.link:
        chosen.append(Link.name == wanted.link)
    if wanted.cause:
        chosen.append(Issue.cause == wanted.cause)
    if not wanted.ignored:
        chosen.append(Issue.ignored_at.is_(None))
    if wanted.mover:
        codes = [one.code for one in catalogue() if (one.mover == wanted.mover) == (wanted.mover != UNKNOWN_MOVER)]
        # An unknown code is the administrator's: everything but the known codes of the others.
        chosen.append(Issue.cause.not_in(codes) if wanted.mover == UNKNOWN_MOVER else Issue.cause.in_(codes))
    return chosen


# A value is shared if no other issue of the group has another one; looking for the first that differs ends early.
SHARED = text("""
SELECT one.link_id, one.cause, one.field, one_value.key, one_value.value
FROM unnest(CAST(:ids AS bigint[])) AS chosen (id)
JOIN issue AS one ON one.id = chosen.id
CROSS JOIN LATERAL jsonb_each_text(one.params) AS one_value
WHERE NOT EXISTS (
    SELECT FROM issue AS other
    WHERE other.link_id = one.link_id AND other.cause = one.cause AND other.field = one.field
        AND other.closed_at IS NULL AND (:ignored OR other.ignored_at IS NULL)
        AND other.params ->> one_value.key IS DISTINCT FROM one_value.value
)
""")


def _shared(session: Session, found: Sequence[IssueGroup], *, ignored: bool) -> dict[Group, dict[str, str]]:
    """Return the values that all records of a group share: only those may stand in a sentence about all of them."""
    shared: dict[Group, dict[str, str]] = {}
    rows = session.execute(SHARED, {"ids": [one.up_to for one in found], "ignored": ignored})
    for row in rows:
        shared.setdefault(Group(row.link_id, row.cause, row.field), {})[row.key] = row.value
    return shared


def group_named(session: Session, link: str, cause: str, name: str) -> IssueGroup | None:
    """Return one group with those of it that were put aside; None when nothing of it is open."""
    wanted = Filter(link=link, cause=cause, ignored=True)
    found, _ = groups(session, wanted, limit=500)
    return next((one for one in found if one.group.field == name), None)


def records(
    session: Session,
    vault: Vault,
    group: Group,
    *,
    after: int = 0,
    ignored: bool | None = None,
    limit: int = PAGE,
) -> tuple[list[IssueRow], int | None]:
    """Return one page of a group's issues, oldest first, and after which id the next begins."""
    query = select(Issue).where(*group.holds(), Issue.id > after).order_by(Issue.id).limit(limit + 1)
    if ignored is not None:
        query = query.where(Issue.ignored_at.is_not(None) if ignored else Issue.ignored_at.is_(None))
    found = list(session.scalars(query))
    more = found[limit - 1].id if len(found) > limit else None
    return _named(session, vault, found[:limit]), more


def issue_row(session: Session, vault: Vault, issue_id: int) -> IssueRow | None:
    """Return one open issue."""
    found = session.scalars(select(Issue).where(Issue.id == issue_id, Issue.closed_at.is_(None))).all()
    return next(iter(_named(session, vault, found)), None)


def _named(session: Session, vault: Vault, found: Sequence[Issue]) -> list[IssueRow]:
    called = names(session, vault, found)
    due = _due(session, found)
    return [
        IssueRow(
            one,
            called.get((one.link_id, Kind(one.kind), one.record_id), ""),
            (one.link_id, one.kind, one.record_id) in due,
        )
        for one in found
    ]


def _due(session: Session, found: Sequence[Issue]) -> set[tuple[int, str, str]]:
    """Return which records are in the queue at this moment."""
    if not found:
        return set()
    rows = session.execute(
        select(SyncJob.link_id, SyncJob.kind, SyncJob.record_id).where(
            SyncJob.link_id.in_({one.link_id for one in found}),
            SyncJob.kind.in_({one.kind for one in found}),
            SyncJob.record_id.in_({one.record_id for one in found}),
            SyncJob.state == "due",
        )
    )
    return {(row.link_id, row.kind, row.record_id) for row in rows}


def closed(
    session: Session, vault: Vault, link: str = "", *, before: tuple[datetime, int] | None = None
) -> tuple[list[IssueRow], bool]:
    """Return one page of the issues that closed in the last month, newest first, and whether there are more."""
    query = (
        select(Issue)
        .where(Issue.closed_at > func.now() - timedelta(days=CLOSED_DAYS))
        .order_by(Issue.closed_at.desc(), Issue.id.desc())
        .limit(PAGE + 1)
    )
    if link:
        query = query.join(Link, Link.id == Issue.link_id).where(Link.name == link)
    if before is not None:
        query = query.where(func.row(Issue.closed_at, Issue.id) < func.row(*before))
    found = list(session.scalars(query))
    return _named(session, vault, found[:PAGE]), len(found) > PAGE


def export(session: Session, vault: Vault, wanted: Filter, name: str | None = None) -> Iterator[tuple[str, IssueRow]]:
    """Yield (name of the link, issue) of all open issues that a filter leaves, in the order of their ids."""
    query = select(Issue, Link.name).join(Link, Link.id == Issue.link_id).where(Issue.closed_at.is_(None))
    query = query.where(*_conditions(wanted), *([] if name is None else [Issue.field == name]))
    last = 0
    while True:
        found = session.execute(query.where(Issue.id > last).order_by(Issue.id).limit(EXPORT_BATCH)).all()
        if not found:
            return
        last = found[-1][0].id
        rows = _named(session, vault, [row[0] for row in found])
        yield from zip([row[1] for row in found], rows, strict=True)
        session.expunge_all()


def link_names(session: Session) -> dict[int, str]:
    """Return the names of all links that were not removed, by id."""
    query = select(Link.id, Link.name).where(~func.jsonb_exists(Link.rules, "_removed")).order_by(Link.name)
    return {row.id: row.name for row in session.execute(query)}
