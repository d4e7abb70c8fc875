"""A mail server over real sockets that says what a test scripts, and remembers every line it hears."""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import BinaryIO

GRANTED = {
    "greeting": "220 scripted",
    "EHLO": "250-scripted\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "text": "250 taken",
    "QUIT": "221 bye",
}
DROP, HANG, TRICKLE = "<drop>", "<hang>", "<trickle>"
"""Instead of a reply: close the connection; say nothing; say a byte now and then and never end the line."""


class Script:
    """Listen, and answer each verb (`greeting` and `text` besides) by the script."""

    def __init__(
        self, replies: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None, *, at_once: bool = False
    ) -> None:
        self.replies = {**GRANTED, **(replies or {})}
        self.heard: list[str] = []
        self.text = b""
        self._tls, self._at_once = tls, at_once
        self._done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """End all connections and wait for their threads."""
        self._done.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._done.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            # A client that goes without a word must not keep the thread.
            peer.settimeout(5)
            self._threads.append(threading.Thread(target=self._serve, args=(peer,), daemon=True))
            self._threads[-1].start()

    def _serve(self, peer: socket.socket) -> None:
        with ExitStack() as opened, suppress(OSError, ConnectionError):
            self._talk(opened, self._opened(opened, peer, encrypted=self._at_once))

    def _opened(self, opened: ExitStack, peer: socket.socket, *, encrypted: bool) -> socket.socket:
        """Close this socket in the end, or the one that takes over from it."""
        opened.enter_context(peer)
        return opened.enter_context(self._tls.wrap_socket(peer, server_side=True)) if encrypted and self._tls else peer

    def _talk(self, opened: ExitStack, peer: socket.socket) -> None:
        self._say(peer, "greeting")
        lines = opened.enter_context(peer.makefile("rb"))
        while line := lines.readline().decode("latin-1"):
            verb = line.partition(" ")[0].strip().upper()
            self.heard.append(line.strip())
            self._say(peer, verb)
            if verb == "DATA" and self.replies["DATA"].startswith("354"):
                self._listen(lines)
                self._say(peer, "text")
            if verb == "STARTTLS":
                peer = self._opened(opened, peer, encrypted=True)
                lines = opened.enter_context(peer.makefile("rb"))

    def _listen(self, lines: BinaryIO) -> None:
        while (line := lines.readline()) != b".\r\n":
            if not line:
                raise ConnectionError
            self.text += line

    def _say(self, peer: socket.socket, verb: str) -> None:
        reply = self.replies.get(verb, "502 unknown")
        if reply == DROP:
            raise ConnectionError
        while reply in (HANG, TRICKLE) and not self._done.wait(0.05):
            if reply == TRICKLE:
                peer.sendall(b"2")
        peer.sendall(reply.encode() + b"\r\n")
