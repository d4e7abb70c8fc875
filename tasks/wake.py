"""Send wake-ups: small, fast and allowed to fail, because row and dispatcher make up for a lost one."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import lru_cache
from json import dumps
from random import getrandbits
from uuid import UUID

from celery import Celery
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from models.settings import settings
from models.words import Lane
from tasks.app import app
from tasks.settings import RUN_JOB, NoBroker, queue_of

TIMEOUT_SECONDS = 0.4
"""Of connecting and of the answer each, so a wake-up takes under a second even from a frozen Redis."""

REST_SECONDS = 1.0
"""How long after a failure nothing is tried: a hook may not pay for a Redis that is away."""


DEEP = 200
"""Wake-ups in a queue: seconds of work for one worker, even while each finds nothing to do."""

ID, JOB, BODY = "%ID%", "%JOB%", "%BODY%"
"""Places in the template of a message."""


def open_publisher(url: str) -> Redis:
    """Open a Redis client that gives up quickly."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


class Waker:
    """Publish `run_job` wake-ups in one round trip; many times cheaper than one publication at a time.

    The task message is built by Celery itself and put in the envelope of kombu's Redis transport.
    """

    def __init__(self, client: Redis, celery: Celery = app, clock: Callable[[], float] = time.monotonic) -> None:
        """Use a client of `open_publisher`."""
        self._client = client
        self._celery = celery
        self._clock = clock
        self._rest_until = 0.0
        self._templates: dict[str, str] = {}

    def wake(self, job_ids: Iterable[int], lane: Lane) -> bool:
        """Tell the workers to run jobs; False when the broker is away. Never raises, never hangs."""
        ids = list(job_ids)
        if not ids:
            return True
        if self._clock() < self._rest_until:
            return False
        try:
            self._push(ids, queue_of(lane))
        except RedisError:
            self._rest_until = self._clock() + REST_SECONDS
            return False
        return True

    def deep(self) -> frozenset[Lane]:
        """Return the lanes in which so many wake-ups lie that more would only make the queue longer. Never raises.

        A wake-up that is sent again does not replace the one before it. Where workers take wake-ups slower than they
        are sent again, they would soon do nothing but find that there is nothing to do.
        """
        try:
            return frozenset(lane for lane in (Lane.LIVE, Lane.BULK) if self._client.llen(queue_of(lane)) >= DEEP)
        except RedisError:
            return frozenset()

    def _push(self, job_ids: list[int], queue: str) -> None:
        """Push all in one piece: redis-py cuts a long command up, and each piece waits for its turn."""
        messages = [self.message(job_id, queue) for job_id in job_ids]
        connection = self._client.connection_pool.get_connection()
        try:
            command = b"".join(connection.pack_command("LPUSH", queue, *messages))  # type: ignore[no-untyped-call]
            connection.send_packed_command([command])  # type: ignore[no-untyped-call]
            connection.read_response()
        finally:
            self._client.connection_pool.release(connection)

    def message(self, job_id: int, queue: str) -> str:
        """Build one message as Celery's own publisher would have left it in Redis."""
        body = dumps([[job_id], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
        # An id that need not be secret, made without asking the system for randomness.
        message_id = str(UUID(int=getrandbits(128), version=4))
        filled = self._template(queue).replace(ID, message_id).replace(JOB, str(job_id))
        return filled.replace(BODY, b64encode(body.encode()).decode())

    def _template(self, queue: str) -> str:
        """Let Celery build a message once per queue; all later ones differ in three places only."""
        if queue not in self._templates:
            task = self._celery.amqp.as_task_v2(ID, RUN_JOB, argsrepr=f"({JOB},)", kwargsrepr="{}", ignore_result=None)
            delivery = {"exchange": "", "routing_key": queue}
            properties = {
                "delivery_mode": 2, "delivery_info": delivery, "priority": 0, "body_encoding": "base64",
                "delivery_tag": ID,
            }  # fmt: skip
            envelope = {
                "body": BODY, "content-encoding": "utf-8", "content-type": "application/json",
                "headers": task.headers, "properties": task.properties | properties,
            }  # fmt: skip
            self._templates[queue] = dumps(envelope)
        return self._templates[queue]


@lru_cache(maxsize=1)
def _waker() -> Waker:
    url = settings().redis_url
    if url is None:
        raise NoBroker("BOEKBRUG_REDIS_URL is not set")
    return Waker(open_publisher(url))


def wake(job_ids: Iterable[int], lane: Lane) -> bool:
    """Tell the workers to run jobs; False when the broker is away. Never raises or takes over a second."""
    try:
        return _waker().wake(job_ids, lane)
    except NoBroker:
        return False
