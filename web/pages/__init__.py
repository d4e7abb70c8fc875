"""Serve the operator's pages: a module per page, each with a router of its own."""

from fastapi import APIRouter

from web.pages import (
    audit,
    connections,
    flower,
    issues,
    links,
    log,
    mapping,
    mappings,
    me,
    oidc,
    overview,
    reconciliations,
    relations,
    reviews,
    sign_in,
    tokens,
    users,
)

PAGES: tuple[APIRouter, ...] = (
    overview.router,
    reconciliations.router,
    sign_in.router,
    oidc.router,
    users.router,
    me.router,
    mappings.router,
    mapping.router,
    tokens.router,
    audit.router,
    flower.router,
    issues.router,
    connections.router,
    log.router,
    relations.router,
    reviews.router,
    links.router,
)
"""Every page route names the role it needs (web.access.guard); tests/web/test_routes.py lists them all."""
