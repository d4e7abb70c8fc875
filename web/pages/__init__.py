"""Serve the operator's pages: a module per page, each with a router of its own."""

from fastapi import APIRouter

from web.pages import overview

PAGES: tuple[APIRouter, ...] = (overview.router,)
"""Every page route names the role it needs (web.access.guard); tests/web/test_routes.py lists them all."""
