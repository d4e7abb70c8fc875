"""Both embedded servers as one: started together, owned by one process, found by the others."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from worker.embedded.errors import EmbeddedError
from worker.embedded.home import Ownership, forget_home, open_home
from worker.embedded.postgres import EmbeddedPostgres
from worker.embedded.processes import wait_until
from worker.embedded.valkey import EmbeddedRedis

# As long as a first start of the owner may take: initdb, start, load.
BORROW_SECONDS = 60.0


@dataclass(frozen=True)
class Servers:
    """The addresses of the servers in use."""

    database_url: str
    redis_url: str
    celery_broker_url: str


class EmbeddedServers:
    """PostgreSQL and Valkey in one data folder.

    The process that starts them first owns them and stops them. A second one on the same folder borrows them:
    it gets the same addresses, and its `stop` leaves them running. When the owner was killed, the next start
    adopts what still runs, starts what does not, and is the owner from then on.
    """

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        """Open the folders; `fsync=False` is for tests only."""
        self._data_dir = data_dir
        self._home = open_home(data_dir)
        self._ownership = Ownership(data_dir / "servers.lock")
        self.owner = False
        self.postgres = EmbeddedPostgres(self._home, fsync)
        self.redis = EmbeddedRedis(self._home)

    @property
    def addresses(self) -> Servers:
        """Return the addresses, which stay the same over every start."""
        return Servers(self.postgres.url(), self.redis.url(), self.redis.broker_url())

    def start(self) -> Servers:
        """Start or borrow both servers, wait until they answer, and return their addresses."""
        if self.owner or self._ownership.take():
            self._start_owned()
        elif not wait_until(self.answer, BORROW_SECONDS, 0.1):
            raise EmbeddedError(
                f"Another process owns the servers in {self._data_dir}, and they do not answer. "
                "Stop that process, or choose another BOEKBRUG_DATA_DIR."
            )
        return self.addresses

    def _start_owned(self) -> None:
        """Start both, or neither."""
        self.owner = True
        try:
            self.postgres.start()
            self.redis.start()
        except BaseException:
            self.stop()
            raise

    def answer(self) -> bool:
        """Tell whether both servers answer."""
        return self.postgres.answers() and self.redis.answers()

    def restart_redis(self, wipe: bool = False) -> None:
        """Stop and start Valkey; with `wipe` it comes back empty, as a lost disk would leave it."""
        self.redis.stop()
        if wipe:
            self.redis.wipe()
        self.redis.start()

    def stop(self) -> None:
        """Stop what this process owns; what was borrowed keeps running."""
        if self.owner:
            self.redis.stop()
            self.postgres.stop()
            self._ownership.release()
            self.owner = False

    def destroy(self) -> None:
        """Stop, and delete all data; for tests and the demo."""
        self.stop()
        forget_home(self._data_dir)

    def __enter__(self) -> Self:
        """Start the servers."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the servers."""
        self.stop()
