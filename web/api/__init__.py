"""Serve the JSON API: the actions of the pages for other applications, a module per resource."""

from fastapi import APIRouter

from web.api import (
    audit,
    changes,
    connections,
    issues,
    links,
    log,
    mappings,
    openapi,
    overview,
    reconciliations,
    relations,
    reviews,
)

API: tuple[APIRouter, ...] = (
    changes.router,
    audit.router,
    openapi.router,
    issues.router,
    log.router,
    relations.router,
    mappings.router,
    overview.router,
    reconciliations.router,
    reviews.router,
    connections.router,
    links.router,
)
