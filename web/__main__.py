"""Serve the web application: `python -m web --host 127.0.0.1 --port 8000`."""

import argparse
import socket
import sys

import uvicorn

from web.app import create_app

SHUTDOWN_SECONDS = 15
"""Above the patience of a hook, so that whoever waits for a commit is answered before the end."""


class AnnouncedServer(uvicorn.Server):
    """Say where it listens once it does: with port 0 nobody else can know."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then speak."""
        await super().startup(sockets)
        for listener in sockets or []:
            host, port = listener.getsockname()[:2]
            print(f"listening on http://{host}:{port}", flush=True)


def serve(host: str, port: int) -> int:
    """Serve until a signal ends it. No access log: the path of a hook holds its token."""
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
        proxy_headers=False,  # Whose word is taken is a setting of the application (web.security).
    )
    listener = config.bind_socket()
    AnnouncedServer(config).run(sockets=[listener])
    return 0


def main() -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args()
    return serve(chosen.host, chosen.port)


if __name__ == "__main__":
    sys.exit(main())
