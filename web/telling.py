"""Say in sentences where everything stands. Pure: numbers and moments in, words out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.drift import FINDINGS
from sync.feedback.mailing import NAMES
from web.filters import figure
from web.queries.overview import ConnectionLine, LinkLine, Overview
from web.queries.reconciliations import FINE
from web.words import Words

SOON = 90
"""Seconds that are told as such; from there on minutes."""


class Teller:
    """Speak one language in the office's zone, at one moment."""

    def __init__(self, words: Words, language: str, zone: ZoneInfo, now: datetime) -> None:
        """Take what the page is rendered with."""
        self._t = words
        self._language = language
        self._zone = zone
        self._now = now

    def number(self, value: float) -> str:
        """Write a number."""
        return figure(value, self._language)

    def moment(self, at: datetime) -> str:
        """Write the time, with the day when it is another one than today."""
        local, today = at.astimezone(self._zone), self._now.astimezone(self._zone)
        return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d-%m %H:%M}"

    def duration(self, seconds: float) -> str:
        """Write a length of time as people say it."""
        if seconds < SOON:
            return self._many("span.second", max(1, round(seconds)))
        if seconds < 60 * SOON:
            return self._many("span.minute", round(seconds / 60))
        if seconds < 2 * 86400:
            return self._many("span.hour", round(seconds / 3600))
        return self._many("span.day", round(seconds / 86400))

    def age(self, since: datetime) -> str:
        """Write how long ago something was."""
        return self.duration((self._now - since).total_seconds())

    def _many(self, code: str, number: int) -> str:
        return self._t(code if number != 1 else f"{code}_one", n=self.number(number))

    def headline(self, seen: Overview) -> str:
        """Answer whether everything is in, in one sentence."""
        if not seen.links:
            return self._t["overview.no_links"]
        parts = []
        if seen.waiting:
            oldest = seen.oldest or self._now
            parts.append(
                self._many("overview.waiting", seen.waiting) + self._t("overview.oldest", age=self.age(oldest))
            )
        if seen.wrong:
            parts.append(self._many("overview.wrong", seen.wrong))
        return f"{'; '.join(parts)}." if parts else self._t["overview.all_in"]

    def connection(self, line: ConnectionLine) -> str:
        """Say how a connection is, since when, what waits for it and what happens next."""
        waiting = self._many("connection.waiting", line.waiting) if line.waiting else ""
        at = self.moment(line.next_try) if line.next_try else ""
        sentence = self._t(f"connection.{line.state}", name=self.named(line), since=self.moment(line.since), at=at)
        rest = [waiting] if line.state != "disabled" and waiting else []
        if line.state == "parked" and at:
            rest.append(self._t("connection.next_try", at=at))
        return "; ".join([sentence, *rest])

    def named(self, line: ConnectionLine) -> str:
        """Name a connection as people know it: by its system, and by its own name behind that."""
        return f"{NAMES.get(line.system, line.system.title())} ({line.name})"

    def tone(self, line: ConnectionLine) -> str:
        """Choose the class that goes with the words."""
        tones = {"active": "good", "throttled": "wait", "paused": "wait", "disabled": "soft"}
        return tones.get(line.state, "bad")

    def done_by(self, seconds: float | None) -> str:
        """Say when waiting work will be done; empty where nothing waits."""
        return (
            ""
            if seconds is None
            else self._t("overview.done_by", at=self.moment(self._now + timedelta(seconds=seconds)))
        )

    def forecast(self, seen: Overview, link: LinkLine) -> str:
        """Say when a link's waiting work will be done at the pace of its slower end, or why that is not known."""
        if not link.counts.waiting:
            return ""
        seconds = seen.seconds(link)
        return self._t["overview.no_forecast"] if seconds is None else self.done_by(seconds)

    def comparing(self, link: LinkLine) -> str:
        """Say how far a comparison is; empty where none is under way."""
        if link.begun is None:
            return ""
        if not link.begun.running:
            return self._t["reconcile.asked"]
        return self.progress(link.begun.read, link.begun.total)

    def progress(self, read: int, total: int | None) -> str:
        """Say how many records were read."""
        if not read:
            return self._t["reconcile.began"]
        if total and read >= total:
            return self._t("reconcile.books", read=self.number(read))
        return self._t("reconcile.read", read=self.number(read), total=self.number(total) if total else "?")

    def drift(self, counts: Mapping[str, int]) -> str:
        """List what a comparison found that asks something of somebody; empty where both sides agree."""
        found = [name for name in FINDINGS if name not in FINE and counts.get(name)]
        return ", ".join(f"{self.number(counts[name])} {self._t[f'finding.{name}']}" for name in found)
