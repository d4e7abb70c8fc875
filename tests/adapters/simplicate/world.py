"""Change a Simplicate stand-in behind the adapter's back, over HTTP only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import requests

from adapters.base import ConnectionInfo
from adapters.outside import Outside
from adapters.simplicate import Simplicate
from adapters.simplicate.client import utc_now
from models.words import Lane
from tests.adapters.contract_source import World

KEYS = {"key": "sandbox-key", "secret": "sandbox-secret"}


class SimplicateWorld(World):
    """One environment; relations are added as organisations and persons in turn."""

    def __init__(self, url: str, info: ConnectionInfo, outside: Outside) -> None:
        self.url = url
        self.outside = outside
        self.info = replace(info, system="simplicate", base_url=f"{url}/api/v2", credentials=KEYS)
        self.now: Callable[[], datetime] = utc_now
        self.session = requests.Session()
        self.session.headers.update({"Authentication-Key": KEYS["key"], "Authentication-Secret": KEYS["secret"]})
        self._added = 0

    def options(self, **options: Any) -> None:
        self.info = replace(self.info, options={**self.info.options, **options})

    def open(self, lane: Lane = Lane.LIVE) -> Simplicate:
        return Simplicate(self.info, self.outside, lane, self.now)

    def control(self, method: str, name: str, given: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/_control/{name}", json=given, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, method: str, path: str, given: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/api/v2/{path}", json=given, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def add(self, name: str, **values: Any) -> str:
        self._added += 1
        if self._added % 3:
            return str(self.call("POST", "crm/organization", {"name": name, **values})["id"])
        return str(self.call("POST", "crm/person", {"first_name": name, "family_name": "", **values})["id"])

    def edit(self, record_id: str, name: str) -> None:
        resource = record_id.partition(":")[0]
        field = "name" if resource == "organization" else "first_name"
        self.call("PUT", f"crm/{resource}/{record_id}", {field: name})

    def delete(self, record_id: str) -> None:
        self.call("DELETE", f"crm/{record_id.partition(':')[0]}/{record_id}")

    def total(self) -> int:
        state = self.control("GET", "state")
        return len(state["organization"]) + len(state["person"])

    def arrivals(self) -> int:
        return int(self.control("GET", "stats")["total"])
