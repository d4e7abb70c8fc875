"""Be the source: read relations from one Simplicate environment, and tell its users how they fared."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from adapters.base import ConnectionInfo, Finding, Gate, Lane, Message, Page, SourceRecord
from adapters.errors import Missing, Unsupported
from adapters.outside import Outside
from adapters.simplicate.checking import check
from adapters.simplicate.client import Clock, SimplicateClient, utc_now
from adapters.simplicate.everything import Everything
from adapters.simplicate.feedback import SimplicateFeedback
from adapters.simplicate.message_types import MessageTypes
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.parse import parse_relation
from adapters.simplicate.poll import Poll
from adapters.simplicate.resources import resource_of
from adapters.simplicate.values import moment
from models.records import Relation
from models.words import Kind


class Simplicate:
    """Read a Simplicate environment. One instance serves one connection in one lane; it is cheap to make."""

    def __init__(self, info: ConnectionInfo, outside: Outside, lane: Lane, now: Clock = utc_now) -> None:
        self.info = info
        self.options = SimplicateOptions.model_validate(dict(info.options))
        self._client = SimplicateClient(info, outside, lane, now)
        types = MessageTypes(info, outside.redis, self._client.listing)
        self._feedback = SimplicateFeedback(self._client, self.options, types)

    @property
    def calls(self) -> int:
        """Count the calls this instance made."""
        return self._client.calls

    def changed(self, kind: Kind, cursor: str | None) -> Iterator[Page]:
        """Yield what changed since a cursor; every page, the last and an empty one too, has one to store."""
        _relations_only(kind)
        return Poll(self._client, self.options, self.info.credentials.get("secret", "")).pages(cursor)

    def everything(self, kind: Kind, cursor: str | None) -> Iterator[Page]:
        """Yield all relations, whole; the last page's cursor is None."""
        _relations_only(kind)
        return Everything(self._client, self.options).pages(cursor)

    def read(self, kind: Kind, record_id: str) -> SourceRecord:
        """Fetch one record whole. Raises Missing, also for a merged one and for an id of no relation."""
        _relations_only(kind)
        resource = resource_of(record_id)
        if resource is None:
            raise Missing("not the id of a relation")
        raw, started = self._client.one(f"crm/{resource}/{record_id}")
        if raw.get("id") not in (None, record_id):
            raise Missing("another record came back")
        return SourceRecord(kind, record_id, moment(raw.get("updated_at"), self.options.zone), raw, started)

    def relation(self, record: SourceRecord, rules: Mapping[str, Any]) -> Relation:
        """Parse a record by the link's `relations` rules. Pure."""
        return parse_relation(record.id, record.raw, rules, self.options.zone)

    def messages(self, record_id: str) -> Sequence[Message]:
        """Return our messages on a relation's timeline, newest first. Raises Missing, Unsupported."""
        return self._feedback.messages(record_id)

    def post_message(self, record_id: str, title: str, content: str, gate: Gate) -> str:
        """Put one message on the timeline and return its id. Raises OutcomeUnknown, Rejected, Throttled."""
        return self._feedback.post_message(record_id, title, content, gate)

    def remove_message(self, message_id: str, gate: Gate) -> None:
        """Take one message off; one that is gone already is no failure."""
        self._feedback.remove_message(message_id, gate)

    def set_flag(self, record_id: str, flag: str, ticked: bool, gate: Gate) -> None:
        """Set one checkbox and touch nothing else. Raises Missing, OutcomeUnknown, Rejected, Throttled."""
        self._feedback.set_flag(record_id, flag, ticked, gate)

    def identify(self) -> str:
        """Name the environment by its host, which is unique, after the one call every key may make."""
        self._client.touch("base/test")
        return urlsplit(self.info.base_url).netloc

    def check(self, flags: Sequence[str] = ()) -> Sequence[Finding]:
        """Check credentials, rights, clock and filters, and that the given checkbox fields exist."""
        return check(self._client, self.options, self.identify, flags)


def _relations_only(kind: Kind) -> None:
    """Refuse aloud what this adapter cannot read."""
    if kind is not Kind.RELATION:
        raise Unsupported(f"Simplicate adapter reads relations, not {kind}")
