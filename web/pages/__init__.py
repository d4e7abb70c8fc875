"""Serve the operator's pages: a module per page, each with a router of its own."""

from fastapi import APIRouter

from web.pages import audit, issues, me, oidc, overview, sign_in, tokens, users

PAGES: tuple[APIRouter, ...] = (
    overview.router,
    sign_in.router,
    oidc.router,
    users.router,
    me.router,
    tokens.router,
    audit.router,
    issues.router,
)
"""Every page route names the role it needs (web.access.guard); tests/web/test_routes.py lists them all."""
