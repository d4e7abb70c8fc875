"""Hold everything one run of one job needs, opened once and handed around."""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from adapters import registry
from adapters.base import ConnectionInfo, Source, Target, TargetRecord
from adapters.outside import Outside
from models.records import Problem, Relation
from models.tables import Connection, Link
from models.vault import Erased, Subject
from models.words import ConnectionState, Kind, Lane
from sync.config.loading import connection_info
from sync.config.rules import RelationRules
from sync.erasing import renewed_subject
from sync.jobs import Lease
from sync.planning import Rules
from sync.rules import field_rules, relation_rules
from sync.subjects import subject_of
from sync.traces import Record
from sync.wishes import wishes


@dataclass
class Work:
    """Carry a lease with its link, both connections and what was met on the way."""

    outside: Outside
    lease: Lease
    link: Link
    source_info: ConnectionInfo
    target_info: ConnectionInfo
    target_state: ConnectionState
    source_state: ConnectionState
    books_system: str = ""
    """System of the link's target, also where this job calls the CRM."""
    enabled: bool = True
    """Whether link and both connections are switched on; a job that was due before may not run on."""
    undo: bool = False
    """Whether somebody asked to have former values of this record put back in the target."""
    standing: set[tuple[str, str, str]] = field(default_factory=set)
    """(role, cause, field) of every issue met in this run; the others are cured."""
    relation: Relation | None = None
    """The record as it was parsed; None where this run decides nothing about it."""
    failures: list[Problem] = field(default_factory=list)
    """Blocking problems met in this run."""
    wrote: bool = False
    """Whether the target took a write in this run."""
    searched: dict[str, TargetRecord] = field(default_factory=dict)
    """What a search in this run found, whole, so that it is not read again."""
    as_before: bool = False
    """Whether this run leaves everything as an earlier one judged it."""
    label: bytes | None = None
    url: str = ""
    logged_calls: tuple[int, int] = (0, 0)
    """Calls that stand in the log already: a job with two roles writes two rows."""
    clock: float = field(default_factory=time.monotonic)

    @classmethod
    def open(cls, session: Session, outside: Outside, lease: Lease) -> "Work":
        """Load link and connections in the transaction that takes the lease."""
        link = session.get_one(Link, lease.link_id)
        source = session.get_one(Connection, link.source_id)
        # Feedback goes to the CRM: for it, the CRM is what must answer and whose budget is used.
        target = session.get_one(Connection, lease.target_connection_id)
        return cls(
            outside,
            lease,
            link,
            connection_info(source, outside.vault),
            connection_info(target, outside.vault),
            ConnectionState(target.state),
            ConnectionState(source.state),
            session.get_one(Connection, link.target_id).system,
            enabled=link.enabled and source.enabled and target.enabled,
            undo=bool(wishes(session, target.id, source.id, lease.kind, lease.record_id)),
        )

    @cached_property
    def source(self) -> Source:
        """Open the CRM in the job's lane."""
        return registry.open_source(self.source_info, self.outside, self.lane)

    @cached_property
    def target(self) -> Target:
        """Open the books in the job's lane."""
        return registry.open_target(self.target_info, self.outside, self.lane)

    @cached_property
    def rules(self) -> RelationRules:
        """Read the link's rules for relations."""
        return relation_rules(self.link.rules)

    @cached_property
    def raw_rules(self) -> dict[str, Any]:
        """Hand the whole block to the adapters, that read their own part of it."""
        return self.rules.model_dump()

    @cached_property
    def field_rules(self) -> Rules:
        """Read who wins which field."""
        return field_rules(self.rules)

    @property
    def lane(self) -> Lane:
        """Return the lane of the job's calls."""
        return self.lease.lane

    @property
    def owner(self) -> tuple[int, str]:
        """Name the source record across all links: its connection and id."""
        return (self.source_info.id, self.lease.record_id)

    @property
    def calls(self) -> tuple[int, int]:
        """Count the calls made so far, on the CRM's side and on the books'."""
        opened = self.__dict__
        return (
            self.source.calls if "source" in opened else 0,
            self.target.calls if "target" in opened else 0,
        )

    @property
    def elapsed_ms(self) -> int:
        """Tell how long this run has taken."""
        return int((time.monotonic() - self.clock) * 1000)

    @cached_property
    def subject(self) -> Subject:
        """Return the key of the record's personal data, committed before anything is sealed under it.

        Asked for only where the record takes part: one that was erased and is ticked again gets a key of its own.
        """
        source = self.source_info
        with self.outside.sessions.begin() as session:
            try:
                return subject_of(session, self.outside.vault, source.id, self.kind, self.lease.record_id)
            except Erased:
                record = Record(source.id, source.name, self.kind, self.lease.record_id)
                return renewed_subject(session, self.outside.vault, record)

    @property
    def kind(self) -> Kind:
        """Return the kind of record this job is about."""
        return self.lease.kind.about

    def met(self, problem: Problem, role: str = "") -> None:
        """Note that an issue stands, so that it is not closed as cured."""
        self.standing.add((role, problem.cause, problem.field))
        if problem.blocking:
            self.failures.append(problem)
