"""Read where mail is handed over from one setting, a URL."""

from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

Security = Literal["smtp", "smtps", "smtp+starttls"]
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
"""Schemes and where each is spoken when the URL names no port."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Hold a server's address and credentials."""

    security: Security
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: SecretStr) -> "MailServer":
        """Read an address of the form `smtp://USER:...@HOST:PORT`. Raises ValueError, which never quotes it."""
        try:
            parts = urlsplit(url.get_secret_value().strip())
            port = parts.port
        except ValueError:
            raise ValueError("the mail server's URL cannot be read") from None
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"the mail server's URL is one of {', '.join(f'{name}://host' for name in PORTS)}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("the mail server's URL ends behind the port; write other characters of a password as %xx")
        if (parts.username is None) != (parts.password is None):
            raise ValueError("the mail server's URL has a user and a password, or neither")
        user, password = (unquote(value) if value else None for value in (parts.username, parts.password))
        if not (user or "").isascii() or not (password or "").isascii():
            raise ValueError("the mail server's user and password may hold ASCII characters only")
        return cls(cast("Security", parts.scheme), parts.hostname, port or PORTS[parts.scheme], user, password)
