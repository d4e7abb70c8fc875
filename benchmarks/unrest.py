"""Look in Boekbrug's own tables for what should not be left when a storm is over."""

from collections.abc import Iterator

from benchmarks.agreement import Violation
from benchmarks.taxpayers import Population
from benchmarks.upshot import LINKS
from benchmarks.world import World

HELD = (
    "SELECT record_id, link.name, sync_job.kind FROM sync_job JOIN link ON link.id = link_id "
    "WHERE sync_job.state = 'held'"
)
ASKED = "SELECT record_id, reason FROM review WHERE decision IS NULL AND superseded_at IS NULL"
ISSUES = (
    "SELECT record_id, link.name, issue.cause, blocking FROM issue JOIN link ON link.id = link_id "
    "WHERE closed_at IS NULL"
)


def unrest(world: World, population: Population) -> list[Violation]:
    """List open writes, jobs and mails that are left, and people who are asked without a reason."""
    return [
        *(Violation("open intent", "a write was never settled", *row) for row in _open(world)),
        *_left(world),
        *_held(world, population),
        *(Violation("wrongly asked", reason, record) for record, reason in world.rows(ASKED)),
    ]


def _open(world: World) -> list[tuple[str]]:
    return [(row[0],) for row in world.rows("SELECT source_id FROM write_intent WHERE state = 'open'")]


def _left(world: World) -> Iterator[Violation]:
    for record, kind in world.rows("SELECT record_id, kind FROM sync_job WHERE state = 'due'"):
        yield Violation("left over", f"a {kind} job is due", record)
    for (record,) in world.rows("SELECT record_id FROM mail WHERE state = 'waiting'"):
        yield Violation("left over", "a mail waits", record)
    for name, state in world.rows("SELECT name, state FROM connection WHERE state <> 'active'"):
        yield Violation("stopped", f"{name} is {state}")


def _held(world: World, population: Population) -> Iterator[Violation]:
    """Compare who waits for a person, and why, with who should."""
    refused = {(member.id, LINKS[member.refused_by]) for member in population.members if member.fault}
    held = {(record, link): kind for record, link, kind in world.rows(HELD)}
    for (record, link), kind in held.items():
        if (record, link) not in refused:
            yield Violation("wrongly held", f"a {kind} job of {link}", record)
    for record, link in refused - set(held):
        yield Violation("wrongly held", f"the job of {link} does not wait, though refused", record)
    for record, link, cause, blocking in world.rows(ISSUES):
        if blocking and (record, link) not in refused:
            yield Violation("wrong issue", f"{cause} of {link}", record)
