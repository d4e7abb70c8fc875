"""Store what the overview and its plots show, counted once a minute, so that no page ever counts the log."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Moment, Words


class Pulse(Base):
    """Sum up one minute of one link's attempts."""

    __tablename__ = "pulse"
    __table_args__ = (Index("ix_pulse_minute", "minute"),)

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[Moment] = mapped_column(primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    written: Mapped[int] = mapped_column(Integer)
    """Attempts that created or updated something in the target."""
    failed: Mapped[int] = mapped_column(Integer)
    """Attempts that ended as issue or review."""
    source_calls: Mapped[int] = mapped_column(Integer)
    target_calls: Mapped[int] = mapped_column(Integer)
    waited_p50_ms: Mapped[int | None] = mapped_column(BigInteger)
    """From hearing of a change until its outcome; None when nothing was written."""
    waited_p95_ms: Mapped[int | None] = mapped_column(BigInteger)


class BudgetSample(Base):
    """Note what one window of a connection's calls had left at one minute."""

    __tablename__ = "budget_sample"
    __table_args__ = (Index("ix_budget_sample_minute", "minute"),)

    connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    window: Mapped[Words] = mapped_column(primary_key=True)
    minute: Mapped[Moment] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(Integer)
    left: Mapped[int] = mapped_column(Integer)


class LinkTally(Base):
    """Count one link's relations as they stood at one moment; each is in exactly one of the four."""

    __tablename__ = "link_tally"

    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("link.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[Created]
    in_sync: Mapped[int] = mapped_column(Integer)
    """Mapped, with nothing left to do and nothing wrong."""
    waiting: Mapped[int] = mapped_column(Integer)
    """With a change that was heard of and not yet worked on."""
    wrong: Mapped[int] = mapped_column(Integer)
    """Held, or with an open issue or review."""
    excluded: Mapped[int] = mapped_column(Integer)
    """Known, and not taking part."""
    oldest: Mapped[Moment | None]
    """Since when the oldest of the waiting ones waits."""
