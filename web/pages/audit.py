"""Serve the page."""

from fastapi import APIRouter

router = APIRouter()
