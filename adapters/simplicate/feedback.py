"""Tell Simplicate's users what became of a relation: messages on its timeline, and one checkbox."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from adapters.base import Gate, Message
from adapters.errors import Missing, OutcomeUnknown, Rejected, Unsupported
from adapters.simplicate.client import SimplicateClient
from adapters.simplicate.message_types import MessageTypes
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.resources import resource_of, whole_id
from adapters.simplicate.values import Raw, mapping, rows, text

MESSAGES = "timeline/message"
MOST_PAGES = 5
"""How far back messages are looked for. With a filter that works, one page holds all of ours."""
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}(:[0-9A-Za-z_-]{1,64})?")


class SimplicateFeedback:
    """Write and read what concerns one relation; each write is one call once the message type is known."""

    def __init__(self, client: SimplicateClient, options: SimplicateOptions, types: MessageTypes) -> None:
        self._client = client
        self._options = options
        self._types = types

    def messages(self, record_id: str) -> Sequence[Message]:
        """Return our messages on a timeline, newest first.

        The filter on the relation is presumed, not promised: where it is refused all are asked for, and one that
        is ignored answers with all as well. So each is looked at here too. Raises Missing for an id of no relation;
        Unsupported when there are too many to look through, as ours could be among the rest.
        """
        resource = _resource(record_id)
        try:
            return self._found(resource, record_id, {f"q[linked_to.{resource}_id]": record_id})
        except Rejected:
            return self._found(resource, record_id, {})

    def post_message(self, record_id: str, title: str, content: str, gate: Gate) -> str:
        """Add a message, its title led by the prefix that tells ours, and return its id.

        Raises OutcomeUnknown also when the answer names no id: the message may stand, and only its marker,
        which the caller puts into the content, can tell.
        """
        link = {f"{_resource(record_id)}_id": record_id}
        given = {
            "title": title if title.startswith(self._options.message_prefix) else self._titled(title),
            "content": self._content(content),
            "messagetype_id": self._types.id_of(self._options.message_type),
            "linked_to": link,
        }
        try:
            answer = self._client.write("POST", MESSAGES, given, gate)
        except Rejected:
            # The type may be gone since the list was fetched; the next try asks anew.
            self._types.forget()
            raise
        message_id = text(mapping(answer).get("id")) or ""
        if not _ID.fullmatch(message_id):
            raise OutcomeUnknown("Simplicate named no id for a new message")
        return message_id

    def remove_message(self, message_id: str, gate: Gate) -> None:
        """Remove a message; one that is not there is as wanted."""
        if not _ID.fullmatch(message_id):
            return
        try:
            self._client.write("DELETE", f"{MESSAGES}/{message_id}", None, gate)
        except Missing:
            return

    def set_flag(self, record_id: str, flag: str, ticked: bool, gate: Gate) -> None:
        """Set the custom field of that name; nothing else is in the body, so nothing else may change."""
        resource = _resource(record_id)
        value = "1" if ticked else self._options.unticked
        given = {"custom_fields": [{"name": flag, "value": value}]}
        self._client.write("PUT", f"crm/{resource}/{record_id}", given, gate)

    def _found(self, resource: str, record_id: str, asked: Mapping[str, str]) -> Sequence[Message]:
        """Look through the pages of one question."""
        pages = list(self._pages(asked))
        own = [row for page, _ in pages for row in page if _links(row, resource, record_id)]
        _, more = pages[-1]
        if more and len(own) < sum(len(page) for page, _ in pages):
            raise Unsupported("Simplicate does not filter timeline messages by relation")
        found = [row for row in own if self._ours(row)]
        found.sort(key=lambda row: text(row.get("created_at")) or "", reverse=True)
        return [_message(row) for row in found]

    def _pages(self, asked: Mapping[str, str]) -> Iterator[tuple[Sequence[Raw], bool]]:
        """Yield pages of messages that may be ours, newest first, up to the bound, and whether more would follow."""
        params = {**asked, "q[title]": f"*{self._options.message_prefix}*", "sort": "-created_at"}
        offset = 0
        for _ in range(MOST_PAGES):
            listing = self._client.listing(MESSAGES, **params, limit=self._options.page, offset=offset)
            more = listing.more(self._options.page, offset)
            yield listing.rows, more
            offset += len(listing.rows)
            if not more:
                return

    def _ours(self, row: Raw) -> bool:
        return (text(row.get("title")) or "").startswith(self._options.message_prefix)

    def _titled(self, title: str) -> str:
        return f"{self._options.message_prefix}: {title}"

    def _content(self, content: str) -> str:
        """Write as the connection says that Simplicate shows it."""
        if self._options.message_format == "text":
            return content
        return html.escape(content, quote=False).replace("\n", "<br>\n")


def _resource(record_id: str) -> str:
    """Return what the id belongs to. Raises Missing, before anything odd reaches an address."""
    resource = resource_of(record_id)
    if resource is None:
        raise Missing("not the id of a relation")
    return resource


def _links(row: Raw, resource: str, record_id: str) -> bool:
    """Tell whether a message hangs on this relation: an item carries `<type>_id`, by some accounts `id`."""
    links = rows(row.get("linked_to"))
    return any(whole_id(resource, link.get(name)) == record_id for link in links for name in (f"{resource}_id", "id"))


def _message(row: Raw) -> Message:
    message_id, title, content = (text(row.get(name)) or "" for name in ("id", "title", "content"))
    return Message(message_id, title, content)
