"""Store what a person wants put back in a target, until the record's job has done it."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Sealed, Words


class Undo(Base):
    """Be one wish to put former values back; removed in the transaction that records what became of it."""

    __tablename__ = "undo"

    mapping_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("relation_mapping.id", ondelete="CASCADE"), primary_key=True
    )
    """One at a time per tie: a second wish would be judged by what the first is about to change."""
    log_id: Mapped[int] = mapped_column(BigInteger)
    """The row of the log whose write is undone."""
    target_id: Mapped[Words]
    """The record it was asked for; a tie that moved since is left alone."""
    sealed: Mapped[Sealed]
    """`{field: [sent, seen, former]}` under the record's own key: what the CRM last sent, what stood in the target
    when it was asked, and what is put back."""
    by: Mapped[Words]
    reason: Mapped[Words]
    correlation_id: Mapped[UUID] = mapped_column(Uuid)
    asked_at: Mapped[Created]
