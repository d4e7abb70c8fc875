"""Hooks, the JSON API and the operator's pages."""
