"""Store connections, their tokens and cursors, and the links between them."""

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Hash, Id, Json, Moment, Sealed, Words
from models.words import ConnectionState


class Connection(Base):
    """Be one configured link to one outside system, with encrypted credentials and a state."""

    __tablename__ = "connection"

    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    system: Mapped[Words]
    base_url: Mapped[Words]
    options: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    limits: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    credentials: Mapped[Sealed]
    hook_secrets: Mapped[Sealed | None]
    hook_token_hash: Mapped[Hash | None] = mapped_column(unique=True)
    hook_token: Mapped[Sealed | None]
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    state: Mapped[Words] = mapped_column(server_default=ConnectionState.ACTIVE)
    state_reason: Mapped[Words] = mapped_column(server_default="")
    state_since: Mapped[Created]
    next_probe_at: Mapped[Moment | None]
    probes: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    throttled_until: Mapped[Moment | None]
    """Set by an answer that named a limit; jobs of this connection wait until then."""
    clock_offset_seconds: Mapped[float | None] = mapped_column(Float)
    """Vendor's clock minus ours, learnt from our own writes; None until then."""
    next_poll_at: Mapped[Moment | None]
    created_at: Mapped[Created]


class ConnectionToken(Base):
    """Hold the one current access token of a connection and the lease of whoever refreshes it."""

    __tablename__ = "connection_token"

    connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[Sealed | None]
    """Access token, and the newest refresh token where the vendor rotates it."""
    expires_at: Mapped[Moment | None]
    generation: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lease_until: Mapped[Moment | None]


class Cursor(Base):
    """Remember how far one named reading of a connection has come."""

    __tablename__ = "cursor"

    connection_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[Words] = mapped_column(primary_key=True)
    """`poll:relation`, `backfill:relation`, ..."""
    value: Mapped[Words]
    updated_at: Mapped[Created]


class Link(Base):
    """Join a source connection to a target connection by rules."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_source", "source_id"),)

    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    source_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("connection.id"))
    target_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("connection.id"))
    rules: Mapped[Json]
    """The link's block of the configuration file, by record kind: `{"relations": {...}}`."""
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    created_at: Mapped[Created]


class BudgetBlock(Base):
    """Record a committed share of an hour or day allowance, so that losing Redis cannot spend it twice."""

    __tablename__ = "budget_block"
    __table_args__ = (
        Index("ix_budget_block_window", "connection_id", "window", "closed_at"),
        UniqueConstraint("connection_id", "window", "number"),
    )

    id: Mapped[Id]
    connection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("connection.id", ondelete="CASCADE"))
    window: Mapped[Words]
    number: Mapped[int] = mapped_column(BigInteger)
    calls: Mapped[int] = mapped_column(Integer)
    drawn_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    """None while calls may still be granted from it; it then counts in full."""
