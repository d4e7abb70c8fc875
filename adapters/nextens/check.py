"""Examine a connection for a person: token, licence, what can be seen, clock and limits."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from adapters.base import ConnectionInfo, Finding
from adapters.errors import AdapterError, Forbidden, Throttled, Unauthorised, Unavailable
from adapters.nextens.members import Kind
from adapters.nextens.options import DEFAULT_LIMITS, Options

CLOCK_SECONDS = 60
"""A larger difference is told: overlaps of the list readings are two minutes."""


class Examined(Protocol):
    """Be what an examination needs of the target."""

    info: ConnectionInfo
    options: Options

    def probe(self) -> str | None:
        """Look nobody up and return the time that the answer names."""

    def visible(self, kind: Kind) -> tuple[int, bool]:
        """Count the clients of a kind that one page shows."""


def examine(target: Examined) -> Sequence[Finding]:
    """Try what the product needs, in at most three calls; a failure is a finding, never an exception."""
    first = _tried(lambda: _office(target))
    if not all(finding.ok for finding in first):
        return first
    return [*first, *_tried(lambda: _visible(target)), _limits(target.info.limits)]


def _tried(step: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return step()
    except Unauthorised as error:
        return [_bad(f"Nextens weigert het token: {error}", f"Nextens refuses the token: {error}")]
    except Forbidden as error:
        return [_bad(f"Dit kantoor mist een recht: {error}", f"This office lacks a right: {error}")]
    except Throttled as error:
        moment = f"{error.retry_at:%H:%M:%S} UTC"
        return [_bad(f"De limiet is bereikt tot {moment}", f"The limit is reached until {moment}")]
    except Unavailable as error:
        return [_bad(f"Nextens is niet bereikbaar: {error}", f"Nextens cannot be reached: {error}")]
    except AdapterError as error:
        return [_bad(f"Nextens weigert de vraag: {error}", f"Nextens refuses the request: {error}")]


def _office(target: Examined) -> list[Finding]:
    """Look nobody up: a right to write can only be seen by writing, so it is not claimed."""
    asked = datetime.now(UTC)
    date = target.probe()
    answered = datetime.now(UTC)
    found = [
        _good("Het token werkt en is versleuteld bewaard", "The token works and is stored encrypted"),
        _good(
            "Het kantoor antwoordt: cliënten zijn op te zoeken",
            "The office answers: clients can be looked up",
        ),
    ]
    return found + _clock(date, asked, answered)


def _clock(date: str | None, asked: datetime, answered: datetime) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(date or "")
        ours = asked + (answered - asked) / 2
        seconds = round((theirs.replace(tzinfo=theirs.tzinfo or UTC) - ours).total_seconds())
    except ValueError:
        return []
    nl, en = f"Klokverschil met Nextens: {seconds} s", f"Clock difference with Nextens: {seconds} s"
    return [Finding(abs(seconds) <= CLOCK_SECONDS, nl, en)]


def _visible(target: Examined) -> list[Finding]:
    if not target.options.list:
        return [
            _good(
                "Lijsten staan uit: elke relatie wordt apart opgezocht",
                "Lists are off: each relation is looked up by itself",
            )
        ]
    persons, companies = (_count(*target.visible(kind)) for kind in ("persoon", "bedrijf"))
    nl = f"Zichtbaar: {persons[0]} personen en {companies[0]} bedrijven"
    return [_good(nl, f"Visible: {persons[1]} persons and {companies[1]} companies")]


def _count(number: int, more: bool) -> tuple[str, str]:
    return (f"{number} of meer", f"{number} or more") if more else (str(number), str(number))


def _limits(limits: Mapping[str, int]) -> Finding:
    used = dict(DEFAULT_LIMITS) | dict(limits)
    figures = f"{used['minute']}/min, {used['concurrent']}"
    return _good(
        f"Limieten van deze verbinding: {figures} tegelijk; Nextens maakt de zijne niet bekend",
        f"Limits of this connection: {figures} at once; Nextens does not publish its own",
    )


def _good(nl: str, en: str) -> Finding:
    return Finding(True, nl, en)


def _bad(nl: str, en: str) -> Finding:
    return Finding(False, nl, en)
