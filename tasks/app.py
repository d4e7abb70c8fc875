"""Hold the Celery app; tasks bind to it by name, never to whichever app happens to be current."""

from typing import Any

from celery import Celery

from models.settings import settings
from tasks.settings import celery_settings


def _configuration() -> dict[str, Any]:
    return celery_settings(settings())


app = Celery("boekbrug", include=["tasks.jobs", "tasks.upkeep"], set_as_current=False)
# Read at first use, so that importing a task needs no environment.
app.add_defaults(_configuration)
