"""Examine a connection for a person: token, licence, what can be seen, clock and limits."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from adapters.base import ConnectionInfo, Finding
from adapters.checking import Wording, clock, good, tried
from adapters.nextens.members import Kind
from adapters.nextens.options import DEFAULT_LIMITS, Options

WORDING = Wording("Nextens", ("het token", "the token"), ("Dit kantoor", "This office"))


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
    first = tried(lambda: _office(target), WORDING)
    if not all(finding.ok for finding in first):
        return first
    return [*first, *tried(lambda: _visible(target), WORDING), _limits(target.info.limits)]


def _office(target: Examined) -> list[Finding]:
    """Look nobody up: a right to write can only be seen by writing, so it is not claimed."""
    asked = datetime.now(UTC)
    date = target.probe()
    answered = datetime.now(UTC)
    found = [
        good("Het token werkt en is versleuteld bewaard", "The token works and is stored encrypted"),
        good(
            "Het kantoor antwoordt: cliënten zijn op te zoeken",
            "The office answers: clients can be looked up",
        ),
    ]
    return found + clock(date, asked, answered, WORDING)


def _visible(target: Examined) -> list[Finding]:
    if not target.options.list:
        return [
            good(
                "Lijsten staan uit: elke relatie wordt apart opgezocht",
                "Lists are off: each relation is looked up by itself",
            )
        ]
    persons, companies = (_count(*target.visible(kind)) for kind in ("persoon", "bedrijf"))
    nl = f"Zichtbaar: {persons[0]} personen en {companies[0]} bedrijven"
    return [good(nl, f"Visible: {persons[1]} persons and {companies[1]} companies")]


def _count(number: int, more: bool) -> tuple[str, str]:
    return (f"{number} of meer", f"{number} or more") if more else (str(number), str(number))


def _limits(limits: Mapping[str, int]) -> Finding:
    used = dict(DEFAULT_LIMITS) | dict(limits)
    figures = f"{used['minute']}/min, {used['concurrent']}"
    return good(
        f"Limieten van deze verbinding: {figures} tegelijk; Nextens maakt de zijne niet bekend",
        f"Limits of this connection: {figures} at once; Nextens does not publish its own",
    )
