"""Open what a command or process needs: given servers, or the embedded ones for as long as it runs."""

from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self

from redis import Redis
from sqlalchemy import Engine

from adapters.outside import Outside
from models.database import Sessions, migrate
from models.settings import Settings
from models.vault import Vault
from tasks.runtime import Runtime as TaskRuntime
from tasks.wake import Waker
from worker.embedded import EmbeddedServers

REDIS_SECONDS = 2.0
"""A command waits longer for Redis than a hook may; no answer then is an outage."""


@dataclass(frozen=True)
class Runtime:
    """Hold the open connections of one process and, when it started them, the embedded servers."""

    base: TaskRuntime
    servers: EmbeddedServers | None = None

    @classmethod
    def open(cls, settings: Settings, *, migrated: bool = True) -> Self:
        """Open everything. Embedded servers are joined or started, and their schema is brought up to date.

        Given servers are somebody's: there only `boekbrug migrate` changes the schema. Raises EmbeddedError.
        """
        if settings.database_url and settings.redis_url:
            return cls(TaskRuntime.open(settings))
        servers = EmbeddedServers(settings.data_dir)
        try:
            chosen = _addressed(settings, servers)
            if migrated and servers.owner and not settings.database_url:
                migrate(str(chosen.database_url))
            return cls(TaskRuntime.open(chosen), servers)
        except BaseException:
            servers.stop()
            raise

    @property
    def settings(self) -> Settings:
        """Return the settings, with the addresses in use filled in."""
        return self.base.settings

    @property
    def engine(self) -> Engine:
        """Return PostgreSQL's engine."""
        return self.base.engine

    @property
    def sessions(self) -> Sessions:
        """Return the session factory."""
        return self.base.sessions

    @property
    def vault(self) -> Vault:
        """Return the vault of the configured keys."""
        return self.base.vault

    @property
    def waker(self) -> Waker:
        """Return what wakes the workers."""
        return self.base.waker

    @cached_property
    def redis(self) -> Redis:
        """Return a Redis client that waits a little and then says so."""
        return Redis.from_url(
            str(self.settings.redis_url), socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )

    @cached_property
    def outside(self) -> Outside:
        """Return what adapters need of this process."""
        return Outside(redis=self.redis, sessions=self.sessions, vault=self.vault, settings=self.settings)

    def close(self) -> None:
        """Close every connection, then stop the servers this process started."""
        if "redis" in self.__dict__:
            self.redis.close()
        self.base.close()
        if self.servers is not None:
            self.servers.stop()

    def __enter__(self) -> Self:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _addressed(settings: Settings, servers: EmbeddedServers) -> Settings:
    """Start or join the embedded servers and fill in the addresses that are not given."""
    found = servers.start()
    addresses = {
        "database_url": settings.database_url or found.database_url,
        "redis_url": settings.redis_url or found.redis_url,
    }
    return settings.model_copy(update=addresses)
