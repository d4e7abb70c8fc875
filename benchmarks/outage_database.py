"""Send hooks while PostgreSQL stops, dies and returns: what is acknowledged must be stored."""

import argparse
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import requests

from benchmarks.measure import Report, say
from benchmarks.office import SECRETS, WIDE_BOOKS, WIDE_CRM, Office
from benchmarks.world import World, open_world

SENDERS = 8
PAUSE = 0.1
TIMEOUT = 30.0
"""Above what a hook may wait for its commit, so that every answer is seen."""
CALM_SECONDS = 5.0


class Sender(threading.Thread):
    """Send one signed hook after another, each of a record of its own, and keep the answers."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self._url, self._number = world.hook_url, number
        self.ending = threading.Event()
        self.accepted: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.without_retry_after = 0

    def run(self) -> None:
        """Send until told to end."""
        session, count = requests.Session(), 0
        while not self.ending.wait(PAUSE):
            count += 1
            self._send(session, f"organization:{self._number:08x}{count:024x}")

    def _send(self, session: requests.Session, record_id: str) -> None:
        body = json.dumps({"event": "organization.updated", "data": {"id": record_id}}).encode()
        digest = hmac.new(SECRETS["BENCH_HOOK_SECRET"].encode(), body, sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Webhook-Signature": f"sha256={digest}"}
        try:
            answer = session.post(self._url, data=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            self.answers[type(error).__name__] += 1
            return
        self.answers[str(answer.status_code)] += 1
        if answer.ok:
            self.accepted.add(record_id)
        elif answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.without_retry_after += 1


def measure_database(chosen: argparse.Namespace) -> Report:
    """Stop PostgreSQL in order, then kill it, each for some seconds, under a stream of hooks."""
    report = Report("7-outage-database", notes={"seconds": chosen.database_seconds})
    office = Office(crm_limits=WIDE_CRM, books_limits=WIDE_BOOKS, recipe={"relations": 20, "in_books": 0}, workers=1)
    with open_world(office) as world:
        senders = [Sender(world, number) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for name in ("stop", "kill"):
            time.sleep(CALM_SECONDS)
            play(world, report, senders, name, chosen.database_seconds)
        time.sleep(CALM_SECONDS)
        for sender in senders:
            sender.ending.set()
            sender.join()
        judge(world, senders, report)
    return report


def play(world: World, report: Report, senders: list[Sender], name: str, seconds: float) -> None:
    """Take PostgreSQL away, bring it back, and tell when hooks are taken again."""
    refused, accepted = total(senders, "503"), len(stored_by(senders))
    leave: Callable[[], None] = getattr(world.servers.postgres, name)
    leave()
    say(f"PostgreSQL {name}")
    time.sleep(seconds)
    report.add(f"{name}: hooks answered 503 while away", total(senders, "503") - refused, least=1)
    say(f"accepted since it went: {len(stored_by(senders)) - accepted}")
    world.servers.postgres.start()
    back, known = time.monotonic(), len(stored_by(senders))
    world.wait(lambda: len(stored_by(senders)) > known, 60, "a hook taken again", 0.02)
    report.add(f"{name}: seconds from its return to the first hook taken", time.monotonic() - back, most=5)


def total(senders: list[Sender], answer: str) -> int:
    """Count an answer over all senders."""
    return sum(sender.answers[answer] for sender in senders)


def stored_by(senders: list[Sender]) -> set[str]:
    """Return the records whose hooks were acknowledged."""
    return {one for sender in senders for one in list(sender.accepted)}


def judge(world: World, senders: list[Sender], report: Report) -> None:
    """Compare what was acknowledged with what is stored."""
    answers = sum((sender.answers for sender in senders), Counter[str]())
    accepted = stored_by(senders)
    rows = world.rows("SELECT record_id FROM change_event WHERE origin = 'hook'")
    events = [row[0] for row in rows]
    report.notes["answers"] = dict(answers)
    report.add("hooks acknowledged", len(accepted), least=1)
    report.add("acknowledged but not stored", len(accepted - set(events)), most=0)
    report.add("stored more than once", len(events) - len(set(events)), most=0)
    report.add("stored but answered 503 (the commit's answer was lost)", len(set(events) - accepted))
    others = sum(count for status, count in answers.items() if status not in ("202", "503"))
    report.add("answers other than 202 and 503", others, most=0)
    report.add("503 without Retry-After", sum(sender.without_retry_after for sender in senders), most=0)
    jobs = world.count("SELECT count(*) FROM sync_job WHERE record_id = ANY(:ids)", ids=sorted(accepted))
    report.add("acknowledged without a job", len(accepted) - jobs, most=0)
