"""Schedule in memory and leave a sign of life: two beats share no state, and a stuck one is seen."""

from pathlib import Path
from typing import Any

from celery.beat import Scheduler as MemoryScheduler


class Scheduler(MemoryScheduler):
    """Touch the file of `--schedule` at every turn of the loop, and keep nothing in it."""

    def __init__(self, *arguments: Any, schedule_filename: str, **named: Any) -> None:
        """Take the place of Celery's scheduler that keeps its times in that file."""
        self._sign = Path(schedule_filename)
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> Any:
        """Send what is due, then leave the sign; a turn that hangs leaves none."""
        wait = super().tick(*arguments, **named)
        self._sign.parent.mkdir(parents=True, exist_ok=True)
        self._sign.touch()
        return wait
