"""Say on a page how the last action ended, by a code that is looked up and never by a text from the address."""

from dataclasses import dataclass

from web.words import Words


@dataclass(frozen=True, slots=True)
class Notice:
    """Be one sentence above a page."""

    tone: str
    text: str


def told(words: Words, page: str, done: str) -> Notice | None:
    """Return what `?done=` says, if the page's words know it."""
    code = f"{page}.done.{done}"
    return Notice("good", words[code]) if code in words else None


def refused(words: Words, code: str) -> Notice:
    """Return why nothing was done."""
    return Notice("bad", words[code])
