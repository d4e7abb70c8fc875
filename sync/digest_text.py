"""Write the weekly digest in the receiver's language. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from models.causes import MOVERS, Language
from sync.causes import catalogue
from sync.digest_facts import Facts
from sync.drift import FINDINGS
from sync.feedback.wording import Words

STATES = {
    "active": ("werkt weer", "works again"),
    "parked": ("is onbereikbaar", "is unreachable"),
    "needs_consent": ("wacht op nieuwe toestemming", "waits for consent"),
    "disabled": ("is uitgezet", "was switched off"),
}
WINDOWS = {"hour": ("per uur", "per hour"), "day": ("per dag", "per day")}


def write(facts: Facts, language: Language) -> Words:
    """Return subject and text; sections with nothing to tell say so, so that silence is never doubtful."""
    return _Writer(facts, language).words()


class _Writer:
    def __init__(self, facts: Facts, language: Language) -> None:
        self._facts = facts
        self._dutch = language == "nl"
        self._language = language

    def words(self) -> Words:
        facts = self._facts
        number = facts.since.isocalendar().week
        last = facts.until - timedelta(days=1)
        days = f"{facts.since:%d-%m} {self._say('t/m', 'to')} {last:%d-%m-%Y}"
        sections = [
            (self._say("Wat er in ging", "What went in"), self._went_in()),
            (self._say("Wat er openstaat", "What is open"), self._open()),
            (self._say("Verbindingen", "Connections"), self._connections()),
            (self._say("Hoogste gebruik van de limieten", "Highest use of the limits"), self._peaks()),
            (self._say("Laatste vergelijking", "Last comparison"), self._compared()),
        ]
        blocks = [f"{title}\n" + "\n".join(f"- {line}" for line in lines) for title, lines in sections]
        opening = f"Week {number}: {days}."
        closing = f"{self._say('Alles bekijken', 'See everything')}: {facts.url}/"
        return Words(f"Boekbrug: week {number}", "\n\n".join([opening, *blocks, closing]) + "\n")

    def _say(self, dutch: str, english: str) -> str:
        return dutch if self._dutch else english

    def _number(self, value: int) -> str:
        return f"{value:,}".replace(",", ".") if self._dutch else f"{value:,}"

    def _went_in(self) -> Iterator[str]:
        for row in self._facts.went_in:
            created, updated = self._number(row.created), self._number(row.updated)
            yield self._say(
                f"{row.name}: {created} aangemaakt, {updated} bijgewerkt",
                f"{row.name}: {created} created, {updated} updated",
            )
        if not self._facts.went_in:
            yield self._say("Er was niets te schrijven.", "There was nothing to write.")

    def _open(self) -> Iterator[str]:
        for row in self._facts.issues:
            cause = catalogue().find(row.cause)
            what = cause.what(self._language, {"code": row.cause})
            mover = self._say(*MOVERS[cause.mover])
            fresh = self._say(f"nieuw: {row.fresh}", f"new: {row.fresh}")
            yield f"{self._number(row.records)}x {what} ({self._say('aan zet', 'whose move')}: {mover}; {fresh})"
        if reviews := self._facts.reviews:
            yield self._say(
                f"{reviews} te beoordelen: {self._url('reviews')}", f"{reviews} to review: {self._url('reviews')}"
            )
        if self._facts.issues:
            yield self._say(f"Meldingen: {self._url('issues')}", f"Issues: {self._url('issues')}")
        elif not reviews:
            yield self._say("Niets.", "Nothing.")

    def _url(self, page: str) -> str:
        return f"{self._facts.url}/{page}"

    def _connections(self) -> Iterator[str]:
        zone = self._facts.since.tzinfo
        for row in self._facts.states:
            since = f"{row.state_since.astimezone(zone):%d-%m %H:%M}"
            yield f"{row.name} {self._say(*STATES[row.state])} {self._say('sinds', 'since')} {since}"
        for row in self._facts.refused:
            yield self._say(
                f"{row.name}: een sleutel werd {row.times} keer geweigerd, nu open: {row.standing}",
                f"{row.name}: a key was refused {row.times} times, open now: {row.standing}",
            )
        if not self._facts.states and not self._facts.refused:
            yield self._say("Alles werkt; er veranderde niets.", "All work; nothing changed.")

    def _peaks(self) -> Iterator[str]:
        for row in self._facts.peaks:
            used, allowed = self._number(row.used), self._number(row.allowed)
            window = self._say(*WINDOWS[row.window])
            yield self._say(f"{row.name}: {used} van {allowed} {window}", f"{row.name}: {used} of {allowed} {window}")
        if not self._facts.peaks:
            yield self._say("Niet gemeten.", "Not measured.")

    def _compared(self) -> Iterator[str]:
        zone = self._facts.since.tzinfo
        for row in self._facts.compared:
            at = f"{row.finished_at.astimezone(zone):%d-%m %H:%M}"
            counts = [
                f"{self._number(row.counts[name])} {self._say(*FINDINGS[name])}"
                for name in FINDINGS
                if row.counts.get(name)
            ]
            yield f"{row.name}, {at}: {', '.join(counts) or '-'}"
        if not self._facts.compared:
            yield self._say("Er is nog niet vergeleken.", "Nothing was compared yet.")
