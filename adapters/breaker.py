"""Park a connection whose system is away, and let one process at a time look whether it is back.

The state is a row, so it survives Redis; only the count of failures in a row lives there.
"""

from contextlib import suppress
from datetime import datetime

import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from adapters.outside import Outside
from models.settings import Settings, settings

FAILURES = 3
"""Failures in a row, without an answer between, that make an outage out of bad luck."""
FORGET_SECONDS = 600
"""Failures further apart than this are not one outage."""
QUICK_SECONDS = 120
"""How long probes keep their first pace: most outages are over by then."""

PARK = """UPDATE connection SET state = 'parked', state_reason = :reason, state_since = now(), probes = 0,
          next_probe_at = now() + make_interval(secs => :probe) WHERE id = :id AND state = 'active'"""
CONSENT = """UPDATE connection SET state = 'needs_consent', state_reason = :reason, state_since = now(),
             next_probe_at = NULL, probes = 0 WHERE id = :id AND state <> 'needs_consent'"""
THROTTLE = """UPDATE connection SET throttled_until = :at
              WHERE id = :id AND (throttled_until IS NULL OR throttled_until < :at)"""
CLOSE = """UPDATE connection SET state = 'active', state_reason = '', state_since = now(),
           next_probe_at = NULL, probes = 0 WHERE id = :id AND state = 'parked'"""
RENEW = """UPDATE connection SET state = 'active', state_reason = '', state_since = now()
           WHERE id = :id AND state = 'needs_consent'"""
PROBE = """UPDATE connection SET probes = probes + 1, next_probe_at = now() + make_interval(secs =>
             least(:most, :probe * power(2.0, least(20, greatest(0, probes + 1 - ceil(:quick / :probe))))))
           WHERE id = :id AND state = 'parked' AND (next_probe_at IS NULL OR next_probe_at <= now())"""
LATER = """UPDATE connection SET probes = greatest(0, probes - 1), next_probe_at = now() + make_interval(secs =>
           least(:most, :pause)) WHERE id = :id AND state = 'parked'"""


class Breaker:
    """Count the failures of one connection over all processes and park it at the third in a row."""

    def __init__(self, connection_id: int, outside: Outside) -> None:
        """Name the connection."""
        self._id = connection_id
        self._outside = outside
        self._key = f"breaker:{{{connection_id}}}"

    def success(self) -> None:
        """Forget the failures: the system answered. It opens nothing; that is `close`, after a probe."""
        with suppress(redis.RedisError):
            self._outside.redis.delete(self._key)

    def failure(self, reason: str) -> None:
        """Count one; the third in a row parks the connection. `reason` is shown: no personal data."""
        if self._count() >= FAILURES:
            self._run(PARK, reason=reason, probe=self._outside.settings.probe_seconds)
            self.success()

    def _count(self) -> int:
        """Add one; without Redis nothing is counted, and nothing is called either."""
        try:
            with self._outside.redis.pipeline() as pipe:
                pipe.incr(self._key)
                pipe.expire(self._key, FORGET_SECONDS)
                return int(pipe.execute()[0])
        except redis.RedisError:
            return 0

    def needs_consent(self, words: str) -> None:
        """Stop the connection until a person renewed its credentials."""
        self._run(CONSENT, reason=words)

    def renewed(self) -> bool:
        """Use the connection again after a person saw its credentials work; True if it waited for that."""
        return self._run(RENEW)

    def throttle_until(self, at: datetime) -> None:
        """Park the connection's jobs until a moment that the vendor named; it can only get later."""
        self._run(THROTTLE, at=at)

    def close(self) -> bool:
        """Use the connection again after a good probe; True for the one caller who changed it."""
        self.success()
        return self._run(CLOSE)

    def probe_later(self, seconds: float) -> None:
        """Probe when our own budget allows it: what it refuses says nothing about the system and counts for none."""
        self._run(LATER, pause=max(0.0, seconds), most=self._outside.settings.probe_seconds_max)

    def _run(self, statement: str, **values: object) -> bool:
        """Change the row in a transaction of its own."""
        with self._outside.sessions.begin() as session:
            return _changed(session, statement, {"id": self._id, **values})


def due_probe(session: Session, connection_id: int, given: Settings | None = None) -> bool:
    """Take the right to probe a parked connection; one caller per interval gets it, over all processes.

    Commit before probing: the right is the row's next moment, and a prober that dies just costs an interval.
    """
    chosen = given or settings()
    values: dict[str, object] = {
        "id": connection_id, "probe": float(chosen.probe_seconds),
        "most": float(chosen.probe_seconds_max), "quick": float(QUICK_SECONDS),
    }  # fmt: skip
    return _changed(session, PROBE, values)


def _changed(session: Session, statement: str, values: dict[str, object]) -> bool:
    return bool(getattr(session.execute(text(statement), values), "rowcount", 0))
