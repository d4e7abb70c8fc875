"""Remember how far polling has come, so that no change is missed and none is told twice. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from adapters.simplicate.values import Raw, local

CLOCK_CHANGE = timedelta(minutes=65)
"""When the clock goes back, an hour of times is shown twice; the look back must span it."""
KEEP = 1000
"""Records remembered per resource. Beyond it, which takes a bulk edit, some are told of again: harmless."""
BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 - Simplicate's times carry no zone.


@dataclass
class Mark:
    """Hold how far one resource was read.

    `at` is the newest time seen, by Simplicate's clock. Records may show up a little later than they are
    stamped, so each poll reads again from `at` minus an overlap, and `seen` tells what it already told of.
    Once `at` has stood unchanged for twice the overlap, by our clock, nothing older can come: `settled`, and
    a quiet poll gets an empty answer, also after a bulk edit.
    """

    at: datetime
    since: datetime
    """When `at` was first seen, by our clock (UTC)."""
    settled: bool = False
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id -> time and fingerprint. The fingerprint tells two edits within one second apart."""

    def note(self, record_id: str, at: datetime | None, fingerprint: str) -> bool:
        """Remember a record and tell whether this state of it is new."""
        state = (stamp(at) if at else "", fingerprint)
        new = self.seen.get(record_id) != state
        self.seen[record_id] = state
        return new

    def advance(self, at: datetime, now: datetime) -> None:
        """Move on to a newer time; never back, as the clock itself may."""
        if at > self.at:
            self.at, self.since, self.settled = at, now, False

    def prune(self, look_back: timedelta) -> None:
        """Forget what the next poll will not read again, and the oldest above the bound."""
        oldest = stamp(self.at - look_back)
        kept = sorted(((at, key) for key, (at, _) in self.seen.items() if at >= oldest), reverse=True)[:KEEP]
        self.seen = {key: self.seen[key] for _, key in kept}

    def as_json(self) -> dict[str, Any]:
        """Return plain values for the cursor."""
        return {
            "at": stamp(self.at),
            "since": self.since.isoformat(),
            "settled": self.settled,
            "seen": self.seen,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Mark":
        """Read what `as_json` wrote."""
        return cls(
            at=datetime.fromisoformat(value["at"]),
            since=datetime.fromisoformat(value["since"]),
            settled=value["settled"],
            seen={key: (at, fingerprint) for key, (at, fingerprint) in value["seen"].items()},
        )


def dump(marks: Mapping[str, Mark]) -> str:
    """Write marks as a cursor."""
    return json.dumps({name: mark.as_json() for name, mark in marks.items()}, separators=(",", ":"))


def load(cursor: str | None) -> dict[str, Mark]:
    """Read marks from a cursor; none yet when it is None."""
    return {name: Mark.from_json(value) for name, value in json.loads(cursor or "{}").items()}


def stamp(at: datetime) -> str:
    """Write a time as Simplicate filters by it."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def wall(value: object, zone: tzinfo) -> datetime | None:
    """Read a time as Simplicate's clock showed it, also when it does carry a zone."""
    read = local(value)
    return read.astimezone(zone).replace(tzinfo=None) if read and read.tzinfo else read


def look_back(at: datetime, overlap: timedelta, zone: tzinfo) -> timedelta:
    """Return how far to read back from a time: longer where the clock changes nearby."""
    before, after = ((at + step).replace(tzinfo=zone).utcoffset() for step in (-CLOCK_CHANGE, CLOCK_CHANGE))
    return overlap if before == after else max(overlap, CLOCK_CHANGE)


def fingerprint(raw: Raw, key: str) -> str:
    """Return a short keyed hash of a record: keyed, as a cursor must not help to guess a BSN."""
    text = json.dumps(raw, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6, key=key.encode()[:64]).hexdigest()
