"""Send signed hooks over kept-alive connections, as fast as they are answered; print how many per second."""

import argparse
import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import uvloop


def requests(host: str, path: str, secret: str, first: int) -> Iterator[bytes]:
    """Yield requests, each for a record of its own."""
    number = first
    while True:
        body = json.dumps({"event": "organization.updated", "data": {"id": f"organization:{number:08d}"}}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        yield (
            f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
            f"x-simplicate-domain: bench\r\nx-webhook-signature: sha256={signature}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body
        number += 1


class Tally:
    """Count answers over a measured stretch of time."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        """Share one stream of requests between all connections."""
        self.requests = requests
        self.accepted = 0
        self.refused = 0


class Sender(asyncio.Protocol):
    """Send the next request when an answer is whole."""

    def __init__(self, tally: Tally) -> None:
        """Count into a shared tally."""
        self._tally = tally
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports keep the interface without inheriting it.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(next(self._tally.requests))

    def data_received(self, data: bytes) -> None:
        """Count an answer once its last byte is here."""
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap or len(body) < int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            return
        self._buffer = b""
        if head.startswith(b"HTTP/1.1 202"):
            self._tally.accepted += 1
        else:
            self._tally.refused += 1
        self._transport.write(next(self._tally.requests))


async def measure(url: str, secret: str, first: int, connections: int, seconds: float) -> dict[str, float]:
    """Warm up for a fifth of the time, then count."""
    parts = urlsplit(url)
    tally = Tally(requests(parts.netloc, parts.path, secret, first))
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Sender(tally), parts.hostname or "", parts.port or 80)
    await asyncio.sleep(seconds / 5)
    before, started = tally.accepted, time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (tally.accepted - before) / (time.perf_counter() - started)
    return {"per_second": rate, "refused": tally.refused, "accepted": tally.accepted}


def main() -> int:
    """Read the command line, send, print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=4)
    chosen = parser.parse_args()
    result = uvloop.run(measure(chosen.url, chosen.secret, chosen.first, chosen.connections, chosen.seconds))
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
