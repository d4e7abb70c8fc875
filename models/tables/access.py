"""Store who may sign in, what they did, and which applications may call."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Created, Hash, Id, Moment, Words


class User(Base):
    """Be one person who may sign in, with one role."""

    __tablename__ = "app_user"
    __table_args__ = (Index("uq_app_user_name", func.lower(text("name")), unique=True),)

    id: Mapped[Id]
    name: Mapped[Words]
    """What they sign in with; equal but for capitals is the same person."""
    email: Mapped[Words] = mapped_column(server_default="")
    role: Mapped[Words]
    """A models.words.Access."""
    language: Mapped[Words] = mapped_column(server_default="")
    """Empty: what the browser prefers."""
    password: Mapped[Words | None]
    """Argon2id in its own text form; None where only the identity provider signs them in."""
    must_change: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """The password was chosen by somebody else: nothing is open to them but choosing their own."""
    subject: Mapped[Words | None] = mapped_column(unique=True)
    """`issuer subject` of the identity provider, bound at the first sign-in."""
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    created_at: Mapped[Created]
    signed_in_at: Mapped[Moment | None]


class WebSession(Base):
    """Be one signed-in browser; the cookie's value stands nowhere."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_user", "user_id"), Index("ix_web_session_ends", "ends_at"))

    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("app_user.id", ondelete="CASCADE"))
    created_at: Mapped[Created]
    seen_at: Mapped[Created]
    ends_at: Mapped[Moment]
    """However busy: after this they sign in again."""


class SignIn(Base):
    """Keep one attempt to sign in, so that guessing is slowed down whichever process it meets."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_name", "name_hash", "at"),
        Index("ix_sign_in_address", "address_hash", "at"),
        Index("ix_sign_in_at", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Created]
    name_hash: Mapped[Hash]
    address_hash: Mapped[Hash]
    succeeded: Mapped[bool] = mapped_column(Boolean)


class ApiToken(Base):
    """Let one other application in, for what its scopes name; shown once, stored as a keyed hash."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    scopes: Mapped[list[Any]] = mapped_column(JSONB)
    created_by: Mapped[Words]
    created_at: Mapped[Created]
    ends_at: Mapped[Moment | None]
    used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]


class Audit(Base):
    """Append one row per action of a person or application: who, what, why, before and after, masked."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_subject", "subject_kind", "subject_id", "at"),
        Index("ix_audit_by", "by", "at"),
        Index("ix_audit_action", "action", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Created]
    by: Mapped[Words]
    via: Mapped[Words]
    """`page`, `api` or `command`."""
    action: Mapped[Words]
    """Stable and namespaced: `mapping.relink`, `user.add`."""
    subject_kind: Mapped[Words]
    subject_id: Mapped[Words]
    reason: Mapped[Words] = mapped_column(server_default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """Ids, states and names of fields; never a personal value."""
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    correlation_id: Mapped[UUID | None] = mapped_column(Uuid)
