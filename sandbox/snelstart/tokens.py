"""Hand out and judge access tokens."""

import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from sandbox.common.http import Reply, Request, reply
from sandbox.snelstart.settings import SnelStartOptions


class Tokens:
    """Know which tokens are good, for how long and for what."""

    def __init__(self, options: SnelStartOptions) -> None:
        self.options = options
        self._live: dict[str, tuple[float, frozenset[str]]] = {}

    def issue(self, request: Request) -> Reply:
        """Answer `POST /b2b/token` for both grants."""
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return _refused("invalid_request: form body expected")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        grant = form.get("grant_type")
        if grant not in ("clientkey", "password"):
            return _refused("unsupported_grant_type")
        if not self._knows(form, grant):
            return _refused("The value of parameter clientkey is not valid.")
        return self._answer()

    def _knows(self, form: dict[str, str], grant: str) -> bool:
        name, password = self.options.username, self.options.password
        if grant == "password":
            return form.get("username") == name and form.get("password") == password
        return form.get("clientkey") == base64.b64encode(f"{name}:{password}".encode()).decode()

    def _answer(self) -> Reply:
        """Sign a new token and remember it."""
        seconds, scopes = self.options.token_seconds, self.options.scopes.split()
        claims = {"scopes": scopes, "exp": int(time.time()) + seconds, "jti": secrets.token_hex(8)}
        head = {"alg": "HS256", "typ": "JWT"}
        token = ".".join((_part(head), _part(claims), secrets.token_urlsafe(32)))
        self._live[token] = (time.monotonic() + seconds, frozenset(scopes))
        return reply({"access_token": token, "token_type": "bearer", "expires_in": seconds})

    def scopes(self, header: str) -> frozenset[str] | None:
        """Return what the bearer may do, None when the token is worthless."""
        kind, _, token = header.partition(" ")
        until, scopes = self._live.get(token.strip(), (0.0, frozenset[str]()))
        return scopes if kind.lower() == "bearer" and time.monotonic() < until else None

    def revoke(self) -> None:
        """Make every token worthless, long before its time."""
        self._live.clear()


def _refused(words: str) -> Reply:
    return reply({"error": words}, 400)


def _part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
