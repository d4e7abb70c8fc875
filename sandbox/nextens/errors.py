"""Nextens' refusals: bodies with Dutch words, some of which repeat the refused value."""

import re
from dataclasses import dataclass

from sandbox.common.http import reply
from sandbox.common.tokened import Refused


@dataclass(frozen=True, slots=True)
class Fault:
    """Say what is wrong with one field."""

    field: str
    code: str
    words: str

    def as_json(self) -> dict[str, str]:
        """Return the fault as the body holds it."""
        return {"Veld": self.field, "Code": self.code, "Melding": self.words}


def quoted(words: str, value: object, quote: bool) -> str:
    """Put the refused value where the words have `{}`, or take the place out."""
    return words.replace("{}", str(value)) if quote else re.sub(r" ?'?\{\}'?", "", words)


def invalid(faults: list[Fault], message: str = "De gegevens zijn niet geldig.") -> Refused:
    """Refuse a body, field by field."""
    return Refused(reply({"Message": message, "Errors": [fault.as_json() for fault in faults]}, 400))


def denied(message: str, status: int, headers: dict[str, str] | None = None) -> Refused:
    """Refuse a call for what it is, not for what it brings."""
    return Refused(reply({"Message": message, "Errors": []}, status, headers))


def conflict(code: str, message: str) -> Refused:
    """Refuse with 409, which means "exists already" as well as "not found"."""
    return Refused(reply({"Code": code, "Message": message, "Errors": []}, 409))
