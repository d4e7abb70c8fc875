"""Be a small OpenID provider over real HTTP: discovery, PKCE, codes that work once, tokens signed with RS256."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "boekbrug-test", "a-client-secret-for-tests"


def new_key() -> RSAKey:
    """Make a signing key."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})


@dataclass
class Provider:
    """Hold who signs in next, and how the provider misbehaves."""

    url: str = ""
    key: RSAKey = field(default_factory=new_key)
    who: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], None] = lambda claims: None
    sign: Callable[["Provider", dict[str, Any]], str] | None = None
    status: int = 200
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def begin(self, query: dict[str, str]) -> str:
        """Sign somebody in at once and send the browser back with a code."""
        code = secrets.token_urlsafe(8)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Exchange a code, once, for its browser's verifier and the client's secret."""
        asked = self.asked.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = asked and asked["code_challenge"] == challenge and asked["code_challenge_method"] == "S256"
        if not asked or not right or authorization != f"Basic {expected}":
            self.refused.append(form.get("code", ""))
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"], **self.who}
        self.spoil(claims)
        made = self.sign(self, claims) if self.sign else signed(self.key, claims)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": made}


def signed(key: RSAKey, claims: dict[str, Any]) -> str:
    """Sign claims as the provider does."""
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def signed_by_secret(provider: Provider, claims: dict[str, Any]) -> str:
    """Sign with the client's own secret, as a thief of it could."""
    return jwt.encode({"alg": "HS256", "kid": provider.key.kid}, claims, OctKey.import_key(SECRET))


def unsigned(_: Provider, claims: dict[str, Any]) -> str:
    """Sign nothing."""
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


def signed_by_another(provider: Provider, claims: dict[str, Any]) -> str:
    """Sign with a key that the provider does not publish, under the name of one that it does."""
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, new_key())


def serve(provider: Provider) -> ThreadingHTTPServer:
    """Serve a provider on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
            if provider.status != 200:
                self._json({}, provider.status)
            elif path == "/authorize":
                self.send_response(302)
                self.send_header("location", provider.begin(query))
                self.end_headers()
            elif path == "/jwks":
                self._json(KeySet([provider.key]).as_dict(private=False))
            else:
                self._json(_about(provider.url))

        def do_POST(self) -> None:
            form = _flat(self.rfile.read(int(self.headers["content-length"])).decode())
            given = provider.token(form, self.headers.get("authorization", ""))
            self._json(given or {"error": "invalid_grant"}, 200 if given else 400)

        def _json(self, body: Any, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _about(url: str) -> dict[str, Any]:
    ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
    return {"issuer": url, **{name: f"{url}/{path}" for name, path in ends.items()}}
