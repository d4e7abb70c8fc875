"""A worker dies at any step of a job: nothing is lost, nothing is done twice, the newest state arrives."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from models.tables import SyncJob, TargetIndex, WriteIntent
from sync import jobs
from sync.rescuing import rescue_lost
from tests.fixtures.bridge import Bridge, MakeBridge
from tests.flows import crashing
from tests.flows.sandbox_data import BOTH, numbered_customer

NEVER = crashing.NEVER
Crash = Callable[[int, int], list[str]]


@pytest.fixture
def crashing_bridge(make_bridge: MakeBridge) -> Bridge:
    made = make_bridge(**crashing.SETTINGS)
    made.apply()
    return made


@pytest.fixture
def crash(crashing_bridge: Bridge, fresh_database_url: str, redis_url: str) -> Iterator[Crash]:
    """Return a function that runs a job in a process that dies at a step, and tells the steps it passed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.flows.crashing", fresh_database_url, redis_url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    child.stdout.readline()

    def run(job_id: int, step: int) -> list[str]:
        child.stdin.write(json.dumps([job_id, step]) + "\n")  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]
        while not (line := child.stdout.readline()).startswith("["):  # type: ignore[union-attr]
            assert child.poll() is None
        return list(json.loads(line))

    yield run
    child.stdin.close()
    child.wait(10)
    child.stdout.close()


def job_of(bridge: Bridge, record_id: str) -> int:
    (job,) = bridge.rows(SyncJob, SyncJob.record_id == record_id)
    return int(job.id)


def free_the_index(bridge: Bridge) -> None:
    """Spare this step the wait for the refresh that the step before left unfinished."""
    with bridge.outside.sessions.begin() as session:
        session.execute(update(TargetIndex).values(lease_until=None))


def recover(bridge: Bridge) -> None:
    """Do what the dispatcher does, until every crashed job has come to its end."""

    def rescue() -> None:
        with bridge.outside.sessions.begin() as session:
            jobs.rescue(session)

    bridge.drain(60, each_round=rescue)


def expect_exactly_one_each(bridge: Bridge, wanted: dict[str, dict[str, Any]]) -> None:
    """Every record stands once per role in the books with its newest values, is mapped, and nothing is open."""
    by_id = {row["id"]: row for row in bridge.relaties()}
    mapped = bridge.mappings()
    assert len(by_id) == len(mapped) == sum(len(one["roles"]) for one in wanted.values())
    for row in mapped:
        relatie, expected = by_id[row.target_id], wanted[row.source_id]
        assert (relatie["naam"], relatie["telefoon"]) == (expected["name"], expected["phone"])
    assert bridge.rows(WriteIntent, WriteIntent.state == "open") == []
    assert not bridge.open_issues() and not bridge.open_reviews()


def test_create_survives_a_crash_at_every_step(crashing_bridge: Bridge, crash: Crash) -> None:
    bridge = crashing_bridge
    wanted: dict[str, dict[str, Any]] = {}

    def create(step: int) -> list[str]:
        free_the_index(bridge)
        data = numbered_customer(len(wanted))
        record = bridge.crm_save(None, **data)
        wanted[record] = {**data, "roles": ["customer"]}
        bridge.hear(record)
        return crash(job_of(bridge, record), step)

    create(NEVER)
    steps = create(NEVER)
    died_at = {create(step)[-1] for step in range(1, len(steps) + 1)}
    assert {f"{when} POST /v2/relaties" for when in ("before", "after")} <= died_at
    recover(bridge)

    expect_exactly_one_each(bridge, wanted)


def test_update_survives_a_crash_at_every_step(crashing_bridge: Bridge, crash: Crash) -> None:
    bridge = crashing_bridge
    records = {}
    for number in range(50):
        data = numbered_customer(number)
        records[bridge.crm_save(None, **data)] = data
    bridge.sync(*records)
    todo = list(records)

    def edit(record: str, step: int) -> list[str]:
        phone = f"02055{step:05d}"
        bridge.crm_save(record, phone=phone)
        records[record]["phone"] = phone
        bridge.hear(record)
        return crash(job_of(bridge, record), step)

    steps = edit(todo.pop(), NEVER)
    died_at = {edit(todo.pop(), step)[-1] for step in range(1, len(steps) + 1)}
    assert {f"{when} PUT /v2/relaties/ID" for when in ("before", "after")} <= died_at
    recover(bridge)

    expect_exactly_one_each(bridge, {one: {**data, "roles": ["customer"]} for one, data in records.items()})


def test_party_in_both_roles_survives_a_crash_between_them(crashing_bridge: Bridge, crash: Crash) -> None:
    bridge = crashing_bridge
    records = {}
    for number in range(4):
        data = numbered_customer(number, relation_type_id=BOTH)
        records[bridge.crm_save(None, **data)] = {**data, "roles": ["customer", "supplier"]}
    first, *rest = records
    bridge.hear(*records)
    steps = crash(job_of(bridge, first), NEVER)
    posts = [place for place, name in enumerate(steps, 1) if name == "after POST /v2/relaties"]
    assert len(posts) == 2
    for record, step in zip(rest, [posts[0], posts[0] + 4, posts[1]], strict=True):
        crash(job_of(bridge, record), step)
    recover(bridge)

    expect_exactly_one_each(bridge, records)


def test_a_lease_that_ends_three_times_without_an_outcome_becomes_an_issue(
    crashing_bridge: Bridge, crash: Crash
) -> None:
    bridge = crashing_bridge
    record = bridge.crm_save(None, **numbered_customer(1))
    bridge.hear(record)
    for _ in range(jobs.LOST_LIMIT):
        crash(job_of(bridge, record), 2)
        with bridge.outside.sessions.begin() as session:
            row = session.scalars(select(SyncJob)).one()
            row.lease_until = row.wanted_at
        with bridge.outside.sessions.begin() as session:
            rescue_lost(session)

    (job,) = bridge.rows(SyncJob)
    assert (job.state, job.lost) == ("held", jobs.LOST_LIMIT)
    assert bridge.relaties() == []
    assert bridge.outcomes() == ["lost"] * jobs.LOST_LIMIT
    assert [issue.cause for issue in bridge.open_issues()] == ["sync.lost"]
