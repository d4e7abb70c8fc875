"""Fetch SnelStart's access token with the customer's koppelsleutel, and head every call with both keys."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import requests

from adapters.base import ConnectionInfo
from adapters.errors import AdapterError, Throttled, Unauthorised, Unavailable
from adapters.snelstart.bodies import object_of
from adapters.snelstart.options import Options
from adapters.tokens import TokenGrant

LIFE_SECONDS = 3599
"""Life of a token when the answer does not name one (facts/snelstart.md section 1)."""

WAIT_SECONDS = 30
"""Pause when the token address refuses for a limit without saying how long."""

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
        return {
            "Authorization": f"Bearer {self.token(refresh)}",
            "Ocp-Apim-Subscription-Key": self._credential("subscription_key"),
        }

    def token(self, refresh: bool = False) -> str:
        """Return the access token, fetched anew when it is old or known to be refused."""
        return self._current(self._fetch, refresh)

    def _fetch(self, _refresh_token: str | None) -> TokenGrant:
        """Ask for a token; SnelStart has no refresh tokens, the koppelsleutel is sent each time."""
        key = self._credential("connection_key")
        form = {"grant_type": "clientkey", "clientkey": key}
        try:
            response = requests.post(
                self._options.token_url,
                data=form,
                headers={"Accept": "application/json"},
                timeout=self._options.timeout_seconds,
                allow_redirects=False,  # a redirect could carry the koppelsleutel to another host
            )
        except requests.RequestException as error:
            raise Unavailable(f"token address: {type(error).__name__}") from None
        return _grant(response, key)

    def _credential(self, name: str) -> str:
        value = self._info.credentials.get(name)
        if not value:
            raise Unauthorised(f"the connection has no {name}")
        return value


def _grant(response: requests.Response, key: str) -> TokenGrant:
    body = object_of(response)
    if response.status_code != 200:
        raise _refusal(response, str(body.get("error") or "").replace(key, "…"))
    token = body.get("access_token")
    if not isinstance(token, str) or not token:
        raise Unavailable("token address: an answer without a token")
    life = body.get("expires_in")
    return TokenGrant(token, int(life) if isinstance(life, int | float | str) else LIFE_SECONDS, None)


def _refusal(response: requests.Response, words: str) -> AdapterError:
    """Judge a refusal: a bad koppelsleutel gives 400 with `error`, and clients in use treat 401 alike."""
    if response.status_code in {400, 401, 403}:
        return Unauthorised(words[:200] or f"token address answered {response.status_code}")
    if response.status_code == 429:
        wait = response.headers.get("Retry-After", "")
        seconds = min(int(wait), 3600) if wait.isdigit() else WAIT_SECONDS
        return Throttled(datetime.now(UTC) + timedelta(seconds=seconds), "token address")
    return Unavailable(f"token address answered {response.status_code}")
