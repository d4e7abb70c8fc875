"""Go through the stored records of a source and tell which take part in a link, without any call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from adapters import registry
from adapters.base import Source, SourceRecord, Target
from adapters.outside import Outside
from models.records import Problem, Relation
from models.tables import Connection, Link, Snapshot
from models.vault import Unreadable
from models.words import Kind, Lane, Role
from sync import snapshots, twins
from sync.checks import check, stopping
from sync.config.loading import connection_info
from sync.config.rules import RelationRules
from sync.rules import relation_rules

BATCH = 500
Problems = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Hold a link with both its ends opened in one lane."""

    link: Link
    rules: RelationRules
    source: Source
    target: Target

    @classmethod
    def open(cls, outside: Outside, link_name: str, lane: Lane = Lane.BULK) -> "Sides":
        """Open a link by its name. Raises LookupError."""
        with outside.sessions.begin() as session:
            link = session.scalar(select(Link).where(Link.name == link_name))
            if link is None:
                raise LookupError(link_name)
            ends = [session.get_one(Connection, one) for one in (link.source_id, link.target_id)]
            infos = [connection_info(one, outside.vault) for one in ends]
        source = registry.open_source(infos[0], outside, lane)
        return cls(link, relation_rules(link.rules), source, registry.open_target(infos[1], outside, lane))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold one stored relation as it would be synchronised."""

    relation: Relation
    problems: Problems

    @property
    def blocked(self) -> bool:
        """Tell whether something stops every role."""
        return not self.relation.roles or any(problem.blocking for problem in self.problems)


def part_of(rules: RelationRules, relation: Relation) -> bool:
    """Tell whether the link's checkbox is ticked; a link without one takes everything that is active."""
    return relation.active if rules.flag is None else relation.flags.get(rules.flag, False)


CLIENT = frozenset({Role.CUSTOMER})
"""Every client of a target that knows no debtors and creditors."""


def judge(target: Target, rules: RelationRules, parsed: Relation) -> tuple[Relation, Problems]:
    """Check a relation as this target takes it."""
    relation, problems = check(parsed)
    if target.roles_share_record and not rules.roles:
        relation = replace(relation, roles=CLIENT)
    return relation, tuple(stopping(one) for one in problems) if target.strict else problems


def batches(outside: Outside, sides: Sides) -> Iterator[list[Candidate]]:
    """Yield the relations that take part, some hundred at a time, in the order of their ids."""
    last = ""
    while True:
        with outside.sessions.begin() as session:
            ids = list(
                session.scalars(
                    select(Snapshot.record_id)
                    .where(
                        Snapshot.connection_id == sides.source.info.id,
                        Snapshot.kind == Kind.RELATION,
                        Snapshot.deleted.is_(False),
                        Snapshot.record_id > last,
                    )
                    .order_by(Snapshot.record_id)
                    .limit(BATCH)
                )
            )
        if not ids:
            return
        last = ids[-1]
        yield list(_parse(sides, load_many(outside, sides.source.info.id, ids)))


def load_many(outside: Outside, connection_id: int, ids: Sequence[str]) -> list[SourceRecord]:
    """Open many snapshots; erased ones are left out."""
    with outside.sessions.begin() as session:
        return snapshots.load_many(session, outside.vault, connection_id, Kind.RELATION, ids)


def _parse(sides: Sides, records: Sequence[SourceRecord]) -> Iterator[Candidate]:
    raw_rules = sides.rules.model_dump()
    for record in records:
        try:
            parsed = sides.source.relation(record, raw_rules)
        except (ValueError, Unreadable):
            continue
        relation, problems = judge(sides.target, sides.rules, parsed)
        if part_of(sides.rules, relation):
            yield Candidate(relation, problems)


def remember_identities(outside: Outside, sides: Sides, found: Sequence[Candidate]) -> None:
    """Index the identifiers of many candidates, so that doubles are known before the first write."""
    identities = {
        one.relation.id: {
            role: replace(sides.target.identity(one.relation), crm_id=None) for role in one.relation.roles
        }
        for one in found
    }
    with outside.sessions.begin() as session:
        twins.remember(session, outside.vault, sides.link.id, sides.source.info.id, identities)


def roles_in(target: Target, relation: Relation) -> list[Role]:
    """Return the roles to write; one when the target keeps both in one record."""
    roles = sorted(relation.roles)
    return roles[:1] if target.roles_share_record else roles
