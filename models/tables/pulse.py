"""Store what plots show, a row a minute, so that no page ever counts the log."""

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Moment, Words


class Pulse(Base):
    """Sum up one minute of one link's attempts."""

    __tablename__ = "pulse"

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

    connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    window: Mapped[Words] = mapped_column(primary_key=True)
    minute: Mapped[Moment] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(Integer)
    left: Mapped[int] = mapped_column(Integer)
