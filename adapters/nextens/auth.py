"""Fetch Nextens' access token with the office's refresh token, which may change at each use."""

from collections.abc import Callable, Mapping

import requests

from adapters.base import ConnectionInfo
from adapters.errors import Unauthorised, Unavailable
from adapters.http import call_unbudgeted
from adapters.nextens.bodies import object_of
from adapters.nextens.options import Options
from adapters.tokens import TokenGrant

LIFE_SECONDS = 1800
"""Life of a token when the answer does not name one (facts/simplicate-nextens.md section 2.1)."""

NO_TOKEN = "no Nextens token: paste one with `boekbrug connect`"  # noqa: S105 - says that there is none

Current = Callable[[Callable[[str | None], TokenGrant], bool], str]
"""TokenStore.current: keeps one token per connection in PostgreSQL and lets one process refresh it."""


class NextensAuth:
    """Be the Auth of one connection: client id and secret of the installation, token of the office."""

    def __init__(self, info: ConnectionInfo, options: Options, current: Current) -> None:
        self._info = info
        self._options = options
        self._current = current

    def headers(self, refresh: bool) -> Mapping[str, str]:
        """Return the header of every call. Raises Unauthorised, Unavailable, Throttled."""
        return {"Authorization": f"Bearer {self._current(self._fetch, refresh)}"}

    def _fetch(self, refresh_token: str | None) -> TokenGrant:
        """Ask for a token; the answer's refresh token is committed before the new one is used."""
        if not refresh_token:
            raise Unauthorised(NO_TOKEN)
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credential("client_id"),
            "client_secret": self._credential("client_secret"),
            "refresh_token": refresh_token,
        }
        seconds = self._options.token_seconds
        response = call_unbudgeted(self._info, "POST", self._options.token_url, data=form, seconds=seconds)
        return _grant(response, (form["client_secret"], refresh_token))

    def _credential(self, name: str) -> str:
        value = self._info.credentials.get(name)
        if not value:
            raise Unauthorised(f"the connection has no {name}")
        return value


def _grant(response: requests.Response, secrets: tuple[str, ...]) -> TokenGrant:
    """Read the answer; `invalid_grant` says that the office's token is spent or withdrawn."""
    body = object_of(response)
    if 400 <= response.status_code < 500:
        words = str(body.get("error") or "")
        for secret in secrets:
            words = words.replace(secret, "…")
        raise Unauthorised(words[:200] or f"token address answered {response.status_code}")
    token, refresh = body.get("access_token"), body.get("refresh_token")
    if response.status_code != 200 or not isinstance(token, str) or not token:
        raise Unavailable(f"token address answered {response.status_code} without a token")
    return TokenGrant(token, _seconds(body.get("expires_in")), refresh if isinstance(refresh, str) else None)


def _seconds(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return LIFE_SECONDS
