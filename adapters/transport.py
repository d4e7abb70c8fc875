"""Send one request over a shared pool, within a total deadline and a size; no redirects, no proxies."""

import os
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from adapters.addresses import destinations
from adapters.deadline import Deadline, current

POOL_SIZE = 64
"""Above the threads of one process, so that no connection is thrown away while it is warm."""
CONNECT_SECONDS = 10.0
"""What one address may take to accept: who is away must not hold a thread for the whole deadline."""
FRESH_SECONDS = 2.0
"""How long an idle connection counts as open for a write; servers close idle ones after 5 s or more."""
MAX_BODY_BYTES = 20_000_000
"""Far above any list page (500 relations are about 1 MB); a body beyond it is not an answer."""
SAFE = frozenset({"GET", "HEAD"})


class TransportError(Exception):
    """Say that no whole answer came; `sent` tells whether a byte of the request left, `timeout` why."""

    def __init__(self, what: str, *, sent: bool, timeout: bool = False) -> None:
        """Describe it in our own words only: those of the library may quote addresses and parameters."""
        super().__init__(what)
        self.sent = sent
        self.timeout = timeout


class _Guarded(HTTPConnection):
    """A connection that tells the deadline of its socket and of the first byte."""

    idle_since = 0.0

    def _new_conn(self) -> socket.socket:
        deadline = current()
        if deadline is not None:
            self.timeout = min(CONNECT_SECONDS, deadline.left())
        sock = self._connected() if deadline is not None and deadline.guarded else super()._new_conn()
        if deadline is not None:
            deadline.attach(sock)
        return sock

    def _connected(self) -> socket.socket:
        """Connect to an address that was judged just now; a name asked for twice may answer twice."""
        named = self._dns_host
        failure: Exception | None = None
        try:
            for address in destinations(named, self.port):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (HTTPError, OSError) as error:
                    failure = error
        finally:
            # TLS asks for, and checks, the name.
            self._dns_host = named
        raise failure or OSError("leads nowhere")

    def request(self, *arguments: Any, **named: Any) -> None:
        """Watch a connection that was open already, then send."""
        deadline = current()
        if deadline is not None and self.sock is not None:
            deadline.attach(self.sock)
        super().request(*arguments, **named)

    def send(self, data: Any) -> None:
        """Connect first, so that a failure to connect is known to have sent nothing."""
        if self.sock is None and self.auto_open:
            self.connect()
        deadline = current()
        if deadline is not None:
            deadline.sent = True
        super().send(data)


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same over TLS."""


class _FreshFirst(HTTPConnectionPool):
    """A pool that gives a write no connection the server may have closed meanwhile."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        deadline = current()
        idle = time.monotonic() - getattr(connection, "idle_since", 0.0)
        if deadline is not None and deadline.fresh and idle > FRESH_SECONDS:
            connection.close()
        return connection

    def _put_conn(self, conn: Any) -> None:
        deadline = current()
        if conn is not None:
            conn.idle_since = time.monotonic()
            if deadline is not None and not deadline.detach():
                conn.close()
        super()._put_conn(conn)


class _Pool(_FreshFirst):
    ConnectionCls = _Guarded


class _TlsPool(_FreshFirst, HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _Adapter(HTTPAdapter):
    """Requests' adapter over our pools; it never repeats by itself."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Use pools that know the deadline."""
        super().init_poolmanager(*arguments, **named)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


_sessions: dict[tuple[int, int], requests.Session] = {}
_lock = threading.Lock()


def session_of(connection_id: int) -> requests.Session:
    """Return the session of a connection in this process, shared by its threads."""
    key = (os.getpid(), connection_id)
    with _lock:
        if key not in _sessions:
            _sessions[key] = _new_session()
        return _sessions[key]


def _new_session() -> requests.Session:
    session = requests.Session()
    # The environment may name a proxy or a .netrc; secrets go to the configured host only.
    session.trust_env = False
    adapter = _Adapter(pool_connections=4, pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def send(
    connection_id: int,
    method: str,
    url: str,
    deadline: Deadline,
    *,
    headers: Mapping[str, str],
    params: Any = None,
    json: Any = None,
    data: Any = None,
    guarded: bool = False,
) -> requests.Response:
    """Send once and read the whole body; `guarded` goes to the open internet only. Raises TransportError."""
    deadline.guarded = guarded
    with deadline:
        try:
            left = deadline.left()
            response = session_of(connection_id).request(
                method, url, headers=dict(headers), params=params, json=json, data=data,
                timeout=(min(CONNECT_SECONDS, left), left), stream=True, allow_redirects=False,
            )  # fmt: skip
            _read(response, deadline)
            return response
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            # Only the class: the library's text holds the address with its parameters.
            what = "no answer in time" if deadline.passed else type(error).__name__
            timeout = deadline.passed or isinstance(error, requests.Timeout)
            raise TransportError(what, sent=deadline.sent, timeout=timeout) from None


def _read(response: requests.Response, deadline: Deadline) -> None:
    """Load the body under the size; one that we cut looks like an end of body, so look at the clock."""
    body = bytearray()
    try:
        for chunk in response.iter_content(65_536):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TransportError("body too large", sent=True)  # noqa: TRY301 - closed below
    except BaseException:
        response.close()
        raise
    if deadline.passed:
        response.close()
        raise TransportError("no answer in time", sent=True, timeout=True)
    # The public property would read the stream again, without our bound.
    response._content = bytes(body)  # noqa: SLF001
