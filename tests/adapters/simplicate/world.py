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
from tests.adapters.contract_feedback import FeedbackWorld

KEYS = {"key": "sandbox-key", "secret": "sandbox-secret"}


class SimplicateWorld(FeedbackWorld):
    """One environment; relations are added as organisations and persons in turn."""

    flag = "sync_snelstart"
    prefix = "Boekbrug"

    def __init__(self, url: str, info: ConnectionInfo, outside: Outside) -> None:
        self.url = url
        self.outside = outside
        self.info = replace(info, system="simplicate", base_url=f"{url}/api/v2", credentials=KEYS)
        self.now: Callable[[], datetime] = utc_now
        self.session = requests.Session()
        self.session.headers.update({"Authentication-Key": KEYS["key"], "Authentication-Secret": KEYS["secret"]})
        self._added = 0
        self._seconds = 0

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

    def stored(self, record_id: str) -> dict[str, Any]:
        record = self.call("GET", f"crm/{record_id.partition(':')[0]}/{record_id}")
        return {name: value for name, value in record.items() if name not in ("updated_at", "modified")}

    def ticked(self, record_id: str) -> bool:
        fields = self.stored(record_id)["custom_fields"]
        return [field.get("value") for field in fields if field["name"] == self.flag] == ["1"]

    def note(self, record_id: str, title: str) -> None:
        kind = self.call("GET", "timeline/messagetype")[0]["id"]
        link = {f"{record_id.partition(':')[0]}_id": record_id}
        self.call("POST", "timeline/message", {"title": title, "messagetype_id": kind, "linked_to": link})

    def notes(self) -> int:
        return len(self.call("GET", "timeline/message"))

    def later(self) -> None:
        self._seconds += 2
        self.control("POST", "clock_offset", {"seconds": self._seconds})

    def lose_answers(self, *, done: bool) -> None:
        for method in ("POST", "PUT", "DELETE"):
            self.control(
                "POST", "faults", {"kind": "drop_after" if done else "drop_before", "method": method, "path": "/api"}
            )

    def answer_again(self) -> None:
        self.control("DELETE", "faults")
