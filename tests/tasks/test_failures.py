"""What a failed task says to Celery goes to Redis and Flower, so it says nothing of a record."""

import traceback

from celery import Celery
from celery.result import EagerResult

from tasks.app import DiscreetTask, TaskFailed, app


def test_failure_of_a_task_tells_celery_its_class_only() -> None:
    own = Celery("boekbrug-test", task_cls=DiscreetTask, set_as_current=False)

    @own.task(name="test.fails")
    def fails() -> None:
        raise ValueError("cannot place 123456782")

    result: EagerResult[None] = fails.apply()
    assert isinstance(result.result, TaskFailed)
    assert repr(result.result) == "TaskFailed('ValueError')"
    assert "123456782" not in "".join(traceback.format_exception(result.result))
    assert "123456782" not in str(result.traceback)
    own.close()


def test_every_task_of_ours_is_discreet() -> None:
    assert issubclass(app.Task, DiscreetTask)
