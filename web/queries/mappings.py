"""Read which CRM relation is which target relation, for pages, API and commands alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from models.tables import Link, RelationMapping, SourceIdentifier
from models.vault import Vault
from models.words import Role
from sync.identity import WORD, name_words
from sync.labels import names
from sync.numbers_of_people import identifier_values, of_a_person

PAGE = 50
BATCH = 500
MOST_HITS = 500
"""More mappings than this carry one id or number only where something is wrong; the rest is found by filtering."""
FEW = 1_000
"""Carriers of a word that are fetched at once; more of them fill a page soon enough in any order."""

Sort = Literal["newest", "crm", "number", "written"]
_NUMBER: ColumnElement[str] = func.coalesce(RelationMapping.target_number, literal_column("''"))
SORTS: Mapping[str, tuple[tuple[Any, ...], bool]] = {
    "newest": ((RelationMapping.id,), True),
    "crm": ((RelationMapping.source_id, RelationMapping.id), False),
    "number": ((func.length(_NUMBER), _NUMBER, RelationMapping.id), False),
    "written": ((RelationMapping.updated_at, RelationMapping.id), True),
}
"""Sort -> columns of its index, and whether the highest stands first."""


class PersonalNumber(ValueError):
    """Say that what was searched may be a person's number, which may not stand in an address."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Narrow the list down; empty means everything."""

    link: int = 0
    state: str = ""
    matched: str = ""
    by: str = ""
    search: str = field(default="", repr=False)
    ids: tuple[int, ...] = ()
    """Found already; what was searched is looked up no more."""


@dataclass(frozen=True, slots=True)
class Place:
    """Say where in the sorted list a page begins: behind or in front of a mapping."""

    sort: Sort = "newest"
    after: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Hold a mapping with the name of its relation, empty where it is not known."""

    row: RelationMapping
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold one page of the list, and beside which mappings the next and the previous begin."""

    rows: Sequence[Named]
    previous: int = 0
    next: int = 0


def listing(session: Session, vault: Vault, wanted: Filter, place: Place, limit: int = PAGE) -> Listing:
    """Read one page; every order is an index's. Raises PersonalNumber."""
    columns, descending = SORTS[place.sort]
    back = bool(place.before)
    query = select(RelationMapping).where(*conditions(session, vault, wanted))
    beside = place.before or place.after
    if beside and (values := session.execute(select(*columns).where(RelationMapping.id == beside)).first()):
        key = tuple_(*columns)
        query = query.where(key < tuple(values) if descending != back else key > tuple(values))
    order = [one.desc() if descending != back else one.asc() for one in columns]
    found = list(session.scalars(query.order_by(*order).limit(limit + 1)))
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    rows = named(session, vault, found)
    if not rows:
        return Listing(rows)
    before, after = (more, True) if back else (bool(place.after), more)
    return Listing(rows, found[0].id if before else 0, found[-1].id if after else 0)


def named(session: Session, vault: Vault, rows: Sequence[RelationMapping]) -> list[Named]:
    """Open the names of some mappings."""
    called = names(session, vault, rows)
    return [Named(row, called.get((row.link_id, row.kind, row.source_id), "")) for row in rows]


def everything(session: Session, vault: Vault, wanted: Filter) -> Iterator[Named]:
    """Yield all mappings that a filter leaves, newest first, some hundred at a time."""
    query = (
        select(RelationMapping)
        .where(*conditions(session, vault, wanted))
        .order_by(RelationMapping.id.desc())
        .limit(BATCH)
    )
    found = list(session.scalars(query))
    while found:
        yield from named(session, vault, found)
        last = found[-1].id
        session.expunge_all()
        found = list(session.scalars(query.where(RelationMapping.id < last)))


def by_ids(session: Session, vault: Vault, ids: Sequence[int]) -> list[Named]:
    """Return the mappings of some ids, in that order."""
    rows = {row.id: row for row in session.scalars(select(RelationMapping).where(RelationMapping.id.in_(ids)))}
    return named(session, vault, [rows[one] for one in dict.fromkeys(ids) if one in rows])


def total(session: Session, vault: Vault, wanted: Filter) -> int:
    """Count what a filter leaves; for commands, as a page never counts."""
    query = select(func.count()).select_from(RelationMapping).where(*conditions(session, vault, wanted))
    return session.scalar(query) or 0


def conditions(session: Session, vault: Vault, wanted: Filter) -> list[ColumnElement[bool]]:
    """Turn a filter into conditions. Raises PersonalNumber."""
    chosen: list[ColumnElement[bool]] = []
    if wanted.link:
        chosen.append(RelationMapping.link_id == wanted.link)
    if wanted.state:
        chosen.append(RelationMapping.state == wanted.state)
    if wanted.matched:
        chosen.append(RelationMapping.matched_by == wanted.matched)
    if wanted.by:
        chosen.append(RelationMapping.decided_by == wanted.by)
    text = wanted.search.strip()
    if wanted.ids:
        chosen.append(RelationMapping.id.in_(wanted.ids))
    elif text:
        if of_a_person(text):
            raise PersonalNumber
        chosen.append(_searched(session, vault, text))
    return chosen


def without_search(wanted: Filter) -> Filter:
    """Return the filter without what was searched."""
    return replace(wanted, search="")


def _searched(session: Session, vault: Vault, text: str) -> ColumnElement[bool]:
    """Find by an id or number where one is meant, else by every word of the name."""
    exact = found_by_number(session, vault, text)
    if exact:
        return RelationMapping.id.in_(exact)
    carried = [_carriers(vault, word) for word in name_words(text)]
    return _named(session, carried) if carried else RelationMapping.id < 0


def _named(session: Session, carried: Sequence[Select[int, str]]) -> ColumnElement[bool]:
    """Begin with the word that fewest carry; where all are common, the list's own order is walked instead."""
    few = [select(func.count()).select_from(one.limit(FEW + 1).subquery()).scalar_subquery() for one in carried]
    counts = list(session.execute(select(*few)).one())
    if min(counts) > FEW:
        place = tuple_(RelationMapping.link_id, RelationMapping.source_id)
        return and_(*(place.in_(one) for one in carried))
    first = counts.index(min(counts))
    rest = [one.subquery() for number, one in enumerate(carried) if number != first]
    query = carried[first].where(
        *(tuple_(SourceIdentifier.link_id, SourceIdentifier.record_id).in_(select(one)) for one in rest)
    )
    found = session.execute(query).all()
    return and_(
        RelationMapping.source_id.in_({one.record_id for one in found}),
        RelationMapping.link_id.in_({one.link_id for one in found}),
    )


def found_by_number(session: Session, vault: Vault, text: str) -> list[int]:
    """Return the mappings whose id on either side, number or identifier a text is; looked up by keyed hash."""
    hashes = [(name, one) for name, value in identifier_values(text) for one in vault.hashes(name, value)]
    carriers = select(SourceIdentifier.link_id, SourceIdentifier.record_id).where(
        SourceIdentifier.link_id.in_(_links()),
        SourceIdentifier.role.in_([role.value for role in Role]),
        tuple_(SourceIdentifier.identifier, SourceIdentifier.value_hash).in_(hashes),
    )
    clear = or_(
        RelationMapping.source_id == text,
        RelationMapping.target_id == text,
        and_(func.length(_NUMBER) == len(text), _NUMBER.in_([text])),
    )
    found = list(session.scalars(select(RelationMapping.id).where(clear).limit(MOST_HITS)))
    if hashes:
        place = tuple_(RelationMapping.link_id, RelationMapping.source_id)
        found += session.scalars(select(RelationMapping.id).where(place.in_(carriers)).limit(MOST_HITS))
    return sorted(set(found))


def _carriers(vault: Vault, word: str) -> Select[int, str]:
    return select(SourceIdentifier.link_id, SourceIdentifier.record_id).where(
        SourceIdentifier.link_id.in_(_links()),
        SourceIdentifier.role == "",
        SourceIdentifier.identifier == WORD,
        SourceIdentifier.value_hash.in_(vault.hashes(WORD, word)),
    )


def _links() -> Any:
    """Name every link: the index of identifiers begins with it."""
    return select(Link.id)
