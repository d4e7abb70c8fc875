"""A vendor over real sockets that answers as a test scripts it, byte for byte."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Answer = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request as it arrived, and the socket to answer on."""

    socket: socket.socket
    line: str
    headers: dict[str, str]
    body: bytes

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)


@dataclass
class Vendor:
    """Listen, and give each request the next scripted answer; the last one is repeated."""

    answers: list[Answer]
    tls: ssl.SSLContext | None = None
    seen: list[Exchange] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v2"

    def stop(self) -> None:
        """Close everything; a thread that waits in accept would keep the address open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._open:
            peer.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            if self.tls is not None:
                peer = self.tls.wrap_socket(peer, server_side=True)
            while exchange := read_request(peer):
                with self._lock:
                    self.seen.append(exchange)
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                answer(exchange)
        except OSError:
            return
        finally:
            peer.close()


def read_request(peer: socket.socket) -> Exchange | None:
    """Read one request, or None at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65_536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (row.partition(": ") for row in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += peer.recv(65_536)
    return Exchange(peer, line, headers, body)


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    """Answer properly; header names are written with _ for -."""
    named = {"Content-Type": "application/json"} | {key.replace("_", "-"): value for key, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in named.items())]
    message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda exchange: exchange.send(message)


def hang_up(exchange: Exchange) -> None:
    """Close without an answer."""
    exchange.socket.shutdown(socket.SHUT_RDWR)
