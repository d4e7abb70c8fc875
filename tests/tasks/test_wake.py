"""Wake-ups: exactly what Celery itself would send, and no reason to wait when Redis is away."""

import json
import socket
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from redis import Redis

from models.settings import Settings
from models.words import Lane
from tasks.settings import LIVE, RUN_JOB, UPKEEP, broker_url, celery_settings
from tasks.wake import TIMEOUT_SECONDS, Waker, open_publisher


@pytest.fixture
def celery(redis_url: str) -> Iterator[Celery]:
    """Configure an app of its own as the product's is."""
    app = Celery("boekbrug-test", set_as_current=False)
    app.conf.update(celery_settings(Settings(redis_url=redis_url, worker_threads=2)))
    yield app
    app.close()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """Open the broker to look into it."""
    with open_publisher(redis_url) as client:
        yield client


def unpacked(raw: Any) -> dict[str, Any]:
    """Open a message and leave out what differs from one to the next."""
    message: dict[str, Any] = json.loads(raw)
    message["body"] = json.loads(b64decode(message["body"]))
    for place in ("id", "root_id"):
        assert message["headers"].pop(place) == message["properties"]["correlation_id"]
    for place in ("correlation_id", "delivery_tag", "reply_to"):
        message["properties"].pop(place)
    return message


def test_a_wake_up_is_what_celery_itself_would_send(celery: Celery, redis: Redis) -> None:
    celery.send_task(RUN_JOB, args=(123,))
    assert Waker(redis, celery).wake([123], Lane.LIVE)
    theirs, ours = redis.rpop(LIVE), redis.rpop(LIVE)
    assert unpacked(ours) == unpacked(theirs)


def test_messages_hold_ids_only_and_each_is_its_own(celery: Celery, redis: Redis) -> None:
    Waker(redis, celery).wake([1, 2], Lane.BULK)
    messages = [json.loads(raw) for raw in redis.lrange("bulk", 0, -1)]
    assert [json.loads(b64decode(message["body"]))[:2] for message in messages] == [[[2], {}], [[1], {}]]
    assert len({message["properties"]["delivery_tag"] for message in messages}) == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_worker_runs_what_is_woken_live_first(celery: Celery, redis: Redis) -> None:
    ran: list[int] = []
    done = threading.Event()

    @celery.task(name=RUN_JOB)
    def run_job(job_id: int) -> None:
        ran.append(job_id)
        if len(ran) == 6:
            done.set()

    waker = Waker(redis, celery)
    waker.wake([4, 5, 6], Lane.BULK)
    waker.wake([1, 2, 3], Lane.LIVE)
    with start_worker(celery, pool="solo", perform_ping_check=False, queues=["live", "bulk", "upkeep"]):
        assert done.wait(20)
    assert sorted(ran) == [1, 2, 3, 4, 5, 6]
    assert set(ran[:3]) == {1, 2, 3}


def test_polls_go_live_and_upkeep_does_not(celery: Celery, redis: Redis) -> None:
    celery.send_task("boekbrug.poll", args=(1,))
    celery.send_task("boekbrug.retention")
    assert (redis.llen(LIVE), redis.llen(UPKEEP)) == (1, 1)


def test_without_redis_a_wake_up_says_so_and_rests(tmp_path: Path, celery: Celery) -> None:
    moment = 0.0
    waker = Waker(open_publisher(f"unix://{tmp_path}/nobody.sock"), celery, lambda: moment)
    assert not waker.wake([1], Lane.LIVE)
    started = time.perf_counter()
    assert not any(waker.wake([1], Lane.LIVE) for _ in range(1000))
    assert time.perf_counter() - started < 0.5


def test_a_frozen_redis_costs_less_than_a_second(celery: Celery) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        waker = Waker(open_publisher(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"), celery)
        started = time.perf_counter()
        assert not waker.wake([1], Lane.LIVE)
        assert time.perf_counter() - started < 1.0 > 2 * TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("given", "celerys"),
    [
        ("redis://127.0.0.1:6379/3", "redis://127.0.0.1:6379/3"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_addresses_are_translated(given: str, celerys: str) -> None:
    assert broker_url(given) == celerys
