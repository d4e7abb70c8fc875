"""Turn refresh tokens into access tokens, as an identity server does."""

import secrets
import time
from urllib.parse import parse_qs

from sandbox.common.http import Reply, Request, reply
from sandbox.nextens.settings import NextensOptions

#: What the office would find under Settings > Connections.
FIRST = "sandbox-refresh"


class Tokens:
    """Know which refresh and access tokens are good."""

    def __init__(self, options: NextensOptions) -> None:
        self.options = options
        self.refresh = {FIRST}
        self._before: dict[str, str] = {}
        self._live: dict[str, float] = {}

    def issue(self, request: Request) -> Reply:
        """Answer `POST /connect/token`."""
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return _refused("invalid_request")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        if (form.get("client_id"), form.get("client_secret")) != (self.options.client_id, self.options.client_secret):
            return _refused("invalid_client", 401)
        if form.get("grant_type") != "refresh_token":
            return _refused("unsupported_grant_type")
        given = form.get("refresh_token", "")
        if given not in self.refresh:
            return _refused("invalid_grant")
        return self._answer(self._follow_up(given))

    def _follow_up(self, given: str) -> str:
        """Return the refresh token to use next; what the given one replaced ends with its first use."""
        self.refresh.discard(self._before.pop(given, ""))
        if self.options.rotation == "none":
            return given
        following = secrets.token_hex(32)
        if self.options.rotation == "at_once":
            self.refresh.discard(given)
        else:
            self._before[following] = given
        self.refresh.add(following)
        return following

    def _answer(self, refresh: str) -> Reply:
        seconds, access = self.options.token_seconds, secrets.token_urlsafe(48)
        self._live[access] = time.monotonic() + seconds
        answer = {"access_token": access, "expires_in": seconds, "token_type": "Bearer", "refresh_token": refresh}
        return reply(answer, headers={"cache-control": "no-store"})

    def admits(self, header: str) -> bool:
        """Say whether the bearer may come in."""
        kind, _, token = header.partition(" ")
        return kind.lower() == "bearer" and time.monotonic() < self._live.get(token.strip(), 0.0)

    def revoke(self) -> None:
        """Make every access token worthless; refresh tokens stay good."""
        self._live.clear()

    def replace(self, refresh: list[str]) -> None:
        """Let the office withdraw every token and give out others, or none."""
        self.revoke()
        self._before.clear()
        self.refresh = set(refresh)


def _refused(words: str, status: int = 400) -> Reply:
    return reply({"error": words}, status)
