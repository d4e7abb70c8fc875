"""Open what a process needs, once, from explicit addresses: database, Redis, vault and wake-ups."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from redis import Redis
from sqlalchemy import Engine

from adapters.outside import Outside
from models.database import Sessions, open_engine, open_sessions
from models.settings import Settings, settings
from models.vault import Vault, key_file
from tasks.wake import Waker, open_publisher

PATIENT_SECONDS = 2.0


class NoServers(Exception):
    """Say that an address is missing; embedded servers are started by `boekbrug`, which then names them."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Hold the open connections of one process."""

    settings: Settings
    engine: Engine
    sessions: Sessions
    redis: Redis
    vault: Vault
    waker: Waker
    outside: Outside
    """The same for adapters; its Redis client waits longer, because a budget decision has no second way."""

    @classmethod
    def open(cls, chosen: Settings) -> Self:
        """Build everything without connecting yet. Raises NoServers."""
        if chosen.database_url is None or chosen.redis_url is None:
            raise NoServers(
                "BOEKBRUG_DATABASE_URL and BOEKBRUG_REDIS_URL must be set; "
                "`boekbrug` starts its own servers and sets them"
            )
        engine = open_engine(chosen.database_url, chosen.database_pool)
        sessions, vault = open_sessions(engine), open_vault(chosen)
        redis = open_publisher(chosen.redis_url)
        patient = Redis.from_url(
            chosen.redis_url, socket_timeout=PATIENT_SECONDS, socket_connect_timeout=PATIENT_SECONDS
        )
        outside = Outside(patient, sessions, vault, chosen)
        return cls(chosen, engine, sessions, redis, vault, Waker(redis), outside)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.redis.close()
        self.outside.redis.close()


def open_vault(chosen: Settings) -> Vault:
    """Open the vault of the configured keys, or of the data folder's key file."""
    keys = chosen.secret_keys
    return Vault.from_text(keys.get_secret_value() if keys else key_file(chosen.data_dir))


@lru_cache(maxsize=1)
def runtime() -> Runtime:
    """Return this process's runtime, opened at first use."""
    return Runtime.open(settings())
