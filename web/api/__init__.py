"""Serve the JSON API: the actions of the pages for other applications, a module per resource."""

from fastapi import APIRouter

from web.api import audit, changes, issues, openapi

API: tuple[APIRouter, ...] = (
    changes.router,
    audit.router,
    openapi.router,
    issues.router,
)
