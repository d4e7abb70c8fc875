"""Speak SMTP over one connection that a deadline watches from its first packet on."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress

from adapters.deadline import Deadline
from adapters.mail_server import MailServer

CONNECT_SECONDS = 10.0
"""What one address may take to accept: who is away must not hold a thread for the whole deadline."""


class _Watched(smtplib.SMTP):
    """A client of which every socket is cut at the deadline; smtplib's own time-out bounds one read only."""

    def __init__(self, server: MailServer, name: str, deadline: Deadline) -> None:
        self._server = server
        self._deadline = deadline
        # A name of our own: smtplib would ask DNS for this machine's.
        super().__init__(local_hostname=name, timeout=deadline.left())

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect, under TLS at once where the URL says so; STARTTLS checks the certificate against this host."""
        self._host = host
        sock = _connect(host, port, self._deadline)
        self._deadline.attach(sock)
        if self._server.security == "smtps":
            return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        return sock


class Session:
    """Hold one dialogue with a mail server."""

    def __init__(self, server: MailServer, name: str, deadline: Deadline) -> None:
        self._server = server
        self._deadline = deadline
        self._smtp = _Watched(server, name, deadline)

    def open(self) -> None:
        """Connect, go over to TLS and log in, as the URL says. Raises SMTPException or OSError."""
        code, words = self._smtp.connect(self._server.host, self._server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        if self._server.security == "smtp+starttls":
            # Raises when the server does not offer it: the password and the text never go in the clear.
            self._smtp.starttls(context=ssl.create_default_context())
        self._smtp.ehlo_or_helo_if_needed()
        if self._server.user is not None:
            self._smtp.login(self._server.user, self._server.password or "")

    def command(self, line: str, granted: int = 2) -> tuple[int, str]:
        """Send one command and return code and words. Raises SMTPException or OSError."""
        self._smtp.putcmd(line)
        return self._reply(granted)

    def text(self, body: bytes) -> tuple[int, str]:
        """Send the text after DATA was granted and return the verdict. Raises SMTPException or OSError."""
        self._smtp.send(re.sub(rb"(?m)^\.", b"..", body) + b".\r\n")
        return self._reply(2)

    def close(self) -> None:
        """Say goodbye and hang up without waiting for an answer, which could only make a known verdict doubtful."""
        with suppress(smtplib.SMTPException, OSError):
            self._smtp.putcmd("QUIT")
        self._smtp.close()

    def _reply(self, granted: int) -> tuple[int, str]:
        """Read a reply of the class that grants the command, or a refusal; any other says nothing certain."""
        code, words = self._smtp.getreply()
        if self._deadline.passed:
            # What was cut looks like an end of line, and half a reply like a whole one.
            raise TimeoutError
        if code // 100 not in (granted, 4, 5):
            raise smtplib.SMTPResponseException(code, "unexpected reply")
        return code, " ".join(words.decode("utf-8", "replace").split())


def _connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Try each address of a host, all within the deadline. Raises OSError."""
    failure: OSError = TimeoutError("no answer in time")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if deadline.passed:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(CONNECT_SECONDS, deadline.left()))
            sock.connect(address)
            sock.settimeout(deadline.left())
            return sock
        except OSError as error:
            failure = error
            sock.close()
    raise failure
