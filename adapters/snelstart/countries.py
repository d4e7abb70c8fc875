"""Translate countries between ISO codes and the ids of SnelStart's own list, fetched rarely and kept."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from zlib import crc32

from redis import Redis, RedisError

from adapters.base import ConnectionInfo

KEPT_SECONDS = 24 * 3600
"""The list holds about 250 rows, changes when a country does, and costs a call."""

FRESH_SECONDS = 300
"""A list younger than this is not fetched again for an id or code it lacks."""

_OTHER_NAMES = {"GB": "UK", "GR": "EL"}
"""Codes under which lists used for VAT may hold a country; tried only when the ISO code is absent."""

Fetch = Callable[[], Iterable[Mapping[str, Any]]]


class _Kept:
    """Hold one list in this process, with the moment it goes stale and the moment it was fetched."""

    def __init__(self, ids: Mapping[str, str], age: float = 0.0) -> None:
        self.ids = ids
        self.codes = {land: code for code, land in ids.items()}
        self.fetched_at = time.monotonic() - age


_kept: dict[tuple[int, str], _Kept] = {}


def _iso(code: str | None) -> str | None:
    """Return the ISO code for one of the other names."""
    return next((iso for iso, other in _OTHER_NAMES.items() if other == code), code)


class Countries:
    """Translate for one connection; asks this process, then Redis, then SnelStart (one call)."""

    def __init__(self, info: ConnectionInfo, redis: Redis, fetch: Fetch) -> None:
        self._place = (info.id, info.base_url)
        self._key = f"snelstart:landen:{info.id}:{crc32(info.base_url.encode()):08x}"
        self._redis = redis
        self._fetch = fetch

    def code_of(self, land: str) -> str:
        """Return the ISO code of a land id; an id that the list lacks stays itself, so nothing is lost."""
        return _iso(self._look(lambda kept: kept.codes.get(land))) or land

    def code_at_hand(self, land: str) -> str:
        """Do the same without a call, which after a write could fail and hide that the write went through."""
        kept = _kept.get(self._place)
        return _iso(kept.codes.get(land) if kept else None) or land

    def id_of(self, code: str) -> str:
        """Return the land id of an ISO code, or of an id that `code_of` left as it was. Raises KeyError."""
        if len(code) != 2:
            return code
        land = self._look(lambda kept: kept.ids.get(code) or kept.ids.get(_OTHER_NAMES.get(code, code)))
        if land is None:
            raise KeyError(code)
        return land

    def warm(self) -> int:
        """Make sure the list is at hand and tell how many countries it names."""
        return len(self._list().ids)

    def _look(self, find: Callable[[_Kept], str | None]) -> str | None:
        kept = self._list()
        found = find(kept)
        if found is None and time.monotonic() - kept.fetched_at > FRESH_SECONDS:
            found = find(self._fetched())
        return found

    def _list(self) -> _Kept:
        kept = _kept.get(self._place)
        if kept is None or time.monotonic() - kept.fetched_at > KEPT_SECONDS:
            kept = self._shared() or self._fetched()
        return kept

    def _shared(self) -> _Kept | None:
        """Read the list another process left in Redis; Redis away is no reason to fail here."""
        try:
            text, left = self._redis.get(self._key), self._redis.ttl(self._key)
        except RedisError:
            return None
        if not text:
            return None
        _kept[self._place] = kept = _Kept(json.loads(text), max(0.0, KEPT_SECONDS - left))
        return kept

    def _fetched(self) -> _Kept:
        ids: dict[str, str] = {}
        for row in self._fetch():
            code = str(row.get("landcode") or "").strip().upper()
            if len(code) == 2 and row.get("id"):
                ids.setdefault(code, str(row["id"]))
        _kept[self._place] = kept = _Kept(ids)
        with suppress(RedisError):
            self._redis.set(self._key, json.dumps(ids), ex=KEPT_SECONDS)
        return kept
