"""Simplicate's refusals, in each of the shapes that clients have met."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from sandbox.common.http import Reply, reply, text

SHAPES = ("object", "batch", "string", "message", "plain")


@dataclass
class Refused(Exception):
    """Carry status and words of a refusal; the shape is chosen when it is answered."""

    status: int
    message: str
    kind: str = "Validation"
    submitted: Any = None


class ErrorShapes:
    """Word refusals in a fixed shape, or in each shape in turn."""

    def __init__(self) -> None:
        self._turn: Iterator[str] = cycle(SHAPES)

    def answer(self, refused: Refused, shape: str) -> Reply:
        """Return the answer for a refusal."""
        if shape == "mixed":
            shape = next(self._turn)
        error = {
            "code": refused.status,
            "type": refused.kind,
            "message": refused.message,
            "translated_message": refused.message,
            "error_message": refused.message,
        }
        if shape == "plain":
            return text(refused.message, refused.status)
        if shape == "message":
            return reply({"message": refused.message}, refused.status)
        items = {"string": refused.message, "batch": {"error": error, "submitted_data": refused.submitted}}
        return reply({"data": None, "errors": [items.get(shape, error)], "debug": None}, refused.status)
