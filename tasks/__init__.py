"""The Celery app, thin tasks that call sync, and enqueue_change, which a CRM hook calls."""
