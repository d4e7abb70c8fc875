"""Hold the Celery app; tasks bind to it by name, never to whichever app happens to be current."""

from typing import Any

import structlog
from celery import Celery, Task

from models.settings import settings
from tasks.settings import celery_settings

logger = structlog.get_logger()


class TaskFailed(Exception):
    """Name the class of what went wrong in a task, and nothing of what it says."""


class DiscreetTask(Task):
    """Log a failure here, where text is masked: Celery publishes what an exception says to Flower."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task."""
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:
            logger.exception("task.failed", task=self.name)
            words = type(error).__name__
        raise TaskFailed(words)


def _configuration() -> dict[str, Any]:
    return celery_settings(settings())


app = Celery("boekbrug", task_cls=DiscreetTask, include=["tasks.jobs", "tasks.upkeep"], set_as_current=False)
# Read at first use, so that importing a task needs no environment.
app.add_defaults(_configuration)
