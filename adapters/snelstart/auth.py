"""Fetch SnelStart's access token with the customer's koppelsleutel, and head every call with both keys."""

from collections.abc import Callable, Mapping

import requests

from adapters.base import ConnectionInfo
from adapters.errors import Unauthorised, Unavailable
from adapters.http import call_unbudgeted
from adapters.snelstart.bodies import object_of
from adapters.snelstart.options import Options
from adapters.tokens import TokenGrant

LIFE_SECONDS = 3599
"""Life of a token when the answer does not name one (facts/snelstart.md section 1)."""

Current = Callable[[Callable[[str | None], TokenGrant], bool], str]
"""TokenStore.current: keeps one token per connection in PostgreSQL and lets one process refresh it."""


class SnelStartAuth:
    """Be the Auth of one connection: subscription key of the integrator, token of the administration."""

    def __init__(self, info: ConnectionInfo, options: Options, current: Current) -> None:
        self._info = info
        self._options = options
        self._current = current

    def headers(self, refresh: bool) -> Mapping[str, str]:
        """Return the two headers of every call. Raises Unauthorised, Unavailable, Throttled."""
        key = self._credential("subscription_key")
        return {"Authorization": f"Bearer {self.token(refresh)}", "Ocp-Apim-Subscription-Key": key}

    def token(self, refresh: bool = False) -> str:
        """Return the access token, fetched anew when it is old or known to be refused."""
        return self._current(self._fetch, refresh)

    def _fetch(self, _refresh_token: str | None) -> TokenGrant:
        """Ask for a token; SnelStart has no refresh tokens, the koppelsleutel is sent each time."""
        key = self._credential("connection_key")
        form = {"grant_type": "clientkey", "clientkey": key}
        seconds = self._options.token_seconds
        response = call_unbudgeted(self._info, "POST", self._options.token_url, data=form, seconds=seconds)
        return _grant(response, key)

    def _credential(self, name: str) -> str:
        value = self._info.credentials.get(name)
        if not value:
            raise Unauthorised(f"the connection has no {name}")
        return value


def _grant(response: requests.Response, key: str) -> TokenGrant:
    """Read the answer; a bad koppelsleutel gives 400 with `error`, and clients in use treat 401 alike."""
    body = object_of(response)
    if response.status_code in {400, 401, 403}:
        words = str(body.get("error") or "").replace(key, "…")[:200]
        raise Unauthorised(words or f"token address answered {response.status_code}")
    token = body.get("access_token")
    if response.status_code != 200 or not isinstance(token, str) or not token:
        raise Unavailable(f"token address answered {response.status_code} without a token")
    return TokenGrant(token, _seconds(body.get("expires_in")), None)


def _seconds(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return LIFE_SECONDS
