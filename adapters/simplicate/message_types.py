"""Know the timeline's message types without asking for them at each message."""

import json
from collections.abc import Callable
from contextlib import suppress
from zlib import crc32

from redis import Redis, RedisError

from adapters.base import ConnectionInfo
from adapters.errors import Rejected
from adapters.simplicate.client import Listing
from adapters.simplicate.codes import MESSAGE_TYPE
from adapters.simplicate.values import text

KEPT_SECONDS = 24 * 3600
"""An administrator changes the list now and then, and asking costs one of 60 calls a minute."""

_Kept = list[tuple[str, str]]
"""Id and label, in Simplicate's order."""


class MessageTypes:
    """Keep one connection's list in Redis; without Redis it is asked for each time."""

    def __init__(self, info: ConnectionInfo, redis: Redis, fetch: Callable[..., Listing]) -> None:
        self._key = f"simplicate:messagetypes:{info.id}:{crc32(info.base_url.encode()):08x}"
        self._redis = redis
        self._fetch = fetch

    def id_of(self, wanted: str | None) -> str:
        """Return the id for a label or id, or the first one's; a call only when it is not at hand. Raises Rejected."""
        if wanted and wanted.startswith("messagetype:"):
            return wanted
        found = _find(self._kept(), wanted) or _find(self._fetched(), wanted)
        if found is None:
            raise Rejected(MESSAGE_TYPE, params={"wanted": wanted or ""})
        return found

    def forget(self) -> None:
        """Drop the list, because Simplicate refused what was made with it."""
        with suppress(RedisError):
            self._redis.delete(self._key)

    def _kept(self) -> _Kept:
        """Read the list that this or another process left."""
        try:
            kept = self._redis.get(self._key)
        except RedisError:
            return []
        return [(key, label) for key, label in json.loads(kept)] if kept else []

    def _fetched(self) -> _Kept:
        """Ask Simplicate, and leave the list for the next message."""
        listed = self._fetch("timeline/messagetype", limit=100, offset=0).rows
        types = [(key, text(row.get("label")) or "") for row in listed if (key := text(row.get("id")))]
        with suppress(RedisError):
            self._redis.set(self._key, json.dumps(types), ex=KEPT_SECONDS)
        return types


def _find(types: _Kept, wanted: str | None) -> str | None:
    """Return the id of the first type that fits; any does when none is wanted."""
    fits = (key for key, label in types if wanted is None or wanted.casefold() in (key.casefold(), label.casefold()))
    return next(fits, None)
