"""What the examination of a connection has in common, whatever the system: findings, failures and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from adapters.base import Finding
from adapters.errors import AdapterError, Forbidden, Throttled, Unauthorised, Unavailable

CLOCK_SECONDS = 60
"""A larger difference is told: overlaps of the list readings are two minutes."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Name the system, and in Dutch and English what it gives access by and who holds the rights."""

    system: str
    keys: tuple[str, str]
    holder: tuple[str, str]


def tried(step: Callable[[], list[Finding]], wording: Wording) -> list[Finding]:
    """Return what a step finds; its failure is a finding too, never an exception."""
    system, (keys_nl, keys_en), (holder_nl, holder_en) = wording.system, wording.keys, wording.holder
    try:
        return step()
    except Unauthorised as error:
        return [bad(f"{system} weigert {keys_nl}: {error}", f"{system} refuses {keys_en}: {error}")]
    except Forbidden as error:
        return [bad(f"{holder_nl} mist een recht: {error}", f"{holder_en} lacks a right: {error}")]
    except Throttled as error:
        moment = f"{error.retry_at:%H:%M:%S} UTC"
        return [bad(f"De limiet is bereikt tot {moment}", f"The limit is reached until {moment}")]
    except Unavailable as error:
        return [bad(f"{system} is niet bereikbaar: {error}", f"{system} cannot be reached: {error}")]
    except AdapterError as error:
        return [bad(f"{system} weigert de vraag: {error}", f"{system} refuses the request: {error}")]


def clock(date: str | None, asked: datetime, answered: datetime, wording: Wording) -> list[Finding]:
    """Compare the time that an answer names with ours halfway the call; nothing where it names none."""
    try:
        theirs = parsedate_to_datetime(date or "")
        ours = asked + (answered - asked) / 2
        seconds = round((theirs.replace(tzinfo=theirs.tzinfo or UTC) - ours).total_seconds())
    except ValueError:
        return []
    nl, en = f"Klokverschil met {wording.system}", f"Clock difference with {wording.system}"
    return [Finding(abs(seconds) <= CLOCK_SECONDS, f"{nl}: {seconds} s", f"{en}: {seconds} s")]


def good(nl: str, en: str) -> Finding:
    """Return what is as it must be."""
    return Finding(True, nl, en)


def bad(nl: str, en: str) -> Finding:
    """Return what somebody must mend."""
    return Finding(False, nl, en)
