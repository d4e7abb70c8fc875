"""Ask the office's identity provider who somebody is: OpenID Connect, code flow with PKCE, state and nonce.

What is begun stands sealed in a cookie of ten minutes, so any web process can finish it and none keeps anything.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.settings import Settings
from models.vault import Unreadable, Vault

CONTEXT = "oidc_flow"
LIFE_SECONDS = 600
"""Enough to sign in at a provider that asks for a telephone as well."""
TIMEOUT = (5.0, 10.0)
KNOWN_SECONDS = 300
"""How long a process trusts what the provider says of itself; its keys are fetched at each sign-in."""
LEEWAY_SECONDS = 60
"""By how much two clocks may differ."""
SCOPES = "openid profile email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures by a key pair; a shared secret or none at all would let whoever holds our settings write tokens."""
BACK = "/sign-in/oidc/back"


class Away(Exception):
    """Say that the provider does not answer, or not as a provider does."""


class NotProven(Exception):
    """Say that what came back proves nothing: another browser's, too late, altered, or refused there."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold who somebody is to the provider: a subject that never changes, and what else it says of them."""

    subject: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """Hold where the browser goes, and what it must bring back."""

    url: str
    cookie: str


def begin(settings: Settings, vault: Vault, back: str) -> Begun:
    """Begin a sign-in; `back` is where it leads in the end. Raises Away."""
    about = _provider(settings)
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    sealed = vault.seal_json({**kept, "back": back, "at": time.time()}, CONTEXT)
    with _client(settings, about) as client:
        url, _ = client.create_authorization_url(
            about["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
        )
    return Begun(url, urlsafe_b64encode(sealed).decode())


def finish(settings: Settings, vault: Vault, cookie: str, state: str, code: str) -> tuple[Proof, str]:
    """Return who came back, and where they were going. Raises NotProven or Away."""
    kept = _kept(vault, cookie)
    if not code or not hmac.compare_digest(kept["state"].encode(), state.encode()):
        raise NotProven("not what was begun in this browser")
    about = _provider(settings)
    try:
        with _client(settings, about) as client:
            token = client.fetch_token(
                about["token_endpoint"], code=code, code_verifier=kept["verifier"], allow_redirects=False
            )
            keys = client.get(about["jwks_uri"], withhold_token=True, allow_redirects=False)
            keys.raise_for_status()
            claims = _claims(settings, about, token, kept["nonce"], keys.json())
    except requests.RequestException as error:
        raise Away(type(error).__name__) from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        raise NotProven(type(error).__name__) from error
    return Proof(f"{about['issuer']} {claims['sub']}", claims), kept["back"]


def _claims(
    settings: Settings, about: Mapping[str, Any], token: Mapping[str, Any], nonce: str, keys: Any
) -> Mapping[str, Any]:
    """Verify the signature, then issuer, audience, times, nonce and what the token is bound to."""
    decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    asked = {
        "iss": {"essential": True, "value": about["issuer"]},
        "aud": {"essential": True, "value": settings.oidc_client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    bound = {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": token.get("access_token")}
    claims = CodeIDToken(decoded.claims, decoded.header, asked, bound)
    claims.validate(leeway=LEEWAY_SECONDS)
    return dict(claims)


def _kept(vault: Vault, cookie: str) -> Mapping[str, Any]:
    try:
        kept: Mapping[str, Any] = vault.open_json(urlsafe_b64decode(cookie), CONTEXT)
    except (Unreadable, ValueError, IndexError) as error:
        raise NotProven("no sign-in was begun in this browser") from error
    if time.time() - kept["at"] > LIFE_SECONDS:
        raise NotProven("begun too long ago")
    return kept


def _client(settings: Settings, about: Mapping[str, Any]) -> Any:
    secret = settings.oidc_client_secret
    offered = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    by_header = "client_secret_basic" in offered
    return OAuth2Session(
        settings.oidc_client_id,
        secret.get_secret_value() if secret else None,
        token_endpoint_auth_method=("client_secret_basic" if by_header else "client_secret_post") if secret else "none",
        scope=SCOPES,
        redirect_uri=settings.public_url.rstrip("/") + BACK,
        code_challenge_method="S256",
        default_timeout=TIMEOUT,
    )


def _provider(settings: Settings) -> Mapping[str, Any]:
    return _discovered((settings.oidc_issuer or "").rstrip("/"), int(time.monotonic() // KNOWN_SECONDS))


@lru_cache(maxsize=2)
def _discovered(issuer: str, _: int) -> Mapping[str, Any]:
    """Read what the provider says of itself; it must be the one that was asked, and speak https where it does."""
    try:
        answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        about: Mapping[str, Any] = answer.json()
        ends = [about[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        same = about["issuer"].rstrip("/") == issuer
        kept = {urlsplit(end).scheme for end in ends} <= {"https", urlsplit(issuer).scheme}
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Away(type(error).__name__) from error
    if not same or not kept:
        raise Away("it names another issuer, or addresses without TLS")
    return about
