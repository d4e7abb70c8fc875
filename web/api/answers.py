"""Say once what every call to the API may be answered, so that its description is true."""

from typing import Any

from pydantic import BaseModel

from web.hooks import RETRY_SECONDS

Answers = dict[int | str, dict[str, Any]]


class Trouble(BaseModel):
    """Say in words, or by a code that the answer's description names, why nothing was done."""

    detail: str


def refused(words: str) -> dict[str, Any]:
    """Describe a refusal."""
    return {"model": Trouble, "description": words}


EVERYWHERE: Answers = {
    401: refused("The token is missing or unknown."),
    403: refused("The token lacks the scope that this needs."),
    503: refused(f"Our database does not answer; try again after {RETRY_SECONDS} s."),
}
"""An outside system that does not answer is no fault of ours: that is a 409, whose code or words say so."""
UNREADABLE: Answers = {
    400: refused("The body is not text in UTF-8."),
    413: refused("The body is too large."),
}
"""For calls that take a body."""
