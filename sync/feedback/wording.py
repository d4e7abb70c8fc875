"""Write what a failed sync's users read: on the timeline and by mail. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.causes import Language
from models.tables import Issue
from sync.causes import catalogue

OF_USERS = ("crm_user", "bookkeeper")
"""Whose move it must be for the CRM's users to be told: an administrator's trouble is no news to them."""


@dataclass(frozen=True, slots=True)
class Words:
    """Hold one text for people."""

    title: str
    text: str


def concerns_users(cause: str) -> bool:
    """Tell whether a cause is for the CRM's users to mend."""
    return catalogue().find(cause).mover in OF_USERS


def of_failure(issues: Sequence[Issue], target: str, language: Language, *, unticked: bool) -> Words:
    """Tell what was wrong and what to do, in the order of the issues; no value stands in it that they mask."""
    known = catalogue()
    lines = []
    for issue in sorted(issues, key=lambda one: (one.role, one.cause, one.field)):
        cause = known.find(issue.cause)
        params = {"code": issue.cause, **issue.params}
        lines.append(f"- {cause.what(language, params)}\n  {cause.do(language, params)}")
        if (words := issue.params.get("words")) and words not in lines[-1]:
            lines.append(f"  {target}: {words}")
    dutch = language == "nl"
    title = f"niet verwerkt in {target}" if dutch else f"not processed in {target}"
    return Words(title, "\n".join([*lines, *_again(dutch, unticked)]))


def _again(dutch: bool, unticked: bool) -> list[str]:
    if not unticked:
        return []
    if dutch:
        return ["", "Het vinkje voor de synchronisatie is uitgezet. Zet het weer aan zodra dit is hersteld."]
    return ["", "The checkbox of the synchronisation was unticked. Tick it again once this is put right."]


def of_mail(failure: Words, label: str, url: str, language: Language) -> Words:
    """Write the mail around the same words."""
    dutch = language == "nl"
    name = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    subject = f"{name}: {failure.title}" if name else failure.title
    opening = "Het volgende ging mis:" if dutch else "The following went wrong:"
    closing = [f"{'Openen in het CRM' if dutch else 'Open in the CRM'}: {url}"] if url else []
    return Words(f"Boekbrug: {subject}", "\n".join([opening, "", failure.text, "", *closing]).rstrip() + "\n")


def of_consent(connection: str, words: str, language: Language) -> Words:
    """Tell the administrator that a system refuses its credentials."""
    cause = catalogue().find("connection.unauthorised")
    params = {"connection": connection, "words": words}
    title = f"{connection} wacht op toestemming" if language == "nl" else f"{connection} waits for consent"
    return Words(f"Boekbrug: {title}", f"{cause.what(language, params)}\n\n{cause.do(language, params)}\n")
