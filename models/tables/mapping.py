"""Store which source record is which target record, and how that came about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Index, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Hash, Id, Json, Moment, Sealed, Words
from models.words import MappingState

NUMBER = text("COALESCE(target_number, '')")
"""With its length before it, numbers sort as numbers do and those without stand first."""


class RelationMapping(Base):
    """Tie a source record in a role to a target record, with what the target holds since our last write."""

    __tablename__ = "relation_mapping"
    __table_args__ = (
        UniqueConstraint("target_connection_id", "source_connection_id", "kind", "source_id", "role"),
        Index(
            "uq_relation_mapping_target",
            "target_connection_id",
            "kind",
            "role",
            "target_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_relation_mapping_link", "link_id", "state"),
        Index("ix_relation_mapping_source", "source_id", "id"),
        Index("ix_relation_mapping_target", "target_id"),
        Index("ix_relation_mapping_number", func.length(NUMBER), NUMBER, "id"),
        Index("ix_relation_mapping_written", "updated_at", "id"),
        Index("ix_relation_mapping_matched", "matched_by", "id"),
        Index("ix_relation_mapping_decided", "decided_by", "id"),
    )

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id"))
    source_connection_id: Mapped[int] = mapped_column(BigInteger)
    target_connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    source_id: Mapped[Words]
    role: Mapped[Words]
    target_id: Mapped[Words]
    target_number: Mapped[Words | None]
    state: Mapped[Words] = mapped_column(server_default=MappingState.ACTIVE)
    matched_by: Mapped[Words]
    """`kvk`, `vat`, `relation_number`, `created`, `adopted`, `person`."""
    evidence: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """Which identifiers agreed, by name; never their values."""
    decided_by: Mapped[Words] = mapped_column(server_default="boekbrug")
    base: Mapped[Sealed | None]
    """Per owned field what we sent and what the target answered: `{field: [sent, answered]}`."""
    refused: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Optional fields that the target refused, unchanged in the CRM since: `[{"cause", "field", "params"}]`."""
    label: Mapped[Sealed | None]
    """The relation's name, under its own key, for people."""
    created_at: Mapped[Created]
    updated_at: Mapped[Created]
    """When the target's record was last written or found equal."""

    @property
    def record_id(self) -> str:
        """Name the source record as issues and reviews do."""
        return self.source_id


class MappingHistory(Base):
    """Append what happened to a mapping, with the values before and after, encrypted, so it can be undone."""

    __tablename__ = "mapping_history"
    __table_args__ = (Index("ix_mapping_history_mapping", "mapping_id", "at"),)

    id: Mapped[Id]
    mapping_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("relation_mapping.id", ondelete="CASCADE"))
    at: Mapped[Created]
    event: Mapped[Words]
    by: Mapped[Words] = mapped_column(server_default="boekbrug")
    correlation_id: Mapped[UUID | None] = mapped_column(Uuid)
    target_id: Mapped[Words]
    sealed: Mapped[Sealed | None]
    """`{"before": fields, "after": fields}`."""


class Claim(Base):
    """Reserve an identifier for one source record in one target and role, before the create that needs it."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_owner", "target_connection_id", "source_connection_id", "source_id"),)

    target_connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    role: Mapped[Words] = mapped_column(primary_key=True)
    """A role, or `*` for what is unique over all of them (the target's number)."""
    identifier: Mapped[Words] = mapped_column(primary_key=True)
    value_hash: Mapped[Hash] = mapped_column(primary_key=True)
    source_connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    source_id: Mapped[Words]
    intent_id: Mapped[UUID | None] = mapped_column(Uuid)
    sealed: Mapped[Sealed]
    """The value under the owner's own key, so that it can be hashed anew when master keys rotate."""
    created_at: Mapped[Created]


class WriteIntent(Base):
    """Record a write before it is sent; an open one must be settled before the record is written again."""

    __tablename__ = "write_intent"
    __table_args__ = (
        Index(
            "uq_write_intent_open",
            "target_connection_id",
            "source_connection_id",
            "kind",
            "source_id",
            "role",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_write_intent_record", "target_connection_id", "source_connection_id", "source_id"),
        Index("ix_write_intent_settled", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    job_id: Mapped[int] = mapped_column(BigInteger)
    fence: Mapped[int] = mapped_column(BigInteger)
    target_connection_id: Mapped[int] = mapped_column(BigInteger)
    source_connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    source_id: Mapped[Words]
    role: Mapped[Words]
    operation: Mapped[Words]
    """`create` or `update`."""
    number: Mapped[int | None] = mapped_column(BigInteger)
    """The target's unique number, reserved here; every retry re-sends the same one."""
    target_id: Mapped[Words | None]
    sealed: Mapped[Sealed]
    """The fields that were sent."""
    state: Mapped[Words] = mapped_column(server_default="open")
    """`open`, `done`, `refused` (nothing was written), `absent` (located: it never landed), `taken` (refused because
    the number is a stranger's)."""
    opened_at: Mapped[Created]
    locate_at: Mapped[Moment]
    """Deadline plus settle time: before this a late write may still land."""
    settled_at: Mapped[Moment | None]


class NumberRange(Base):
    """Hand out numbers of our own range in one target; a number is used at most once."""

    __tablename__ = "number_range"

    target_connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    next_number: Mapped[int] = mapped_column(BigInteger)


class TargetIndex(Base):
    """Tell how fresh the local index of a target is, and who is refreshing it."""

    __tablename__ = "target_index"

    connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    fresh_at: Mapped[Moment | None]
    """Start of the request of the last complete refresh; None before the first."""
    full_at: Mapped[Moment | None]
    """Start of the last complete reading of everything; None asks for one at the next refresh."""
    seen_modified: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    """Highest modification moment seen, in the vendor's clock."""
    bulk_left: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lease_until: Mapped[Moment | None]


class TargetEntry(Base):
    """Index one record of a target: what is needed to match and compare, nothing personal in the clear."""

    __tablename__ = "target_entry"
    __table_args__ = (
        Index("ix_target_entry_number", "connection_id", "number"),
        Index("ix_target_entry_modified", "connection_id", "modified_on"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    target_id: Mapped[Words] = mapped_column(primary_key=True)
    roles: Mapped[list[Any]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(Boolean)
    number: Mapped[Words | None]
    modified_on: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))


class TargetIdentifier(Base):
    """Find target records by the keyed hash of an identifier."""

    __tablename__ = "target_identifier"
    __table_args__ = (Index("ix_target_identifier_entry", "connection_id", "target_id"),)

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    identifier: Mapped[Words] = mapped_column(primary_key=True)
    value_hash: Mapped[Hash] = mapped_column(primary_key=True)
    target_id: Mapped[Words] = mapped_column(primary_key=True)
