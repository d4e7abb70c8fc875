"""Search everything that a world kept or said for the personal numbers that its relations have."""

import json
from collections.abc import Sequence
from typing import Any

import redis
import requests

from benchmarks.agreement import Violation
from benchmarks.leaks import dump_database, dump_files, dump_redis, find_leaks
from benchmarks.world import World

PAGES = ("metrics", "readyz", "")


def search(world: World, numbers: set[str], said: Sequence[str]) -> tuple[list[Violation], dict[str, Any]]:
    """Return a violation per number that is found, and how much was searched; what is empty was not searched."""
    places = _places(world, said)
    empty = [name for name in ("log", "redis", "metrics", "flower tasks", "mails", "timeline") if not places.get(name)]
    leaks = find_leaks(numbers, places)
    found = [Violation("found", f"in {one.place} as {one.form}: {one.around!r}") for one in leaks]
    found += [Violation("found", f"{name} is empty: the search looked at nothing") for name in empty]
    sizes = {name: len(heap) for name, heap in places.items() if not name.startswith("database ")}
    sizes["database"] = sum(len(heap) for name, heap in places.items() if name.startswith("database "))
    told: dict[str, Any] = {"numbers": len(numbers), "bytes": sizes}
    if leaks:
        told["found of as many numbers that nobody has"] = len(find_leaks(_nobodys(numbers), places))
    return found, told


def _nobodys(numbers: set[str]) -> set[str]:
    """Make numbers of the same ranges that nobody has: what is found of them is met by chance."""
    return {f"{one[:2]}{(int(one[2:]) + 1_234_567) % 10**7:07}" for one in numbers} - numbers


def _places(world: World, said: Sequence[str]) -> dict[str, bytes]:
    """Return all that was kept or said, by where; the stand-ins' own logs are not ours."""
    with redis.Redis.from_url(str(world.runtime.settings.redis_url)) as client:
        kept = {**dump_database(world.runtime.sessions), **dump_redis(client)}
    logs = dump_files(world.folder / "log", world.folder / "data" / "log")
    state = world.control("crm", "GET", "state")
    return {
        **kept,
        **logs,
        "log": b"".join(logs.values()),
        **{page or "page": requests.get(f"{world.web_url}/{page}", timeout=30).content for page in PAGES},
        "flower tasks": requests.get(f"{world.flower_url}/api/tasks?limit=10000", timeout=60).content,
        "flower workers": requests.get(f"{world.flower_url}/api/workers?refresh=1", timeout=60).content,
        "mails": json.dumps(world.control("mail", "GET", "mails")).encode(),
        "timeline": json.dumps(state["message"]).encode(),
        "commands": "".join(said).encode(),
    }
