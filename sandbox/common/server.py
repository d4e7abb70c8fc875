"""The process around a stand-in: socket, signals, command line."""

import argparse
import asyncio
import json
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.common.limits import Limits, Window
from sandbox.common.standin import Product, Receive, Scope, Send

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class OpenProtocol(HttpToolsProtocol):
    """Hand the transport to the application, which must be able to cut a connection without an answer."""

    def on_message_begin(self) -> None:
        """Begin a request and put the transport within reach."""
        super().on_message_begin()
        self.scope["transport"] = self.transport  # type: ignore[typeddict-unknown-key]


class _Server(uvicorn.Server):
    """Announce the address once it is open, and end with exit code 0 on SIGTERM."""

    first: Callable[[], Awaitable[None]] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.first:
            await self.first()
        await super().startup(sockets)
        for sock in sockets or ():
            host, port = sock.getsockname()[:2]
            print(f"listening on http://{host}:{port}", flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every stand-in's command line has."""
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", help="JSON file with records to start with")
    parser.add_argument("--option", action="append", default=[], help='switch as JSON, e.g. {"nulls": "absent"}')
    parser.add_argument("--clock-offset", type=float, default=0.0, help="seconds the vendor's clock is ahead")


def start_records(args: argparse.Namespace, system: str) -> dict[str, Any]:
    """Return the records to start with: those of one system, where the file holds several."""
    seed = json.loads(Path(args.seed).read_text()) if args.seed else {}
    return dict(seed.get(system, seed))


def turn_options(args: argparse.Namespace, product: Product) -> None:
    """Set the switches that the command line names."""
    for option in args.option:
        product.options.change(json.loads(option))


def minute_limit(args: argparse.Namespace) -> Limits:
    """Return the limit of calls per minute that the command line names; 0 is none."""
    return Limits([Window(60, args.per_minute)] if args.per_minute else [])


def serve(application: Application, host: str, port: int, first: Callable[[], Awaitable[None]] | None = None) -> None:
    """Run until SIGTERM or SIGINT; `first` runs in the same loop before the address is announced."""
    sock = socket.create_server((host, port), backlog=1024)
    config = uvicorn.Config(
        application, http=OpenProtocol, ws="none", lifespan="off", log_level="warning", access_log=False,
        timeout_keep_alive=75, timeout_graceful_shutdown=1, server_header=False,
    )  # fmt: skip
    server = _Server(config)
    server.first = first
    server.run(sockets=[sock])
