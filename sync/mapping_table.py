"""Put a link's field mapping together: from the CRM's field to the target's, and the same for one real record.

The rows come from the tables of both adapters, which tests hold against the code that maps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapters import registry
from adapters.base import Draft
from adapters.errors import AdapterError
from adapters.fields import PERSONAL, Shape, SourceField, TargetField, Words, value_at
from adapters.outside import Outside
from models.causes import Language
from models.records import JsonScalar, Problem, Relation
from models.tables import RelationMapping
from models.vault import Erased, Unreadable
from models.words import Kind, Role
from sync import snapshots
from sync.candidates import Sides, judge, part_of, roles_in
from sync.causes import catalogue
from sync.config.rules import RelationRules
from sync.config.telling import winner
from sync.contact import explained
from sync.identifiers import masked, without_personal_numbers


@dataclass(frozen=True, slots=True)
class Row:
    """Describe one field of the target, for one shape of relation."""

    shape: Shape
    target: TargetField
    sources: tuple[SourceField, ...]
    places: tuple[str, ...]
    """Where the CRM holds it."""
    winner: str
    """`crm`, `books` or `ask`, when both sides changed it."""

    def rules(self, language: Language) -> list[str]:
        """Return how it is translated, on both ways."""
        side = 0 if language == "nl" else 1
        pairs: Iterable[Words] = (*(source.rule for source in self.sources), self.target.rule)
        return list(dict.fromkeys(pair[side] for pair in pairs if pair[side]))


def rows(source: str, target: str, rules: RelationRules, options: Mapping[str, Any]) -> list[Row]:
    """Return the mapping of a link between two systems; organisations first."""
    known = {one.canonical: one for one in registry.source_fields(source)}
    named = {"{flag}": rules.flag, "{bsn_source}": rules.bsn_source, "{rsin_source}": rules.rsin_source}
    shapes: tuple[Shape, ...] = ("organisation", "person")
    found = []
    for shape in shapes:
        for one in registry.target_fields(target):
            if shape not in one.shapes or (one.option and not options.get(one.option)):
                continue
            sources = tuple(known[path] for path in one.reads if path in known and known[path].places(shape))
            places = dict.fromkeys(place for source_field in sources for place in source_field.places(shape))
            shown = tuple(str(named.get(place, place)) for place in places if named.get(place, place))
            found.append(Row(shape, one, sources, shown, winner(rules, one.name)))
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold one row with the values of one record; numbers of persons are masked."""

    row: Row
    raw: Sequence[tuple[str, str]]
    canonical: Sequence[tuple[SourceField, str]]
    sent: str | None
    left_out: bool
    """True when it is not sent at all, for a problem or because the CRM does not fill it."""
    books: str | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold what would be sent for one record."""

    record_id: str
    role: str
    takes_part: bool
    samples: Sequence[Sample]
    problems: Sequence[Problem]
    """Those that belong to no field of the target."""
    target_id: str | None = None
    """The relation it is tied to."""
    read: bool = False
    """Whether the target was asked what stands there now."""
    refusal: Words | None = None
    """Why the target could not be read."""


class NoRecord(Exception):
    """Say that the CRM's record is not stored here: it was never read, or was erased."""


def preview(outside: Outside, link_name: str, record_id: str, *, read: bool = False) -> Preview:
    """Show one record on its way; `read` asks the target once. Raises LookupError, NoRecord."""
    sides = Sides.open(outside, link_name)
    raw, relation, problems = _relation(outside, sides, record_id)
    roles = roles_in(sides.target, relation)
    role = roles[0] if roles else Role.CUSTOMER
    draft = sides.target.draft(relation, role, sides.rules.model_dump())
    tied = _tied(outside, sides, record_id, role)
    books, refusal = _read(sides, tied) if read and tied else (None, None)
    everything = [*problems, *draft.problems]
    shape = relation.type
    chosen = [
        row
        for row in rows(sides.source.info.system, sides.target.info.system, sides.rules, sides.target.info.options)
        if row.shape == shape
    ]
    samples = [_sample(row, raw, relation, draft, books, everything) for row in chosen]
    shown = {id(problem) for sample in samples for problem in sample.problems}
    return Preview(
        record_id, role, part_of(sides.rules, relation), samples,
        [problem for problem in everything if id(problem) not in shown], tied, books is not None, refusal,
    )  # fmt: skip


def _relation(outside: Outside, sides: Sides, record_id: str) -> tuple[Mapping[str, Any], Relation, Sequence[Problem]]:
    connection_id = sides.source.info.id
    try:
        with outside.sessions() as session:
            stored = snapshots.load_many(session, outside.vault, connection_id, Kind.RELATION, [record_id])
    except (Erased, Unreadable):
        stored = []
    if not stored:
        raise NoRecord(record_id)
    parsed = sides.source.relation(stored[0], sides.rules.model_dump())
    return stored[0].raw, *judge(sides.target, sides.rules, parsed)


def _tied(outside: Outside, sides: Sides, record_id: str, role: Role) -> str | None:
    with outside.sessions() as session:
        return session.scalar(
            select(RelationMapping.target_id).where(
                RelationMapping.link_id == sides.link.id,
                RelationMapping.kind == Kind.RELATION,
                RelationMapping.source_id == record_id,
                RelationMapping.role == role,
            )
        )


def _read(sides: Sides, target_id: str) -> tuple[Mapping[str, JsonScalar] | None, Words | None]:
    """Ask the target once."""
    try:
        return sides.target.read(target_id).fields, None
    except AdapterError as error:
        found = explained(error)
        return None, (found.nl, found.en)


def _sample(
    row: Row,
    raw: Mapping[str, Any],
    relation: Relation,
    draft: Draft,
    books: Mapping[str, JsonScalar] | None,
    problems: Sequence[Problem],
) -> Sample:
    personal = row.target.personal
    own = [one for one in problems if _about(one, row)]
    return Sample(
        row,
        [(place, shown(_at(raw, place), personal)) for place in row.places],
        [(one, shown(value_at(relation, one.canonical), one.canonical in PERSONAL)) for one in row.sources],
        shown(draft.fields[row.target.name], personal) if row.target.name in draft.fields else None,
        row.target.name not in draft.fields,
        None if books is None else shown(books.get(row.target.name), personal),
        own,
    )


def _about(problem: Problem, row: Row) -> bool:
    """Tell whether a problem is about what fills a field; one about a whole address is shown at each of its parts."""
    return any(problem.field == path or path.startswith(f"{problem.field}.") for path in row.target.reads)


def shown(value: object, personal: bool) -> str:
    """Write a value for a screen: the number of a person masked, and any other that could be one as well."""
    text = "" if value is None else str(value)
    return masked(text) if personal else without_personal_numbers(text)


def _at(raw: Mapping[str, Any], place: str) -> object:
    """Find what stands at a dotted place of the CRM's record; lists and objects are read as people would."""
    value: Any = raw
    for step in place.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None and "." not in place:
        fields = raw.get("custom_fields") or []
        named = [one for one in fields if isinstance(one, Mapping) and one.get("name") == place]
        value = named[0].get("value") if named else None
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(str(_plain(one)) for one in value)
    if isinstance(value, Mapping):
        return next((value[key] for key in ("label", "name", "full_name", "value") if value.get(key)), None)
    return value


def problem_words(problem: Problem, language: Language) -> str:
    """Say what is wrong and what to do."""
    cause = catalogue().find(problem.cause)
    return f"{cause.what(language, problem.params)} {cause.do(language, problem.params)}"
