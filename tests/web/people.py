"""Sign people in as a browser does, and send forms with the token that their pages carry."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import requests

from models.database import Sessions
from models.tables import ApiToken, User
from models.vault import Vault
from models.words import Access
from web.access import callers
from web.access.sessions import csrf_of, open_session


class Opened(Protocol):
    """Be the runtime of any process."""

    @property
    def sessions(self) -> Sessions:
        """Open database sessions."""

    @property
    def vault(self) -> Vault:
        """Return the keys."""


@dataclass
class Browser:
    """Be one signed-in browser."""

    url: str
    token: str
    name: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Keep the cookie."""
        self.session.headers["cookie"] = f"boekbrug={self.token}"

    def get(self, path: str, **more: Any) -> requests.Response:
        """Open a page; redirects are followed."""
        return self.session.get(self.url + path, timeout=15, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        """Send a form; where it leads is for the test to see."""
        filled = {"csrf": csrf_of(self.token), **(data or {})}
        return self.session.post(self.url + path, data=filled, timeout=15, allow_redirects=False, **more)


def sign_in(runtime: Opened, url: str, role: Access, name: str = "") -> Browser:
    """Add a user of a role, without a password, and open a session for them."""
    name = name or f"{role.value}-{uuid4().hex[:8]}"
    with runtime.sessions.begin() as session:
        user = User(name=name, role=role)
        session.add(user)
        session.flush()
        token = open_session(session, runtime.vault, user.id)
    return Browser(url, token, name)


def api_headers(runtime: Opened, *scopes: str) -> dict[str, str]:
    """Make an API token and return the headers that carry it."""
    token = f"test-token-{uuid4().hex}"
    with runtime.sessions.begin() as session:
        stored = runtime.vault.hash(callers.HASH, token)
        session.add(ApiToken(name=token[-8:], token_hash=stored, scopes=list(scopes), created_by="test"))
    return {"authorization": f"Bearer {token}"}
