"""Tests of the Celery app and its wake-ups."""
