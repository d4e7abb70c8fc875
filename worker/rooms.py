"""Tell how many bulk jobs a connection may be handed: its pace while they call, more while they end without a call."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import redis

from adapters.budget import Budget
from adapters.outside import Outside
from models.tables import Connection
from models.words import Lane
from sync.config.loading import connection_info
from sync.dispatch import Handed, still_waiting

BULK_AHEAD_SECONDS = 1.0
"""Bulk is handed out for as long as a job may wait for its turn without parking (design §3)."""
BULK_AT_ONCE = 16
"""Bulk jobs under way per connection while they call nothing: of a worker's 24 threads a third is left for live."""


@dataclass(slots=True)
class _Room:
    """Hold how much room there is, and which jobs will show whether that was too much or too little."""

    size: int
    handed: list[int] = field(default_factory=list)


class Rooms:
    """Remember what became of the last bulk jobs of each connection; be what `dispatch.hand_out` asks.

    Which job will call is known only by running it: of a link that most records take no part in, few do. So the room
    starts at the pace of calls, doubles while all that was handed out ends between two rounds, and is back at the
    pace as soon as more than that wait: then one hand-out parked at most.
    """

    def __init__(self, outside: Outside) -> None:
        """Start with no memory: a new leader begins at the pace."""
        self._outside = outside
        self._rooms: dict[tuple[int, Lane], _Room] = {}

    def __call__(self, connection_id: int, lane: Lane) -> int:
        """Return how many jobs of a lane other than live may be under way at the connection."""
        try:
            pace = self._pace(connection_id)
        except redis.RedisError:
            return 0
        room = self._rooms.setdefault((connection_id, lane), _Room(pace))
        if room.handed:
            room.size = self._next(room, pace)
            room.handed = []
        return max(room.size, pace)

    def note(self, chosen: Iterable[Handed]) -> None:
        """Remember what was handed out, to see at the next round what became of it."""
        for one in chosen:
            if room := self._rooms.get((one.connection_id, one.lane)):
                room.handed = one.job_ids

    def _next(self, room: _Room, pace: int) -> int:
        with self._outside.sessions.begin() as session:
            waiting = still_waiting(session, room.handed)
        if waiting > pace:
            return pace
        return room.size if waiting else min(2 * room.size, max(BULK_AT_ONCE, pace))

    def _pace(self, connection_id: int) -> int:
        """Return how many calls the budget can start before one would have to park. Raises RedisError."""
        with self._outside.sessions.begin() as session:
            info = connection_info(session.get_one(Connection, connection_id), self._outside.vault)
        per_second = info.limits.get("minute", 60) / 60
        forecast = Budget.of(info, self._outside).snapshot().forecast
        return min(math.ceil(per_second * BULK_AHEAD_SECONDS) + 1, max(1, forecast))
