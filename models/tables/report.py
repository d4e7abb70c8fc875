"""Store what people read: the log of attempts, issues, reviews and reconciliation reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Id, Json, Moment, Sealed, Words

WAITING = "decision IS NULL AND superseded_at IS NULL"
"""A review that waits for a person."""


class SyncLog(Base):
    """Append one row per attempt: plan, calls, outcome and duration; partitioned by month."""

    __tablename__ = "sync_log"
    __table_args__ = (
        Index("ix_sync_log_record", "link_id", "kind", "record_id", "at"),
        Index("ix_sync_log_correlation", "correlation_id", "at"),
        Index("ix_sync_log_at", "at"),
        Index("ix_sync_log_outcome", "outcome", "at"),
        Index("ix_sync_log_link", "link_id", "at"),
        Index("ix_sync_log_choice", "link_id", "kind", "outcome", "at"),
        Index("ix_sync_log_feedback", "outcome", "at", postgresql_where=text("kind = 'relation_feedback'")),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=text("nextval('sync_log_id')"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True, server_default=func.now())
    link_id: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    role: Mapped[Words] = mapped_column(server_default="")
    outcome: Mapped[Words]
    reason: Mapped[Words] = mapped_column(server_default="")
    fields: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Names of the fields that the plan changes."""
    sealed: Mapped[Sealed | None]
    """The plan with its values before and after."""
    source_calls: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    target_calls: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    duration_ms: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    waited_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """From receipt of the oldest event to this outcome."""
    target_id: Mapped[Words | None]
    correlation_id: Mapped[UUID] = mapped_column(Uuid)


class Issue(Base):
    """Hold one cause at one record that needs somebody; closes itself when cured."""

    __tablename__ = "issue"
    __table_args__ = (
        Index(
            "uq_issue_open",
            "link_id",
            "kind",
            "record_id",
            "role",
            "cause",
            "field",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_issue_open_cause",
            "link_id",
            "cause",
            "field",
            "id",
            postgresql_include=["record_id", "opened_at", "ignored_at", "blocking"],
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_issue_record", "link_id", "kind", "record_id", "opened_at"),
        Index("ix_issue_closed", "closed_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
    )

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id"))
    kind: Mapped[Words]
    record_id: Mapped[Words] = mapped_column(server_default="")
    """Empty when the cause is the connection's, not a record's."""
    role: Mapped[Words] = mapped_column(server_default="")
    cause: Mapped[Words]
    field: Mapped[Words] = mapped_column(server_default="")
    params: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    """Masked values for the cause's sentences, the vendor's words among them."""
    label: Mapped[Sealed | None]
    """The record's name, for people."""
    url: Mapped[Words] = mapped_column(server_default="")
    blocking: Mapped[bool] = mapped_column(server_default=text("true"))
    opened_at: Mapped[Created]
    seen_at: Mapped[Created]
    times: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    mailed_at: Mapped[Moment | None]
    """When a mail about it was queued; one per episode, however often it fails."""
    ignored_at: Mapped[Moment | None]
    """Since when nobody wants to see it; it stays open, and counts as wrong, until cured."""
    ignored_by: Mapped[Words] = mapped_column(server_default="")
    ignored_reason: Mapped[Words] = mapped_column(server_default="")
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[Words] = mapped_column(server_default="")


class Review(Base):
    """Hold one doubtful match with its evidence until a person decides; the decision is remembered."""

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_record",
            "link_id",
            "kind",
            "record_id",
            "role",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_review_record", "link_id", "kind", "record_id", "opened_at"),
        Index("ix_review_open", "opened_at", "id", postgresql_where=text(WAITING)),
        Index("ix_review_open_link", "link_id", "opened_at", "id", postgresql_where=text(WAITING)),
        Index("ix_review_open_reason", "reason", "opened_at", "id", postgresql_where=text(WAITING)),
        Index("ix_review_decided", "decided_at", "id", postgresql_where=text("decision IS NOT NULL")),
    )

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id"))
    kind: Mapped[Words]
    record_id: Mapped[Words]
    role: Mapped[Words]
    reason: Mapped[Words]
    """Code of a models.causes.Cause."""
    candidates: Mapped[list[Any]] = mapped_column(JSONB)
    """`[{"target_id" or "source_id", "evidence": {"kvk": "agrees", ...}}]`; values stand nowhere."""
    label: Mapped[Sealed | None]
    opened_at: Mapped[Created]
    decision: Mapped[Words | None]
    """`use`, `create` or `never`."""
    decided_target_id: Mapped[Words | None]
    decided_by: Mapped[Words | None]
    decided_at: Mapped[Moment | None]
    superseded_at: Mapped[Moment | None]


class Reconciliation(Base):
    """Keep the report of one comparison of both sides."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index("ix_reconciliation_link", "link_id", "started_at"),)

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id"))
    started_at: Mapped[Created]
    finished_at: Mapped[Moment | None]
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    findings: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    """`[{"finding", "record_id", "role", "target_id", "fields"}]`, ids and names of fields only."""
    read: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Records of the CRM that were read so far, out of `of` where the CRM says how many there are."""
    of: Mapped[int | None] = mapped_column(Integer)


class Erasure(Base):
    """Keep the receipt of one erasure: which record, when, by whom and how much went; nothing of the person."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index("ix_erasure_record", "connection_id", "kind", "record_id", "at"),
        Index("ix_erasure_at", "at"),
    )

    id: Mapped[Id]
    connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    at: Mapped[Created]
    by: Mapped[Words]
    """Login name of who gave the command."""
    counts: Mapped[Json]
    """Table -> rows that were removed or emptied."""
