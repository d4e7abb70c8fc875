"""The Celery app, thin tasks that call sync, and enqueue_change, which a CRM hook calls."""

from tasks.enqueue import UnknownConnection, enqueue_change

__all__ = ["UnknownConnection", "enqueue_change"]
