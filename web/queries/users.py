"""Read who may sign in, where they are signed in, and which applications may call."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import ApiToken, User, WebSession

PAGE = 50


def list_users(session: Session, after: str = "") -> Sequence[User]:
    """Return a page of users by name, and one more where there is a next page."""
    lower = func.lower(User.name)
    return session.scalars(select(User).where(lower > func.lower(after)).order_by(lower).limit(PAGE + 1)).all()


def one_user(session: Session, user_id: int) -> User | None:
    """Return one user."""
    return session.get(User, user_id)


def sessions_of(session: Session, user_id: int) -> Sequence[WebSession]:
    """Return the newest open sessions of a user."""
    mine = select(WebSession).where(WebSession.user_id == user_id, WebSession.ends_at > func.now())
    return session.scalars(mine.order_by(WebSession.seen_at.desc()).limit(PAGE)).all()


def list_tokens(session: Session, before: int | None = None) -> Sequence[ApiToken]:
    """Return a page of API tokens, the newest first, and one more where there is a next page."""
    query = select(ApiToken).order_by(ApiToken.id.desc()).limit(PAGE + 1)
    return session.scalars(query if before is None else query.where(ApiToken.id < before)).all()
