"""Measure whether work moves: cheap, indexed questions that pages, probes and metrics share."""

from dataclasses import dataclass

from sqlalchemy import Connection as Session
from sqlalchemy import text

DISPATCHER_LOCK = 0x60E6B469
"""Key of the dispatcher's advisory lock; it stands in worker/dispatcher.py too, a room above this one."""

# Only live jobs that could run count: bulk may wait hours for its budget, and a parked connection is well.
OLDEST = text("""
SELECT extract(epoch FROM now() - min(greatest(job.wanted_since, job.not_before)))
FROM sync_job AS job JOIN connection AS target ON target.id = job.target_connection_id
JOIN connection AS source ON source.id = job.source_connection_id JOIN link ON link.id = job.link_id
WHERE job.state = 'due' AND job.lane = 'live' AND job.not_before <= now()
    AND link.enabled AND source.enabled AND source.state = 'active'
    AND target.enabled AND target.state = 'active' AND coalesce(target.throttled_until <= now(), true)
""")

LOCKS = text("""
SELECT (CAST(classid AS bigint) << 32) + CAST(objid AS bigint) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")

# Done jobs are not counted: there is one per record that ever changed, and their number says nothing.
JOBS = text("""
SELECT CASE WHEN lease_until IS NULL THEN 'due' ELSE 'running' END AS state, lane, count(*) AS jobs
FROM sync_job WHERE state = 'due' GROUP BY 1, 2
UNION ALL SELECT 'held', lane, count(*) FROM sync_job WHERE state = 'held' GROUP BY 2
""")


@dataclass(frozen=True, slots=True)
class JobCount:
    """Count the jobs of a state and lane."""

    state: str
    lane: str
    jobs: int


def oldest_seconds(session: Session) -> float:
    """Return the age of the oldest live job that could run now; 0 when there is none."""
    age = session.scalar(OLDEST)
    return max(0.0, float(age)) if age is not None else 0.0


def held_locks(session: Session) -> set[int]:
    """Return the advisory locks that some process holds now: the dispatcher's, and those of comparisons."""
    return set(session.scalars(LOCKS))


def dispatcher_runs(session: Session) -> bool:
    """Tell whether some worker holds the dispatcher's lock."""
    return DISPATCHER_LOCK in held_locks(session)


def job_counts(session: Session) -> list[JobCount]:
    """Count open jobs: due and waiting, running, or held for a person."""
    return [JobCount(*row) for row in session.execute(JOBS)]
