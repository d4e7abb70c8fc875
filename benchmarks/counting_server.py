"""A vendor that only counts: sliding and calendar windows and calls at one moment, judged on arrival."""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass
class Counts:
    """Hold what arrived; nothing is forgotten, so that the fullest window can be told afterwards."""

    limit: int
    window: float
    concurrent: int
    arrivals: list[float] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    now_open: int = 0
    most_open: int = 0
    most_sliding: int = 0
    calendar: tuple[int, int] = (0, 0)
    most_calendar: int = 0

    def arrive(self) -> bool:
        """Count one arrival; False when a limit refuses it. Refused ones count too, as at a strict vendor."""
        now = time.time()
        self.arrivals.append(now)
        self.recent.append(now)
        while self.recent[0] <= now - self.window:
            self.recent.popleft()
        period = int(now / self.window)
        self.calendar = (period, self.calendar[1] + 1 if self.calendar[0] == period else 1)
        self.now_open += 1
        self.most_open = max(self.most_open, self.now_open)
        self.most_sliding = max(self.most_sliding, len(self.recent))
        self.most_calendar = max(self.most_calendar, self.calendar[1])
        good = self.now_open <= self.concurrent and max(len(self.recent), self.calendar[1]) <= self.limit
        self.refused += not good
        return good

    def report(self) -> dict[str, object]:
        """Return everything, for whoever judges."""
        names = ("refused", "most_open", "most_sliding", "most_calendar", "arrivals", "latencies")
        return {name: getattr(self, name) for name in names}


class Server:
    """Answer after a random latency; `/stats` tells the counts."""

    def __init__(self, counts: Counts, low: float, high: float) -> None:
        """Take the bounds of the latency in seconds."""
        self._counts = counts
        self._bounds = low, high

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                sizes = [int(row[15:]) for row in head.split("\r\n") if row.startswith("content-length:")]
                await reader.readexactly(sum(sizes))
                status, body = (200, self._counts.report()) if "/stats " in head else await self._answer()
                content = json.dumps(body).encode()
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self) -> tuple[int, dict[str, object]]:
        good = self._counts.arrive()
        latency = random.uniform(*self._bounds)
        if good:
            await asyncio.sleep(latency)
            self._counts.latencies.append(latency)
        self._counts.now_open -= 1
        return (200, {}) if good else (429, {"message": "Rate limit is exceeded."})


async def run(counts: Counts, low: float, high: float) -> None:
    """Listen on a free port and print it."""
    server = await asyncio.start_server(Server(counts, low, high).serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    await server.serve_forever()


def main() -> int:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, required=True)
    parser.add_argument("--window", type=float, required=True)
    parser.add_argument("--concurrent", type=int, required=True)
    parser.add_argument("--latency", type=float, nargs=2, default=(0.02, 0.8))
    chosen = parser.parse_args()
    asyncio.run(run(Counts(chosen.limit, chosen.window, chosen.concurrent), *chosen.latency))
    return 0


if __name__ == "__main__":
    sys.exit(main())
