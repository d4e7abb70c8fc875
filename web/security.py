"""Tell browsers to load and run nothing but our own files, to store no page, and to keep to https."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from models.settings import Settings

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: with that, browsers hide even from us which site a form came from.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
HTTPS_ONLY = {"strict-transport-security": "max-age=63072000"}
"""Two years; of this host only, as its neighbours are not ours."""
STATIC = "/static/"
KEPT = "public, max-age=600"
"""Our own files change with an upgrade only; ten minutes after it every browser has the new ones."""


class SecurityHeaders:
    """Add the headers to every answer, errors too; hooks do not come by here, as no browser sees them."""

    def __init__(self, app: ASGIApp, more: Mapping[str, str]) -> None:
        """Wrap an application."""
        self._app = app
        self._headers = HEADERS | dict(more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(STATIC) and message["status"] in (200, 206, 304):
                    headers.setdefault("cache-control", KEPT)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def harden(app: FastAPI, settings: Settings) -> ASGIApp:
    """Wrap the whole application, outside of what answers when it breaks.

    Who asks is the other end of the connection, unless that is a proxy of ours: then the one it names.
    """
    https = settings.public_url.startswith("https://")
    secured = SecurityHeaders(app, HTTPS_ONLY if https else {})
    proxies = [one.strip() for one in settings.trusted_proxies.split(",") if one.strip()]
    if not proxies:
        return secured
    # Both are ASGI 3; uvicorn and Starlette each spell that type in their own way.
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", secured), proxies))
