"""Store what the CRM's users are told when a sync fails: message, checkbox and mail."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Moment, Sealed, Words
from models.words import Box, MailState


class Feedback(Base):
    """Hold what must be told of one record's failed sync, and what stands in the CRM already."""

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_record", "connection_id", "kind", "record_id"),)

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Words] = mapped_column(primary_key=True)
    record_id: Mapped[Words] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(BigInteger)
    """The CRM."""
    failed: Mapped[bool] = mapped_column(Boolean)
    """Whether the last attempt failed; False takes back what was told."""
    untick: Mapped[bool] = mapped_column(Boolean)
    """Whether the box is to be unticked: nothing was written."""
    box: Mapped[Words] = mapped_column(server_default=Box.AS_LEFT)
    content: Mapped[Sealed]
    """Digest of the record as it failed, under its own key."""
    messages: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    """Ids of our messages on the timeline, newest last; more than one only while one replaces the other."""
    told: Mapped[Sealed | None]
    """Text of the newest message, under the record's own key."""
    updated_at: Mapped[Created]


class Mail(Base):
    """Be one mail on its way: at most once, because `handed` is committed before it leaves."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_waiting", "not_before", postgresql_where=text("state = 'waiting'")),
        Index("ix_mail_record", "connection_id", "kind", "record_id"),
        Index("ix_mail_created", "created_at"),
        Index("ix_mail_refused", "created_at", "id", postgresql_where=text("state = 'refused'")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    """It becomes the Message-ID."""
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Words]
    record_id: Mapped[Words]
    """Empty when it is about a connection."""
    sealed: Mapped[Sealed]
    """`{"to", "subject", "text"}`, under the record's own key, or the master key where there is no record."""
    state: Mapped[Words] = mapped_column(server_default=MailState.WAITING)
    reason: Mapped[Words] = mapped_column(server_default="")
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    not_before: Mapped[Created]
    created_at: Mapped[Created]
    handed_at: Mapped[Moment | None]
