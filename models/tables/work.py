"""Store what was heard (inbox), what must be done (jobs) and what was read (snapshots)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Hash, Id, Moment, Sealed, Words
from models.words import JobState


class ChangeEvent(Base):
    """Keep one notice that something changed; partitioned by month of receipt."""

    __tablename__ = "change_event"
    __table_args__ = (
        Index("ix_change_event_record", "connection_id", "kind", "record_id", "received_at"),
        {"postgresql_partition_by": "RANGE (received_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=text("nextval('change_event_id')"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True, server_default=func.now())
    connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    origin: Mapped[Words]
    correlation_id: Mapped[UUID] = mapped_column(Uuid)
    saved_by: Mapped[Sealed | None]


class SyncJob(Base):
    """Be the one job of a source record and a link; a version says whether it has work."""

    __tablename__ = "sync_job"
    __table_args__ = (
        UniqueConstraint("link_id", "kind", "record_id"),
        Index(
            "ix_sync_job_due",
            "target_connection_id",
            "lane",
            "not_before",
            postgresql_where=text("state = 'due'"),
        ),
        Index("ix_sync_job_leased", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        Index("ix_sync_job_handed", "handed_until", postgresql_where=text("handed_until IS NOT NULL")),
        Index("ix_sync_job_held", "lane", postgresql_where=text("state = 'held'")),
        Index("ix_sync_job_age", "wanted_since", postgresql_where=text("state = 'due'")),
        Index("ix_sync_job_record", "source_connection_id", "kind", "record_id"),
    )

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id"))
    source_connection_id: Mapped[int] = mapped_column(BigInteger)
    target_connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default=JobState.DUE)
    lane: Mapped[Words]
    wanted: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    done: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    wanted_at: Mapped[Created]
    """Receipt of the newest event; a snapshot serves it only if its request started at or after this."""
    wanted_since: Mapped[Created]
    """Receipt of the oldest event not yet done: the age that health and the overview show."""
    not_before: Mapped[Created]
    handed_until: Mapped[Moment | None]
    """A wake-up was sent; the dispatcher sends another only after this."""
    lease_until: Mapped[Moment | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lost: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Leases in a row that ended without an outcome."""
    park_reason: Mapped[Words] = mapped_column(server_default="")
    correlation_id: Mapped[UUID] = mapped_column(Uuid)
    saved_by: Mapped[Sealed | None]


class Snapshot(Base):
    """Keep the newest whole record read from a source, encrypted under the record's own key."""

    __tablename__ = "snapshot"

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[Words] = mapped_column(primary_key=True)
    record_id: Mapped[Words] = mapped_column(primary_key=True)
    started_at: Mapped[Moment]
    """When the request that read it started (our clock)."""
    record_updated_at: Mapped[Moment | None]
    sealed: Mapped[Sealed]
    deleted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class SourceIdentifier(Base):
    """Index which source records carry which identifier, so doubles in the CRM are seen before a write."""

    __tablename__ = "source_identifier"
    __table_args__ = (Index("ix_source_identifier_record", "connection_id", "record_id"),)

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Words] = mapped_column(primary_key=True)
    identifier: Mapped[Words] = mapped_column(primary_key=True)
    value_hash: Mapped[Hash] = mapped_column(primary_key=True)
    record_id: Mapped[Words] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[Sealed]
    """The value under the record's own key, so that it can be hashed anew when master keys rotate."""


class SubjectKey(Base):
    """Hold the wrapped key of one record's personal data; destroying it erases them everywhere."""

    __tablename__ = "subject_key"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "record_id"),)

    id: Mapped[Id]
    connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    sealed: Mapped[Sealed | None]
    """None after erasure."""
    created_at: Mapped[Created]
