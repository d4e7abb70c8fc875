"""Run one job per wake-up; the row is the work, so a lost or doubled message changes nothing."""

from sync.run import run_job as run
from tasks.app import app
from tasks.runtime import runtime
from tasks.settings import RUN_JOB


@app.task(name=RUN_JOB)
def run_job(job_id: int) -> None:
    """Run a job if it is still due."""
    run(runtime().outside, job_id)
